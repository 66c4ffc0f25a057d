import { Breather } from './breather.js';
import { type ChainAnswer, type KnownOfSources, settledAt, type Trail } from './chain.js';
import type { OnDeletion, OnSourceError, Setting } from './definition.js';
import type { Problem } from './errors.js';
import { explainKept, explainTrail, type SettingExplanation } from './explanation.js';
import type { Patience } from './patience.js';
import { refusalMark } from './refusal-mark.js';
import { settle } from './settlement.js';
import type { AbsenceReason, Known } from './source.js';
import { failuresOf, type SourceFailure } from './source-failure.js';

/** One setting's value, and where it comes from. */
export interface Resolved {
  readonly setting: Setting;
  readonly value: unknown;
  /** As the source gave it: tells whether it changed, whatever the schema makes of it. */
  readonly raw: unknown;
  /** As the source counts them; of equal ones not even the raw value need be looked at. */
  readonly revision: string | undefined;
  /** It was deleted where it came from, and is kept. */
  readonly deleted: boolean;
  readonly explanation: SettingExplanation;
}

/** What the whole chain comes to. */
export interface Resolution {
  readonly resolved: readonly Resolved[];
  readonly problems: readonly Problem[];
  readonly failures: readonly SourceFailure[];
  /** Which version of which value is not valid. */
  readonly refusals: readonly string[];
}

/** The rules for settings that have none of their own. */
export interface ResolutionRules {
  readonly onSourceError: OnSourceError;
  readonly onDeletion: OnDeletion;
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
  rules: ResolutionRules,
  patience: Patience,
  last: ReadonlyMap<string, Resolved> = new Map(),
): Promise<Resolution> {
  const problems: Problem[] = [...wiring];
  const resolved: Resolved[] = [];
  const refusals: string[] = [];
  const breather = new Breather();
  for (const trail of trails) {
    if (breather.due) await breather.pause();
    const before = last.get(trail.setting.name);
    const held = before === undefined ? undefined : hold(before, trail, rules);
    if (held !== undefined) {
      resolved.push(held);
      continue;
    }
    const settlement = await settle(trail, rules.onSourceError, patience);
    if ('problem' in settlement) {
      problems.push(settlement.problem);
      // A start refuses as a whole, once: only what comes later has to be told apart.
      if (before !== undefined) refusals.push(refusalMark(trail, settlement.problem));
    } else resolved.push(settled(trail, settlement.value));
  }
  return { resolved, problems, failures: failuresOf(trails), refusals };
}

/** The settings whose values are others than before. */
export function changesBetween(
  before: ReadonlyMap<string, Resolved>,
  after: readonly Resolved[],
): readonly SettingChange[] {
  const changes = after.flatMap(({ setting: { name }, value, explanation }) => {
    const old = before.get(name);
    return old === undefined || Object.is(old.value, value)
      ? []
      : [Object.freeze({ name, before: old.explanation, after: explanation })];
  });
  return Object.freeze(changes);
}

/** What each source need not read again if it can tell that it is the same. */
export function knownOf(resolved: Iterable<Resolved>): KnownOfSources {
  const known = new Map<string, Map<string, Known>>();
  for (const { setting, revision, explanation } of resolved) {
    const { source, locator, version } = explanation;
    if (source === undefined || locator === undefined || revision === undefined) continue;
    const ofSource = known.get(source) ?? new Map<string, Known>();
    known.set(source, ofSource);
    ofSource.set(setting.name, { locator, revision, ...(version === undefined ? {} : { version }) });
  }
  return known;
}

/** Keeps the very value that the application has, where nothing says that there is another. */
function hold(before: Resolved, trail: Trail, { onDeletion }: ResolutionRules): Resolved | undefined {
  if (couldNotBeAsked(trail)) return { ...before, explanation: explainKept(trail, before.explanation) };
  const end = settledAt(trail);
  if ((trail.setting.onDeletion ?? onDeletion) === 'keep' && isGone(before, trail, end)) {
    return { ...before, deleted: true, explanation: explainKept(trail, before.explanation) };
  }
  const step = trail.steps[end];
  const { source, locator } = before.explanation;
  if (step === undefined || step.source !== source) return undefined;
  const { lookup } = step;
  if (lookup?.status === 'unchanged') {
    return { ...before, deleted: false, explanation: explainTrail(trail) };
  }
  if (lookup?.status !== 'found') return undefined;
  const { revision } = lookup;
  const same =
    (revision !== undefined && before.revision === revision && locator === lookup.locator) ||
    isEqual(before.raw, lookup.value);
  return same ? { ...before, revision, deleted: false, explanation: explainTrail(trail) } : undefined;
}

const couldNotBeAsked = (trail: Trail): boolean =>
  trail.steps.slice(0, settledAt(trail)).some(({ lookup }) => lookup?.status === 'failed');

const deletions: ReadonlySet<AbsenceReason> = new Set([
  'not-set',
  'no-such-path',
  'no-such-key',
  'version-deleted',
  'version-destroyed',
]);

/** The source that the value came from was asked, and has it no more; no earlier one has another. */
function isGone({ explanation }: Resolved, { steps }: Trail, end: number): boolean {
  const origin = steps.findIndex(({ source }) => source === explanation.source);
  const lookup = steps[origin]?.lookup;
  return origin < end && lookup?.status === 'absent' && deletions.has(lookup.reason);
}

function settled(trail: Trail, value: unknown): Resolved {
  const lookup = trail.steps[settledAt(trail)]?.lookup;
  const found = lookup?.status === 'found' ? lookup : undefined;
  return {
    setting: trail.setting,
    value,
    raw: found?.value,
    revision: found?.revision,
    deleted: false,
    explanation: explainTrail(trail),
  };
}

// Not imported, as in the resolver: a start compares nothing.
const isEqual = (one: unknown, other: unknown): boolean =>
  process.getBuiltinModule('node:util').isDeepStrictEqual(one, other);
