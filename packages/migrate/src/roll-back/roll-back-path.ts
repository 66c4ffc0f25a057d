import { isStrongroomError } from '@strongroom/core';
import type { KvMount } from '@strongroom/vault';
import {
  type GroupState,
  merged,
  readGroup,
  type Stand,
  sameStand,
  standOf,
  valueIn,
} from '../group-state.js';
import type { PastWrite } from '../journal/journal-history.js';
import { compare } from '../plan/plan-comparison.js';
import { joinedWrites, type TakenWrite, takenWrites } from './roll-back-history.js';

/** What rolling back one path has come to. */
export interface RolledBackPath {
  /** Below the mount. */
  readonly path: string;
  /** The keys that the migration had written. */
  readonly keys: readonly string[];
  /**
   * - `restored`: these keys are what they were;
   * - `removed`: there was nothing, and there is nothing again;
   * - `already`: it was as before: nothing was written, or it was returned by somebody else;
   * - `changed-since`: somebody has written to it since, or this may be another Vault than that of the journal, so it was
   *   left;
   * - `impossible`: what it was is gone, so it was left.
   */
  readonly outcome: 'restored' | 'removed' | 'already' | 'changed-since' | 'impossible';
  /** The outcome in words. */
  readonly explanation: string;
}

/** What rolling back every path needs. */
export interface RollBackContext {
  readonly kv: KvMount;
  readonly kvVersion: 1 | 2;
  readonly signal: AbortSignal | undefined;
  /** Whether this is surely the Vault that the journal is of. */
  readonly sameVault: boolean;
}

type Ending = Pick<RolledBackPath, 'outcome' | 'explanation'> & {
  /** What the path is at now, where it is as it was. */
  readonly after?: Stand;
};

/** Returns one path to what it was before the writes of a journal. */
export async function rollBackPath(
  path: string,
  writes: readonly PastWrite[],
  context: RollBackContext,
): Promise<RolledBackPath & Pick<Ending, 'after'>> {
  const keys = [...new Set(writes.flatMap(({ record }) => [...record.created, ...record.replaced]))];
  const ending = context.kvVersion === 1 ? version1(writes) : await version2(path, writes, context);
  return { path, keys, ...ending };
}

/** There are no versions to go by, and none to return to. */
function version1(writes: readonly PastWrite[]): Ending {
  const created = [...new Set(writes.flatMap(({ record }) => record.created))];
  const replaced = [...new Set(writes.flatMap(({ record }) => record.replaced))];
  const parts = [
    created.length === 0 ? '' : `${created.join(', ')} had not been there: remove by hand what nobody needs`,
    replaced.length === 0 ? '' : `what ${replaced.join(', ')} held before is gone`,
  ];
  const explanation = `KV version 1 keeps no old versions; ${parts.filter((part) => part !== '').join('; ')}`;
  return { outcome: 'impossible', explanation };
}

async function version2(
  path: string,
  writes: readonly PastWrite[],
  context: RollBackContext,
): Promise<Ending> {
  const { kv, signal, sameVault } = context;
  const read = (version?: number) =>
    readGroup(kv, path, version === undefined ? { signal } : { signal, version });
  const now = await read();
  const taken = await takenWrites(writes, now, read, sameVault);
  if (taken === undefined) return changedSince(now);
  const joined = joinedWrites(taken);
  const [first] = joined;
  const last = joined.at(-1);
  if (first === undefined || last === undefined) {
    if (!sameVault && writes.some(({ record }) => record.before.createdTime === undefined)) return elsewhere;
    return { outcome: 'already', explanation: 'nothing was written to it', after: standOf(now) };
  }
  const { before, existed } = first.record;
  const old = existed && before.version !== undefined ? await read(before.version) : undefined;
  const isOld = !existed || (old?.data !== undefined && old.createdTime === before.createdTime);
  if (isOld && isAsBefore(joined, now, old)) {
    // Where the secret had been there its time has told that it is the same one; nothing is everywhere.
    if (!sameVault && !existed) return elsewhere;
    return { outcome: 'already', explanation: 'is as it was before already', after: standOf(now) };
  }
  if (!sameStand(now, last.after) || now.data === undefined) return changedSince(now);
  if (!isOld) {
    const explanation = `version ${before.version}, which it was at, is not kept any more`;
    return { outcome: 'impossible', explanation };
  }
  const since = joined.length < taken.length ? '; others had written to it before that' : '';
  return old === undefined ? remove(path, joined, context, since) : restore(now, joined, old, context, since);
}

/** Another address may be another Vault: what is not there need not have been returned. */
const elsewhere: Ending = {
  outcome: 'changed-since',
  explanation:
    'holds nothing that was written to it, and this may be another Vault than that of the journal: it was left as it is',
};

/** Whether the keys that were written hold again, or still, what they held before. */
function isAsBefore(joined: readonly TakenWrite[], now: GroupState, old: GroupState | undefined): boolean {
  if (old?.data === undefined) return now.data === undefined;
  return keysOf(joined).every((key) =>
    Object.hasOwn(old.data ?? {}, key)
      ? compare(now.data, key, valueIn(old.data, key)) === 'same'
      : !Object.hasOwn(now.data ?? {}, key),
  );
}

async function restore(
  now: GroupState,
  joined: readonly TakenWrite[],
  old: GroupState,
  { kv, signal }: RollBackContext,
  since: string,
): Promise<Ending> {
  const keys = keysOf(joined);
  const [had, lacked] = [true, false].map((there) =>
    keys.filter((key) => Object.hasOwn(old.data ?? {}, key) === there),
  );
  const data = merged(
    now.data,
    (had ?? []).map((key) => [key, valueIn(old.data, key)]),
    lacked,
  );
  try {
    const after = await kv.write(now.path, data, {
      cas: now.version ?? 0,
      ...(signal === undefined ? {} : { signal }),
    });
    const explanation = `was returned to what it held in version ${old.version}${since}`;
    return { outcome: 'restored', explanation, after: standOf(after) };
  } catch (error) {
    if (!isStrongroomError(error, 'CAS_MISMATCH')) throw error;
    return changedSince(await readGroup(kv, now.path, { signal }));
  }
}

/** Deletes the very versions that were written, so that what somebody writes at this moment stays. */
async function remove(
  path: string,
  joined: readonly TakenWrite[],
  { kv, signal }: RollBackContext,
  since: string,
): Promise<Ending> {
  const versions = joined.flatMap(({ after }) => (after.version === undefined ? [] : [after.version]));
  await kv.delete(path, signal === undefined ? { versions } : { versions, signal });
  const now = await readGroup(kv, path, { signal });
  if (now.data !== undefined) return changedSince(now);
  const explanation = `was deleted, since it had not been there${since}; vault kv undelete brings its versions back`;
  return { outcome: 'removed', explanation, after: standOf(now) };
}

const keysOf = (joined: readonly TakenWrite[]): readonly string[] => [
  ...new Set(joined.flatMap(({ record }) => [...record.created, ...record.replaced])),
];

function changedSince({ version, data }: GroupState): Ending {
  const what = data === undefined ? 'was deleted since' : `was changed since, and is at version ${version}`;
  return { outcome: 'changed-since', explanation: `${what}: it was left as it is` };
}
