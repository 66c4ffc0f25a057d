import type { Breather } from '../breather.js';
import type { OnDeletion, OnSourceError, Setting } from '../definition/definition.js';
import type { Problem, StrongroomError } from '../errors/errors.js';
import type { Patience } from '../patience.js';
import { type Evidence, explain, goodOf, type SettingExplanation } from '../snapshot/explanation.js';
import type { AbsenceReason, Found, Known } from '../source/source.js';
import { failuresOf, type SourceFailure } from '../source/source-failure.js';
import type { ChainAnswer, KnownOfSources } from './chain.js';
import { refusalMark } from './refusal-mark.js';
import { settle } from './settlement.js';
import { failuresOn, settledAt, type Trail } from './trail.js';

/** One setting's value, and where it comes from. There may be thousands, and each refresh makes them anew. */
export interface Resolved {
  readonly setting: Setting;
  readonly value: unknown;
  /** As the source gave it: tells whether it changed, whatever the schema makes of it. */
  readonly raw: unknown;
  /** It was deleted where it came from, and is kept. */
  readonly deleted: boolean;
  /** Where it comes from; undefined for an optional setting that no source has. */
  readonly origin: (Pick<Found, 'locator' | 'version'> & { readonly source: string }) | undefined;
  /** What its source may look at instead of the value; undefined where it counts no revisions. */
  readonly known: Known | undefined;
  /** To be explained when somebody asks: nearly nobody does. */
  readonly evidence: Evidence;
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
    const settling = settle(trail, rules.onSourceError, patience);
    const settlement = settling instanceof Promise ? await settling : settling;
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
  for (const now of after.values()) {
    if (breather.due) await breather.pause();
    const { name } = now.setting;
    const old = before.get(name);
    if (old === undefined || Object.is(old.value, now.value)) continue;
    changes.push(Object.freeze({ name, before: explain(old.evidence), after: explain(now.evidence) }));
  }
  return Object.freeze(changes);
}

/** The settings that were deleted where they came from, and are kept. */
export async function deletedOf(
  resolved: ReadonlyMap<string, Resolved>,
  breather: Breather,
): Promise<readonly string[]> {
  const names: string[] = [];
  for (const { deleted, setting } of resolved.values()) {
    if (breather.due) await breather.pause();
    if (deleted) names.push(setting.name);
  }
  return names;
}

/** What each source need not read again if it can tell that it is the same. */
export async function knownOf(
  resolved: ReadonlyMap<string, Resolved>,
  breather: Breather,
): Promise<KnownOfSources> {
  const sources = new Map<string, Map<string, Known>>();
  for (const { setting, origin, known } of resolved.values()) {
    if (breather.due) await breather.pause();
    if (origin === undefined || known === undefined) continue;
    let ofSource = sources.get(origin.source);
    if (ofSource === undefined) {
      ofSource = new Map();
      sources.set(origin.source, ofSource);
    }
    ofSource.set(setting.name, known);
  }
  return sources;
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
  if (lookup?.status === 'unchanged') return { ...before, deleted: false, evidence: trail };
  if (lookup?.status !== 'found') return undefined;
  const { revision, locator } = lookup;
  const same =
    (revision !== undefined && before.known?.revision === revision && locator === origin.locator) ||
    isEqual(before.raw, lookup.value);
  return same ? { ...settled(trail, before.value), raw: before.raw } : undefined;
}

function kept(before: Resolved, trail: Trail, deleted: boolean): Resolved {
  return { ...before, deleted, evidence: { trail, good: goodOf(before.evidence) } };
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
  const { lookup, source = '' } = step ?? {};
  const found = lookup?.status === 'found' ? lookup : undefined;
  // Written out: what is made by spreading takes more room than it needs, and is kept for each setting.
  return {
    setting: trail.setting,
    value,
    raw: found?.value,
    deleted: false,
    origin: found === undefined ? undefined : originOf(source, found),
    known: found === undefined ? undefined : knownFrom(found),
    evidence: trail,
  };
}

const originOf = (source: string, { locator, version }: Found): Resolved['origin'] =>
  version === undefined ? { source, locator } : { source, locator, version };

function knownFrom({ locator, version, revision }: Found): Known | undefined {
  if (revision === undefined) return undefined;
  return version === undefined ? { locator, revision } : { locator, version, revision };
}

// Not imported, as in the resolver: a start compares nothing.
const isEqual = (one: unknown, other: unknown): boolean =>
  process.getBuiltinModule('node:util').isDeepStrictEqual(one, other);
