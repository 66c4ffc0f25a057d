import type { Fingerprints } from './fingerprint.js';
import { type GroupState, valueIn } from './group-state.js';
import type { Mapping } from './mapping.js';
import { locate, type Placement } from './placement.js';
import type { Action, Step } from './plan.js';
import { compare, unsafeKey } from './plan-comparison.js';
import type { Conflicts } from './plan-conflicts.js';

/** An entry and where it would lie in Vault. */
export interface Located extends Mapping {
  readonly path: string | undefined;
  readonly key: string | undefined;
}

export function located(mapping: Mapping, placement: Placement): Located {
  const { place } = mapping;
  const { path, key } = place === undefined ? { path: undefined, key: undefined } : locate(placement, place);
  return { ...mapping, path, key };
}

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

  async make(each: Located): Promise<Step> {
    const { moves, path, key } = each;
    if (!moves || path === undefined || key === undefined) return this.#step(each, 'left-out');
    const data = this.#states.get(path)?.data;
    const comparison = compare(data, key, each.entry.reveal());
    const vault =
      comparison === 'missing' ? undefined : this.#fingerprints.of(`${path}#${key}`, valueIn(data, key));
    if (comparison === 'same') return this.#step(each, 'unchanged', vault);
    const unsafe = this.#unsafe.get(path);
    if (unsafe !== undefined) {
      const explanation = `would be written beside the number ${unsafe}, which has more digits than can be kept: make it text first`;
      return this.#step({ ...each, reason: 'not-storable', explanation }, 'left-out', vault);
    }
    if (comparison === 'missing') return this.#step(each, 'create');
    const conflict = this.#step(each, 'conflict', vault);
    const winner = await this.#conflicts.winner(conflict);
    return winner === 'source' ? Object.freeze({ ...conflict, action: 'update' }) : conflict;
  }

  #step(each: Located, action: Action, vault?: string): Step {
    const { entry, reason, explanation, setting, place, path, key } = each;
    const source = fingerprintOf(this.#fingerprints, entry, path, key);
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
      fingerprints: Object.freeze({ source, vault }),
    });
  }
}

/** The fingerprint of what the source has: with its place, so that it compares with Vault's. */
export const fingerprintOf = (
  fingerprints: Fingerprints,
  entry: Mapping['entry'],
  path: string | undefined,
  key: string | undefined,
): string => fingerprints.of(path === undefined ? entry.name : `${path}#${key}`, entry.reveal());
