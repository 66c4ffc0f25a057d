import { StrongroomError } from '@strongroom/core';
import { verifiedKeys } from '../apply/verify-group.js';
import { type GroupState, sameStand, standOf } from '../group-state.js';
import { canonicalText } from '../json-value.js';
import type { MovingGroup } from '../plan/plan.js';
import type { Target } from '../target.js';
import { historyOf } from './journal-history.js';
import type { JournalRecord, NotWrittenRecord, WrittenRecord } from './journal-record.js';

/**
 * What a run that was killed could not note any more: whether Vault has taken its last writes. The version of the path
 * tells, and the values, which are still at hand.
 *
 * @param records of the journal so far
 * @param states what the paths of the plan hold
 */
export function settlements(
  records: readonly JournalRecord[],
  states: ReadonlyMap<MovingGroup, GroupState>,
): readonly (WrittenRecord | NotWrittenRecord)[] {
  const history = historyOf(records);
  return [...states].flatMap(([{ path, keys }, state]): readonly (WrittenRecord | NotWrittenRecord)[] => {
    const last = history.get(path)?.at(-1);
    if (last === undefined || last.after !== undefined || state.version === undefined) return [];
    const { run, before, created, replaced } = last.record;
    if (sameStand(state, before)) return [{ type: 'not-written', run, path }];
    const same = new Set(verifiedKeys(keys, state).map(({ key }) => key));
    const ours = [...created, ...replaced].every((key) => same.has(key));
    const next = state.version === (before.version ?? 0) + 1;
    return ours && next ? [{ type: 'written', run, path, after: standOf(state) }] : [];
  });
}

/** @throws StrongroomError `DEFINITION_INVALID` for the journal of another migration */
export function checkContinues(file: string, records: readonly JournalRecord[], target: Target): void {
  const [first] = records;
  if (first?.type !== 'run' || spotOf(first.target) === spotOf(target)) return;
  throw new StrongroomError(
    'DEFINITION_INVALID',
    `${file} is the journal of another migration, of ${first.target.application} in ${first.target.environment}: name another file`,
  );
}

/** The address may be another one for the same Vault. */
const spotOf = ({ address: _, ...spot }: Target): string | undefined =>
  canonicalText(JSON.parse(JSON.stringify(spot)));
