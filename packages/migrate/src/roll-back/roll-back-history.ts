import { type GroupState, type Stand, sameStand, standOf, valueIn } from '../group-state.js';
import type { PastWrite } from '../journal/journal-history.js';
import type { WriteRecord } from '../journal/journal-record.js';
import { compare } from '../plan/plan-comparison.js';

/** A write that Vault has taken. */
export interface TakenWrite {
  readonly record: WriteRecord;
  readonly after: Stand;
}

/**
 * The writes that Vault has taken. Of one that a killed run left open the versions tell: with check-and-set only it can
 * have made the next version, and made it by changing its own keys and nothing else.
 *
 * @param now what the path holds
 * @param read reads a version of the path
 * @param sameVault whether this is surely the Vault that the journal is of
 * @returns undefined where it cannot be told any more
 */
export async function takenWrites(
  writes: readonly PastWrite[],
  now: Stand,
  read: (version: number) => Promise<GroupState>,
  sameVault: boolean,
): Promise<readonly TakenWrite[] | undefined> {
  const taken: TakenWrite[] = [];
  for (const { record, after } of writes) {
    if (after !== undefined) {
      taken.push({ record, after });
      continue;
    }
    const { before, existed } = record;
    if (sameStand(now, before)) continue;
    if (!sameVault || before.version === undefined) return undefined;
    const made = await read(before.version + 1);
    const old = existed ? await read(before.version) : undefined;
    if (made.data === undefined || (existed && old?.data === undefined)) return undefined;
    if (isChangeOf(record, old?.data, made.data)) taken.push({ record, after: standOf(made) });
  }
  return taken;
}

/** Whether two versions differ in the keys of a write, and in nothing else. */
function isChangeOf(
  { created, replaced }: WriteRecord,
  old: GroupState['data'],
  made: NonNullable<GroupState['data']>,
): boolean {
  const ours = new Set([...created, ...replaced]);
  return [...new Set([...Object.keys(old ?? {}), ...Object.keys(made)])].every((key) => {
    const same = compare(old, key, valueIn(made, key)) === 'same' && Object.hasOwn(made, key);
    return same !== ours.has(key);
  });
}

/** The last writes with nobody else's between them. */
export function joinedWrites(taken: readonly TakenWrite[]): readonly TakenWrite[] {
  let start = taken.length - 1;
  while (start > 0) {
    const [earlier, later] = [taken[start - 1], taken[start]];
    if (earlier === undefined || later === undefined || !sameStand(earlier.after, later.record.before)) break;
    start -= 1;
  }
  return taken.slice(Math.max(start, 0));
}
