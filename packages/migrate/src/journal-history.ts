import type { Stand } from './group-state.js';
import type { JournalRecord, WriteRecord } from './journal-record.js';

/** A write that may be there to be rolled back. */
export interface PastWrite {
  readonly record: WriteRecord;
  /** Undefined where the run was killed before it knew whether Vault had taken the write. */
  readonly after: Stand | undefined;
}

/** By path the writes that a journal has and that were not rolled back, the oldest first. */
export function historyOf(records: readonly JournalRecord[]): ReadonlyMap<string, readonly PastWrite[]> {
  const history = new Map<string, PastWrite[]>();
  for (const record of records) {
    if (record.type === 'run') continue;
    const { path, run } = record;
    const writes = history.get(path) ?? [];
    history.set(path, writes);
    if (record.type === 'write') writes.push({ record, after: undefined });
    else if (record.type === 'restored') writes.length = 0;
    else {
      const index = writes.findLastIndex((each) => each.record.run === run && each.after === undefined);
      const past = writes[index];
      if (past === undefined) continue;
      if (record.type === 'written') writes[index] = { ...past, after: record.after };
      else writes.splice(index, 1);
    }
  }
  return history;
}
