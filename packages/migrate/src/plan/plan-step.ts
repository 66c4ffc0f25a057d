import { type GroupState, valueIn } from '../group-state.js';
import type { Mapping } from '../mapping/mapping.js';
import { locate, type Placement } from '../placement.js';
import type { Fingerprints } from './fingerprint.js';
import type { Action, Step } from './plan.js';
import { compare, unsafeKey } from './plan-comparison.js';
import type { Conflicts } from './plan-conflicts.js';

/** An entry and where it would lie in Vault. */
export interface Located extends Mapping {
  readonly path: string | undefined;
  readonly key: string | undefined;
}

export function located(mapping: Mapping, placement: Placement): Located {
  const { entry, reason, explanation, setting, place, moves } = mapping;
  const { path, key } = place === undefined ? nowhere : locate(placement, place);
  // One by one: copying an object as a whole takes several times as long, and there may be thousands.
  return { entry, reason, explanation, setting, place, moves, path, key };
}

const nowhere = { path: undefined, key: undefined };

/** By path, the keys of all entries that move there. */
export function movingKeys(all: readonly Located[]): ReadonlyMap<string, ReadonlySet<string>> {
  const keys = new Map<string, Set<string>>();
  for (const { moves, path, key } of all) {
    if (!moves || path === undefined || key === undefined) continue;
    const there = keys.get(path);
    if (there === undefined) keys.set(path, new Set([key]));
    else there.add(key);
  }
  return keys;
}

/** Decides what happens to each entry, by what Vault holds. */
export class StepMaker {
  readonly #states: ReadonlyMap<string, GroupState>;
  readonly #fingerprints: Fingerprints;
  readonly #conflicts: Conflicts;
  /** By path, the key of others that keeps it from being written. */
  readonly #unsafe = new Map<string, string>();

  constructor(
    moving: ReadonlyMap<string, ReadonlySet<string>>,
    states: ReadonlyMap<string, GroupState>,
    fingerprints: Fingerprints,
    conflicts: Conflicts,
  ) {
    this.#states = states;
    this.#fingerprints = fingerprints;
    this.#conflicts = conflicts;
    for (const [path, ours] of moving) {
      const key = unsafeKey(states.get(path)?.data, ours);
      if (key !== undefined) this.#unsafe.set(path, key);
    }
  }

  /** @returns a promise only where somebody is to be asked */
  make(each: Located): Step | Promise<Step> {
    const { entry, moves, path, key, reason, explanation } = each;
    const source = () => fingerprintOf(this.#fingerprints, entry, path, key);
    if (!moves || path === undefined || key === undefined) {
      return stepOf(each, 'left-out', reason, explanation, source, undefined);
    }
    const data = this.#states.get(path)?.data;
    const comparison = compare(data, key, entry.reveal());
    if (comparison === 'same') return stepOf(each, 'unchanged', reason, explanation, source, source);
    const there = () => this.#fingerprints.of(`${path}#${key}`, valueIn(data, key));
    const vault = comparison === 'missing' ? undefined : there;
    const unsafe = this.#unsafe.get(path);
    if (unsafe !== undefined) {
      const why = `would be written beside the number ${unsafe}, which has more digits than can be kept: make it text first`;
      return stepOf(each, 'left-out', 'not-storable', why, source, vault);
    }
    if (comparison === 'missing') return stepOf(each, 'create', reason, explanation, source, undefined);
    const conflict = stepOf(each, 'conflict', reason, explanation, source, vault);
    return this.#conflicts
      .winner(conflict)
      .then((winner) =>
        winner === 'source' ? stepOf(each, 'update', reason, explanation, source, vault) : conflict,
      );
  }
}

function stepOf(
  { entry, setting, place, path, key }: Located,
  action: Action,
  reason: Step['reason'],
  explanation: string,
  source: () => string,
  vault: (() => string) | undefined,
): Step {
  return Object.freeze({
    entry: entry.name,
    origin: entry.origin,
    action,
    reason,
    explanation,
    setting,
    place,
    path,
    key,
    fingerprints: onDemand(source, vault),
  });
}

/** Made when somebody looks: a run that nobody is shown needs those of conflicts only, and there may be thousands. */
function onDemand(source: () => string, vault: (() => string) | undefined): Step['fingerprints'] {
  const made: { source?: string; vault?: string | undefined } = {};
  return Object.freeze({
    get source() {
      made.source ??= source();
      return made.source;
    },
    get vault() {
      made.vault ??= vault?.();
      return made.vault;
    },
  });
}

/** The fingerprint of what the source has: with its place, so that it compares with Vault's. */
export const fingerprintOf = (
  fingerprints: Fingerprints,
  entry: Mapping['entry'],
  path: string | undefined,
  key: string | undefined,
): string => fingerprints.of(path === undefined ? entry.name : `${path}#${key}`, entry.reveal());
