import type { Stand } from '../group-state.js';
import type { JournalRecord, WriteRecord } from './journal-record.js';

/** A write that may be there to be rolled back. */
export interface PastWrite {
  readonly record: WriteRecord;
  /** Undefined where the run was killed before it knew whether Vault had taken the write. */
  readonly after: Stand | undefined;
}

/**
 * By path the writes that a journal has and that were not rolled back, the oldest first.
 *
 * Runs may note at one time, and one that begins may take a write for failed that another is about to make, or has made
 * since the path was read. Only the run itself knows: that a write was taken counts, before what was noted and after it.
 */
export function historyOf(records: readonly JournalRecord[]): ReadonlyMap<string, readonly PastWrite[]> {
  const history = new Map<string, Noted[]>();
  for (const record of records) {
    if (record.type === 'run') continue;
    const { path, run } = record;
    const writes = history.get(path) ?? [];
    history.set(path, writes);
    if (record.type === 'write') writes.push({ record, after: undefined, failed: false });
    else if (record.type === 'restored') writes.length = 0;
    else {
      const last = writes.findLast((each) => each.record.run === run);
      if (last === undefined) continue;
      if (record.type === 'written') last.after = record.after;
      last.failed = last.after === undefined;
    }
  }
  return new Map([...history].map(([path, writes]) => [path, writes.filter(({ failed }) => !failed)]));
}

interface Noted {
  readonly record: WriteRecord;
  after: Stand | undefined;
  failed: boolean;
}
