import { type ChainAnswer, settledAt, type Trail } from './chain.js';
import type { OnSourceError, Setting } from './definition.js';
import type { Problem } from './errors.js';
import { explainTrail, type SettingExplanation } from './explanation.js';
import type { Patience } from './patience.js';
import { settle } from './settlement.js';
import { failuresOf, type SourceFailure } from './source-failure.js';

/** One setting's value, and where it comes from. */
export interface Resolved {
  readonly setting: Setting;
  readonly value: unknown;
  /** As the source gave it: tells whether it changed, whatever the schema makes of it. */
  readonly raw: unknown;
  readonly explanation: SettingExplanation;
}

/** What the whole chain comes to. */
export interface Resolution {
  readonly resolved: readonly Resolved[];
  readonly problems: readonly Problem[];
  readonly failures: readonly SourceFailure[];
}

/** Where the value of one setting came from before and comes from now. Never the value. */
export interface SettingChange {
  readonly name: string;
  readonly before: SettingExplanation;
  readonly after: SettingExplanation;
}

/**
 * Validates what the sources said.
 *
 * @param last what holds already: a setting keeps its value where a source could not be asked, or says the same
 */
export async function resolve(
  { trails, problems: wiring }: ChainAnswer,
  onSourceError: OnSourceError,
  patience: Patience,
  last: readonly Resolved[] = [],
): Promise<Resolution> {
  const problems: Problem[] = [...wiring];
  const resolved: Resolved[] = [];
  const before = new Map(last.map((one) => [one.setting.name, one]));
  for (const trail of trails) {
    const kept = before.get(trail.setting.name);
    if (kept !== undefined && couldNotBeAsked(trail)) {
      const { explanation } = kept;
      const freshness = explanation.freshness === 'fallback' ? 'fallback' : 'stale';
      resolved.push({ ...kept, explanation: Object.freeze({ ...explanation, freshness }) });
      continue;
    }
    const settlement = await settle(trail, onSourceError, patience);
    if ('problem' in settlement) problems.push(settlement.problem);
    else resolved.push(unlessTheSame(kept, trail, settlement.value));
  }
  return { resolved, problems, failures: failuresOf(trails) };
}

/** The settings whose values are others than before. */
export function changesBetween(
  before: readonly Resolved[],
  after: readonly Resolved[],
): readonly SettingChange[] {
  const changes = after.flatMap(({ setting: { name }, value, explanation }, index) => {
    const old = before[index];
    return old === undefined || Object.is(old.value, value)
      ? []
      : [Object.freeze({ name, before: old.explanation, after: explanation })];
  });
  return Object.freeze(changes);
}

const couldNotBeAsked = (trail: Trail): boolean =>
  trail.steps.slice(0, settledAt(trail)).some(({ lookup }) => lookup?.status === 'failed');

/** A value that is not new stays the very object that the application has. */
function unlessTheSame(kept: Resolved | undefined, trail: Trail, value: unknown): Resolved {
  const lookup = trail.steps[settledAt(trail)]?.lookup;
  const raw = lookup?.status === 'found' ? lookup.value : undefined;
  const explanation = explainTrail(trail);
  const same = kept !== undefined && kept.explanation.source === explanation.source && isEqual(kept.raw, raw);
  return { setting: trail.setting, value: same ? kept.value : value, raw, explanation };
}

// Not imported, as in the resolver: a start compares nothing.
const isEqual = (one: unknown, other: unknown): boolean =>
  process.getBuiltinModule('node:util').isDeepStrictEqual(one, other);
