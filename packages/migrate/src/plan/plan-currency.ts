import { StrongroomError } from '@strongroom/core';
import type { KvMount } from '@strongroom/vault';
import { type GroupState, readGroup, valueIn } from '../group-state.js';
import { inParallel } from '../in-parallel.js';
import type { ParallelOptions } from '../progress.js';
import type { Fingerprints } from './fingerprint.js';
import type { MovingGroup, PlanParts } from './plan.js';
import { compare } from './plan-comparison.js';
import { revisionIn } from './plan-groups.js';

/**
 * What the paths of a plan hold: as it was read when the plan was made, or, for a plan that was saved, as it is read
 * now.
 *
 * @throws StrongroomError `PLAN_OUTDATED` where that is something else now
 */
export async function currentStates(
  { groups, target, fingerprints }: PlanParts,
  kv: KvMount,
  options: ParallelOptions,
): Promise<ReadonlyMap<MovingGroup, GroupState>> {
  const states = new Map<MovingGroup, GroupState>();
  const saved: MovingGroup[] = [];
  for (const group of groups) {
    if (group.state === undefined) saved.push(group);
    else states.set(group, group.state);
  }
  await inParallel(saved, 'plan', options, async (group) => {
    states.set(group, await readGroup(kv, group.path, options));
    return group.path;
  });
  const changed = saved.filter((group) => {
    const state = states.get(group);
    if (state === undefined || revisionIn(state, target.kvVersion, fingerprints) === group.revision)
      return false;
    return !isDone(group, state, fingerprints);
  });
  if (changed.length === 0) return states;
  throw new StrongroomError(
    'PLAN_OUTDATED',
    `Since the plan was saved Vault has changed at ${changed.map(({ path }) => path).join(', ')}: plan again`,
  );
}

/** Whether a path holds already what the plan was to bring it to: by an earlier run of it that was killed. */
const isDone = ({ keys }: MovingGroup, { path, data }: GroupState, fingerprints: Fingerprints): boolean =>
  keys.every(({ key, value, steps: [step] }) => {
    if (compare(data, key, value) === 'same') return true;
    if (step?.action !== 'conflict' || !Object.hasOwn(data ?? {}, key)) return false;
    return fingerprints.of(`${path}#${key}`, valueIn(data, key)) === step.fingerprints.vault;
  });
