import { readFile, stat } from 'node:fs/promises';
import { SourceError } from '@strongroom/core';
import { unreadable } from '../file-fault.js';
import { type JournalRecord, parseRecord } from './journal-record.js';

/**
 * Reads a journal. A line that was cut off when its run was killed is left out: what it was to announce has not
 * happened.
 *
 * @throws SourceError `SOURCE_UNAVAILABLE` or `SOURCE_DENIED` for a file that cannot be read, `SOURCE_MALFORMED` for one
 * that is no journal
 */
export async function readJournal(file: string): Promise<readonly JournalRecord[]> {
  const text = await contentOf(file).catch((error: unknown) => {
    throw unreadable(file, 'The journal', error);
  });
  return recordsIn(text, file);
}

/** As {@link readJournal}, but there need not be one yet. */
export async function readJournalSoFar(file: string): Promise<readonly JournalRecord[]> {
  const text = await contentOf(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw unreadable(file, 'The journal', error);
  });
  return recordsIn(text, file);
}

async function contentOf(file: string): Promise<string> {
  // A device or a pipe may never end.
  if ((await stat(file)).isFile()) return readFile(file, 'utf8');
  throw Object.assign(new Error(), { code: 'not a regular file' });
}

function recordsIn(text: string, file: string): readonly JournalRecord[] {
  const lines = text.split('\n');
  const records: JournalRecord[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const record = parseRecord(line);
    if (record === undefined && isCutOff(lines, index)) continue;
    if (record === undefined || (records.length === 0 && record.type !== 'run'))
      throw noJournal(file, index + 1);
    records.push(record);
  }
  return records;
}

/** Only the last line of a run can be: the next run begins on a new one. */
function isCutOff(lines: readonly string[], index: number): boolean {
  const next = lines[index + 1];
  // One that is whole but for its sense was never ours.
  return next === undefined || (next !== '' && parseRecord(next)?.type === 'run');
}

const noJournal = (file: string, line: number): SourceError =>
  new SourceError('SOURCE_MALFORMED', `Line ${line} of ${file} is none of a journal`, {
    locator: `${file}:${line}`,
    hint: 'Name the journal of a migration. One that was changed by hand cannot be gone by.',
  });
