import type { Breather } from './breather.js';
import { type ChainAnswer, failuresOn, type KnownOfSources, settledAt, type Trail } from './chain.js';
import type { OnDeletion, OnSourceError, Setting } from './definition.js';
import type { Problem, StrongroomError } from './errors.js';
import { explainKept, explainTrail, type SettingExplanation } from './explanation.js';
import type { Patience } from './patience.js';
import { refusalMark } from './refusal-mark.js';
import { settle } from './settlement.js';
import type { AbsenceReason, Found, Known } from './source.js';
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
  /** Where it comes from; undefined for an optional setting that no source has. */
  readonly origin: (Pick<Found, 'locator' | 'version'> & { readonly source: string }) | undefined;
  /** Made when it is asked for: nearly nobody asks, and there may be thousands. */
  readonly explain: () => SettingExplanation;
  /** What was explained when a source last gave the value or said that it still holds. */
  readonly explainGood: () => SettingExplanation;
}

/** What the whole chain comes to. */
export interface Resolution {
  readonly resolved: ReadonlyMap<string, Resolved>;
  readonly problems: readonly Problem[];
  readonly failures: readonly SourceFailure[];
  /** Which version of which value is not valid. */
  readonly refusals: readonly string[];
  /** Why nothing of it may be served any longer: said by whoever resolved it elsewhere. */
  readonly expired?: StrongroomError;
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
  breather: Breather,
  last: ReadonlyMap<string, Resolved> = new Map(),
): Promise<Resolution> {
  const problems: Problem[] = [...wiring];
  const resolved = new Map<string, Resolved>();
  const refusals: string[] = [];
  const failed: Trail[] = [];
  for (const trail of trails) {
    if (breather.due) await breather.pause();
    if (couldNotBeAsked(trail)) failed.push(trail);
    const { name } = trail.setting;
    const before = last.get(name);
    const held = before === undefined ? undefined : hold(before, trail, rules);
    if (held !== undefined) {
      resolved.set(name, held);
      continue;
    }
    const settlement = await settle(trail, rules.onSourceError, patience);
    if ('problem' in settlement) {
      problems.push(settlement.problem);
      // A start refuses as a whole, once: only what comes later has to be told apart.
      if (before !== undefined) refusals.push(refusalMark(trail, settlement.problem));
    } else resolved.set(name, settled(trail, settlement.value));
  }
  return { resolved, problems, failures: failuresOf(failed), refusals };
}

/** The settings whose values are others than before. */
export async function changesBetween(
  before: ReadonlyMap<string, Resolved>,
  after: ReadonlyMap<string, Resolved>,
  breather: Breather,
): Promise<readonly SettingChange[]> {
  const changes: SettingChange[] = [];
  for (const [name, now] of after) {
    if (breather.due) await breather.pause();
    const old = before.get(name);
    if (old === undefined || Object.is(old.value, now.value)) continue;
    changes.push(Object.freeze({ name, before: old.explain(), after: now.explain() }));
  }
  return Object.freeze(changes);
}

/** The settings that were deleted where they came from, and are kept. */
export async function deletedOf(
  resolved: ReadonlyMap<string, Resolved>,
  breather: Breather,
): Promise<readonly string[]> {
  const names: string[] = [];
  for (const [name, { deleted }] of resolved) {
    if (breather.due) await breather.pause();
    if (deleted) names.push(name);
  }
  return names;
}

/** What each source need not read again if it can tell that it is the same. */
export async function knownOf(
  resolved: ReadonlyMap<string, Resolved>,
  breather: Breather,
): Promise<KnownOfSources> {
  const known = new Map<string, Map<string, Known>>();
  for (const [name, { revision, origin }] of resolved) {
    if (breather.due) await breather.pause();
    if (origin === undefined || revision === undefined) continue;
    const { source, ...where } = origin;
    const ofSource = known.get(source) ?? new Map<string, Known>();
    known.set(source, ofSource);
    ofSource.set(name, { ...where, revision });
  }
  return known;
}

/** Keeps the very value that the application has, where nothing says that there is another. */
function hold(before: Resolved, trail: Trail, { onDeletion }: ResolutionRules): Resolved | undefined {
  if (couldNotBeAsked(trail)) return kept(before, trail, before.deleted);
  const end = settledAt(trail);
  if ((trail.setting.onDeletion ?? onDeletion) === 'keep' && isGone(before, trail, end)) {
    return kept(before, trail, true);
  }
  const step = trail.steps[end];
  const { origin } = before;
  if (step === undefined || step.source !== origin?.source) return undefined;
  const { lookup } = step;
  if (lookup?.status === 'unchanged') return { ...before, deleted: false, ...explained(trail) };
  if (lookup?.status !== 'found') return undefined;
  const { revision, locator } = lookup;
  const same =
    (revision !== undefined && before.revision === revision && locator === origin.locator) ||
    isEqual(before.raw, lookup.value);
  return same ? { ...settled(trail, before.value), raw: before.raw } : undefined;
}

function kept(before: Resolved, trail: Trail, deleted: boolean): Resolved {
  const explain = once(() => explainKept(trail, before.explainGood()));
  return { ...before, deleted, explain };
}

const couldNotBeAsked = (trail: Trail): boolean => failuresOn(trail).length > 0;

const deletions: ReadonlySet<AbsenceReason> = new Set([
  'not-set',
  'no-such-path',
  'no-such-key',
  'version-deleted',
  'version-destroyed',
]);

/** The source that the value came from was asked, and has it no more; no earlier one has another. */
function isGone({ origin }: Resolved, { steps }: Trail, end: number): boolean {
  const from = steps.findIndex(({ source }) => source === origin?.source);
  const lookup = steps[from]?.lookup;
  return from < end && lookup?.status === 'absent' && deletions.has(lookup.reason);
}

function settled(trail: Trail, value: unknown): Resolved {
  const step = trail.steps[settledAt(trail)];
  const found = step?.lookup?.status === 'found' ? step.lookup : undefined;
  return {
    setting: trail.setting,
    value,
    raw: found?.value,
    revision: found?.revision,
    deleted: false,
    origin:
      step === undefined || found === undefined
        ? undefined
        : {
            source: step.source,
            locator: found.locator,
            ...(found.version === undefined ? {} : { version: found.version }),
          },
    ...explained(trail),
  };
}

function explained(trail: Trail): Pick<Resolved, 'explain' | 'explainGood'> {
  const explain = once(() => explainTrail(trail));
  return { explain, explainGood: explain };
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

// Not imported, as in the resolver: a start compares nothing.
const isEqual = (one: unknown, other: unknown): boolean =>
  process.getBuiltinModule('node:util').isDeepStrictEqual(one, other);
