// Signatures only, for those who build against them while the rest is being written.
import type { Vault } from '@strongroom/vault';
import type { Entry, Origin } from './entry.js';
import type { Conflict, OnConflict, Plan, Step } from './plan.js';
import type { PlacementOptions, PlanOptions } from './plan-migration.js';
import type { ParallelOptions } from './progress.js';
import type { Target } from './target.js';

export interface ApplyOptions extends ParallelOptions {
  readonly vault: Vault;
  /** The file of the journal; made (mode 0600) or continued. */
  readonly journal: string;
}

/** A key that Vault gave back just as the source has it. */
export interface VerifiedKey {
  readonly entry: string;
  readonly origin: Origin;
  readonly setting: string | undefined;
  readonly path: string;
  readonly key: string;
}

export interface WrittenPath {
  readonly path: string;
  /** 0 for one that was not there. Undefined in KV version 1, as is the version after. */
  readonly versionBefore: number | undefined;
  readonly versionAfter: number | undefined;
  readonly keys: readonly string[];
}

export interface Migration {
  /** Moved by this run or there already; every one of them was read back. */
  readonly verified: readonly VerifiedKey[];
  readonly written: readonly WrittenPath[];
  /** Where Vault's value stayed. */
  readonly conflicts: readonly Conflict[];
}

export type ApplyPlan = (plan: Plan, options: ApplyOptions) => Promise<Migration>;

export interface Verification {
  readonly verified: readonly VerifiedKey[];
  /** Steps whose key Vault does not hold, or not with that value. */
  readonly unverified: readonly Step[];
}
export type VerifyMigration = (
  plan: Plan,
  options: ParallelOptions & { readonly vault: Vault },
) => Promise<Verification>;

/** Writes the plan to `file` and its key to `file.key`, both with mode 0600. */
export type SavePlan = (plan: Plan, file: string) => Promise<void>;
/** PLAN_OUTDATED when the entries are not those of the plan, the file was changed, or its key is gone. */
export type LoadPlan = (
  file: string,
  options: { readonly entries: readonly Entry[]; readonly onConflict?: OnConflict },
) => Promise<Plan>;

export interface RolledBackPath {
  readonly path: string;
  readonly keys: readonly string[];
  /**
   * `restored`, `removed` (it was not there before), `already` as it was; left as they are: `changed-since`,
   * `impossible` (KV version 1, or the old version is gone).
   */
  readonly outcome: 'restored' | 'removed' | 'already' | 'changed-since' | 'impossible';
  readonly explanation: string;
}
export interface RollBack {
  readonly target: Target;
  readonly paths: readonly RolledBackPath[];
}
/** Rolls back all that the journal's file has, and appends that to it. */
export type RollBackJournal = (
  journal: string,
  options: ParallelOptions & { readonly vault: Vault },
) => Promise<RollBack>;

export interface PolicyOptions extends PlacementOptions {
  readonly kvVersion?: 1 | 2;
  /** What the policy is for. @default 'run' */
  readonly purpose?: 'run' | 'migrate';
}
export type LeastPolicy = (options: PolicyOptions) => string;
export interface RoleOptions extends PolicyOptions {
  readonly method: 'approle' | 'kubernetes';
  /** Of the policy and the role. @default application-environment */
  readonly name?: string;
  /** Kubernetes only. @default the application */
  readonly serviceAccount?: string;
  /** Kubernetes only. @default 'default' */
  readonly serviceAccountNamespace?: string;
}
/** Shell commands, one a line of the list. */
export type RoleCommands = (options: RoleOptions) => readonly string[];
export interface PathPermission {
  /** As in the policy, with the mount. */
  readonly path: string;
  readonly needed: readonly string[];
  readonly granted: readonly string[];
  readonly missing: readonly string[];
}
export type CheckPolicy = (
  options: PolicyOptions & { readonly vault: Vault; readonly signal?: AbortSignal },
) => Promise<readonly PathPermission[]>;
