import type { Place } from '@strongroom/core';
import type { Origin } from '../entry.js';
import type { GroupState } from '../group-state.js';
import type { Target } from '../target.js';
import type { Fingerprints } from './fingerprint.js';
import type { Conflicts } from './plan-conflicts.js';

/**
 * What happens to one key:
 * - `create`: Vault has no such key;
 * - `update`: Vault holds something else, which is replaced, as it was decided;
 * - `unchanged`: Vault holds the very value;
 * - `conflict`: Vault holds something else, which stays, or (with `fail`) keeps the plan from being applied;
 * - `left-out`: it stays where it is.
 */
export type Action = 'create' | 'update' | 'unchanged' | 'conflict' | 'left-out';

/**
 * Why an entry goes where it goes, or nowhere:
 * - `setting`: it has the name of a secret of the definition;
 * - `near-name`: it has that name but for case, separators or the application's name before it, or that of its place;
 * - `mapped`: the option `map` says so;
 * - `included`: the option `include` says so;
 * - `proposed`: the definition does not have it, and it looks like a secret. Left out until it is included;
 * - `not-secret`: a setting that is no secret;
 * - `outside`: the definition does not have it, and it does not look like a secret;
 * - `misspelt`: nearly the name of a secret, too far off to go by;
 * - `no-place`: a setting that has no place in Vault;
 * - `leased`: Vault makes the value itself;
 * - `file`: it names a file that holds the value;
 * - `empty`: an empty value counts as unset;
 * - `overridden`: another entry has the same setting, and comes after it or is closer to its name;
 * - `ambiguous`: several entries with different values stand for one setting;
 * - `not-storable`: Vault could not give it back as it is.
 */
export type Reason =
  | 'setting'
  | 'near-name'
  | 'mapped'
  | 'included'
  | 'proposed'
  | 'not-secret'
  | 'outside'
  | 'misspelt'
  | 'no-place'
  | 'leased'
  | 'file'
  | 'empty'
  | 'overridden'
  | 'ambiguous'
  | 'not-storable';

/** What a plan does with one entry. Never its value. */
export interface Step {
  /** The entry's name. */
  readonly entry: string;
  readonly origin: Origin;
  readonly action: Action;
  readonly reason: Reason;
  /** The reason in words. */
  readonly explanation: string;
  /** The setting that it stands for. Undefined outside of the definition. */
  readonly setting: string | undefined;
  /** Where it goes, or would go: group and key. */
  readonly place: Place | undefined;
  /** The same as Vault knows it: below the mount, and the key of the secret there. */
  readonly path: string | undefined;
  readonly key: string | undefined;
  /** Equal where the values are equal, and worth nothing without the key, which no plan shows. */
  readonly fingerprints: { readonly source: string; readonly vault: string | undefined };
}

/** A conflict, as it is asked about: the step and the two fingerprints, no value. */
export type Conflict = Step;

/** Who wins where Vault holds something else: `vault`, `source`, nobody (`fail`), or what a function answers. */
export type OnConflict = 'vault' | 'source' | 'fail' | ((conflict: Conflict) => Promise<'vault' | 'source'>);

/** What a plan is in JSON. It holds no value and no key. */
export interface PlanJson {
  readonly strongroom: 'plan';
  readonly format: 1;
  readonly target: Target;
  readonly onConflict: 'vault' | 'source' | 'fail' | 'ask';
  /** Below the mount; each with its version, or in KV version 1 a fingerprint of its content. */
  readonly paths: readonly { readonly path: string; readonly revision: string }[];
  readonly steps: readonly Step[];
}

/** A key that may have to be written, with its value. */
export interface MovingKey {
  readonly key: string;
  /** Of one entry, or of several with the same value. */
  readonly steps: readonly Step[];
  readonly value: unknown;
}

/** A path that a plan is about. */
export interface MovingGroup {
  readonly path: string;
  readonly keys: readonly MovingKey[];
  /** What it was, or has to be: its version, or a fingerprint of its content where there are no versions. */
  readonly revision: string;
  /** What was read there. Undefined in a plan that was read from a file. */
  readonly state: GroupState | undefined;
}

export interface PlanParts {
  readonly target: Target;
  /** How it was said: a function is gone once a plan was saved. */
  readonly onConflict: OnConflict | 'ask';
  readonly conflicts: Conflicts;
  readonly steps: readonly Step[];
  readonly groups: readonly MovingGroup[];
  readonly fingerprints: Fingerprints;
}

/** What is inside of a plan and shows in no inspection and no serialisation. */
export let partsOf: (plan: Plan) => PlanParts;

/** What a migration will do, key by key. Made by {@link planMigration}, or read from a file by {@link loadPlan}. */
export class Plan {
  readonly target: Target;
  readonly onConflict: PlanJson['onConflict'];
  /** One for each entry, in the order of the entries. */
  readonly steps: readonly Step[];
  readonly #parts: PlanParts;

  static {
    partsOf = (plan) => plan.#parts;
  }

  /** Not for use: {@link planMigration} makes plans. */
  constructor(parts: PlanParts) {
    this.target = parts.target;
    this.onConflict = typeof parts.onConflict === 'function' ? 'ask' : parts.onConflict;
    this.steps = parts.steps;
    this.#parts = parts;
    Object.freeze(this);
  }

  /** What can be saved and shown: no value, and no key to the fingerprints. */
  toJSON(): PlanJson {
    const { target, onConflict, steps } = this;
    const paths = this.#parts.groups.map(({ path, revision }) => ({ path, revision }));
    return { strongroom: 'plan', format: 1, target, onConflict, paths, steps };
  }
}
