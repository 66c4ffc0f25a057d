import type { Place } from '@strongroom/core';
import type { Origin } from './entry.js';
import type { Target } from './target.js';

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
export type OnConflict =
  | 'vault'
  | 'source'
  | 'fail'
  | ((conflict: Conflict) => 'vault' | 'source' | Promise<'vault' | 'source'>);

/** One secret of Vault that a plan looked at. */
export interface PlannedPath {
  /** Below the mount. */
  readonly path: string;
  /** The version it was at; 0 where there was none. Undefined in KV version 1. */
  readonly version: number | undefined;
}

/** What a plan is in JSON. It holds no value and no key. */
export interface PlanJson {
  readonly strongroom: 'plan';
  readonly format: 1;
  readonly target: Target;
  readonly onConflict: 'vault' | 'source' | 'fail' | 'ask';
  readonly paths: readonly (PlannedPath & { readonly revision: string })[];
  readonly steps: readonly Step[];
}

/** What a migration will do, key by key. Made by {@link planMigration}, or read from a file by {@link loadPlan}. */
export interface Plan {
  readonly target: Target;
  readonly onConflict: PlanJson['onConflict'];
  readonly paths: readonly PlannedPath[];
  /** One for each entry, in the order of the entries. */
  readonly steps: readonly Step[];
  toJSON(): PlanJson;
}
