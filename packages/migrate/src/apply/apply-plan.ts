import { checkOptions } from '@strongroom/core';
import type { Vault } from '@strongroom/vault';
import { inParallel } from '../in-parallel.js';
import { Journal } from '../journal/journal.js';
import { readJournalSoFar } from '../journal/journal-reader.js';
import { checkContinues, settlements } from '../journal/journal-settlement.js';
import { type Conflict, type MovingGroup, type Plan, partsOf } from '../plan/plan.js';
import { conflictError } from '../plan/plan-conflicts.js';
import { currentStates } from '../plan/plan-currency.js';
import type { ParallelOptions } from '../progress.js';
import { checkTarget } from '../target.js';
import { applyGroup, type GroupOutcome } from './apply-group.js';
import { type VerifiedEntry, verifiedEntries } from './verify-group.js';

export interface ApplyOptions extends ParallelOptions {
  readonly vault: Vault;
  /**
   * The file in which the run notes what it is about to write; made with mode 0600 when there is none. Roll back by it.
   */
  readonly journal: string;
}

/** A path that was written. */
export interface WrittenPath {
  /** Below the mount. */
  readonly path: string;
  /** 0 for one that was not there. Undefined in KV version 1, as is the version after. */
  readonly versionBefore: number | undefined;
  readonly versionAfter: number | undefined;
  readonly keys: readonly string[];
}

/** What a run has done. */
export interface Migration {
  /** Moved by this run, or there already: every one of them was read back. */
  readonly verified: readonly VerifiedEntry[];
  readonly written: readonly WrittenPath[];
  /** Where Vault's value stayed. */
  readonly conflicts: readonly Conflict[];
}

/**
 * Does what a plan says: one write with check-and-set for each path that lacks something, and one read to verify it.
 * Killed or failed at any moment, planning and applying again does the rest.
 *
 * @throws StrongroomError `PLAN_CONFLICT` where Vault holds something else and nobody may win, `PLAN_OUTDATED` when a
 * saved plan finds Vault changed, `CAS_MISMATCH` when others write to a path all the time, `MIGRATION_UNVERIFIED` when
 * Vault does not give back what was written, `FILE_UNWRITABLE` for the journal
 * @throws VaultError when Vault could not answer, or denied it; nothing more is begun then
 */
export async function applyPlan(plan: Plan, options: ApplyOptions): Promise<Migration> {
  checkOptions('applyPlan()', options, {
    vault: true,
    journal: true,
    parallel: true,
    onProgress: true,
    signal: true,
  });
  const { vault, journal: file, signal } = options;
  const parts = partsOf(plan);
  const { target, fingerprints, conflicts } = parts;
  checkTarget(target, vault);
  const open = plan.steps.filter(({ action }) => action === 'conflict');
  if (plan.onConflict === 'fail' && open.length > 0) throw conflictError(open);
  const kv = vault.kv(target.mount, { version: target.kvVersion });
  const states = await currentStates(parts, kv, options);
  const records = await readJournalSoFar(file);
  checkContinues(file, records, target);

  let opened: Promise<Journal> | undefined;
  const journal = () => {
    opened ??= Journal.open(file, target);
    return opened;
  };
  const outcomes = new Map<MovingGroup, GroupOutcome>();
  try {
    for (const record of settlements(records, states)) (await journal()).settle(record);
    const context = { kv, kvVersion: target.kvVersion, fingerprints, conflicts, signal, journal };
    await inParallel([...states], 'apply', options, async ([group, state]) => {
      outcomes.set(group, await applyGroup(group, state, context));
      return group.path;
    });
  } finally {
    await (await opened)?.close();
  }
  return migrationOf(parts.groups, outcomes);
}

function migrationOf(
  groups: readonly MovingGroup[],
  outcomes: ReadonlyMap<MovingGroup, GroupOutcome>,
): Migration {
  const verified: VerifiedEntry[] = [];
  const written: WrittenPath[] = [];
  const conflicts: Conflict[] = [];
  for (const group of groups) {
    const { path } = group;
    const outcome = outcomes.get(group);
    if (outcome === undefined) continue;
    verified.push(...verifiedEntries(path, outcome.verified));
    conflicts.push(...outcome.conflicts);
    if (outcome.written === undefined) continue;
    const { before, after, keys } = outcome.written;
    written.push({ path, versionBefore: before.version, versionAfter: after.version, keys });
  }
  return { verified, written, conflicts };
}
