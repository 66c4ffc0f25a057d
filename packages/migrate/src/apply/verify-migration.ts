import { checkOptions } from '@strongroom/core';
import type { Vault } from '@strongroom/vault';
import { readGroup } from '../group-state.js';
import { inParallel } from '../in-parallel.js';
import { type Plan, partsOf, type Step } from '../plan/plan.js';
import type { ParallelOptions } from '../progress.js';
import { checkTarget } from '../target.js';
import { type VerifiedEntry, verifiedEntries, verifiedKeys } from './verify-group.js';

export interface VerifyOptions extends ParallelOptions {
  readonly vault: Vault;
}

/** What of a plan Vault holds. */
export interface Verification {
  readonly verified: readonly VerifiedEntry[];
  /** The steps whose key Vault does not hold, or not with the value of the source. */
  readonly unverified: readonly Step[];
}

/**
 * Reads back all that a plan moves and compares it with the source: one read for each path. Applying a plan does so by
 * itself.
 *
 * @throws StrongroomError `PLAN_OUTDATED` for a plan that was made for another Vault
 * @throws VaultError when Vault could not answer, or denied it
 */
export async function verifyMigration(plan: Plan, options: VerifyOptions): Promise<Verification> {
  checkOptions('verifyMigration()', options, { vault: true, parallel: true, onProgress: true, signal: true });
  const { target, groups } = partsOf(plan);
  const { vault, signal } = options;
  checkTarget(target, vault);
  const kv = vault.kv(target.mount, { version: target.kvVersion });
  const verified = new Map<string, readonly VerifiedEntry[]>();
  const unverified = new Set<Step>();
  await inParallel(groups, 'verify', options, async ({ path, keys }) => {
    const good = verifiedKeys(keys, await readGroup(kv, path, { signal }));
    verified.set(path, verifiedEntries(path, good));
    const there = new Set(good);
    for (const key of keys) if (!there.has(key)) for (const step of key.steps) unverified.add(step);
    return path;
  });
  return {
    verified: groups.flatMap(({ path }) => verified.get(path) ?? []),
    unverified: plan.steps.filter((step) => unverified.has(step)),
  };
}
