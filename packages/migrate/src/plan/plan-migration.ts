import { checkOptions } from '@strongroom/core';
import type { KvVersion, Vault } from '@strongroom/vault';
import type { Entry } from '../entry.js';
import { type GroupState, readGroup } from '../group-state.js';
import { inParallel } from '../in-parallel.js';
import { type MappingOptions, mapEntries } from '../mapping/mapping.js';
import { type PlacementOptions, readPlacement } from '../placement.js';
import type { ParallelOptions } from '../progress.js';
import { Fingerprints } from './fingerprint.js';
import { type MovingGroup, type OnConflict, Plan, type Step } from './plan.js';
import { Conflicts, checkOnConflict } from './plan-conflicts.js';
import { groupSteps, revisionIn } from './plan-groups.js';
import { located, movingKeys, StepMaker } from './plan-step.js';

export interface PlanOptions extends PlacementOptions, MappingOptions, ParallelOptions {
  /** What is moved. Of several entries of one name the last counts. */
  readonly entries: readonly Entry[];
  readonly vault: Vault;
  /** What the mount is taken for where Vault does not tell. @default 2 */
  readonly kvVersion?: KvVersion;
  /** Who wins where Vault holds something else. @default 'vault' */
  readonly onConflict?: OnConflict;
}

/**
 * Compares the entries with what Vault holds: one read for each path, and no write.
 *
 * @throws StrongroomError `DEFINITION_INVALID` for an environment, a mapping or an option that there cannot be
 * @throws VaultError when Vault could not answer, or denied it
 * @throws ConfigurationError for a place that cannot be a path
 */
export async function planMigration(options: PlanOptions): Promise<Plan> {
  checkOptions('planMigration()', options, {
    definition: true,
    environment: true,
    mount: true,
    layout: true,
    kvVersion: true,
    entries: true,
    vault: true,
    map: true,
    include: true,
    onConflict: true,
    parallel: true,
    onProgress: true,
    signal: true,
  });
  const { definition, entries, vault, kvVersion: assumed = 2, onConflict = 'vault', signal } = options;
  checkOnConflict(onConflict);
  const placement = readPlacement('planMigration()', options);
  const all = mapEntries(definition, entries, options).map((mapping) => located(mapping, placement));
  const moving = movingKeys(all);

  const kv = vault.kv(placement.mount, { version: assumed });
  const states = new Map<string, GroupState>();
  await inParallel([...moving.keys()], 'plan', options, async (path) => {
    states.set(path, await readGroup(kv, path, { signal }));
    return path;
  });
  const told = moving.size === 0 ? undefined : await kv.version(signal === undefined ? {} : { signal });
  const kvVersion = told ?? assumed;

  const fingerprints = new Fingerprints();
  const conflicts = new Conflicts(onConflict);
  const maker = new StepMaker(moving, states, fingerprints, conflicts);
  const steps: Step[] = [];
  for (const each of all) {
    const step = maker.make(each);
    steps.push(step instanceof Promise ? await step : step);
  }
  const groups: MovingGroup[] = [];
  for (const [path, keys] of groupSteps(steps, entries)) {
    const state = states.get(path);
    if (state === undefined) continue;
    groups.push({ path, keys, state, revision: revisionIn(state, kvVersion, fingerprints) });
  }
  return new Plan({
    target: Object.freeze({ address: vault.address, namespace: vault.namespace, kvVersion, ...placement }),
    onConflict,
    conflicts,
    steps: Object.freeze(steps),
    groups,
    fingerprints,
  });
}
