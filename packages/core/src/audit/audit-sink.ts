import { type Logger, StrongroomError } from '../index.js';
import { AuditFile } from './audit-file.js';
import type { AuditRecord } from './audit-record.js';

/**
 * Where records go: a function, which gets one after the other; a file, to whose end a line of JSON is written
 * for each; or a logger with pino's methods, which gets `{ audit: record }` at the level `info`.
 */
export type AuditSink =
  | ((record: AuditRecord) => void | PromiseLike<void>)
  | { readonly file: string }
  | Pick<Logger, 'info'>;

/** Takes records, oldest first. */
export interface RecordTaker {
  /**
   * Takes some records or all from the front, and leaves there what it could not take.
   *
   * @throws whatever kept it from taking the first that is left
   */
  take(records: AuditRecord[]): Promise<void>;
  close?(): Promise<void>;
}

/** @throws StrongroomError `DEFINITION_INVALID` for something else */
export function recordTaker(sink: AuditSink): RecordTaker {
  if (typeof sink === 'function') return oneByOne(sink);
  if (typeof sink !== 'object' || sink === null || !('file' in sink || 'info' in sink)) {
    throw new StrongroomError(
      'DEFINITION_INVALID',
      'The sink of an audit trail is none: give a function, { file }, or a logger with pino’s methods',
    );
  }
  if ('file' in sink) return new AuditFile(sink.file);
  return oneByOne((record) => sink.info({ audit: record }, `audit: ${record.event} ${record.outcome}`));
}

function oneByOne(give: (record: AuditRecord) => void | PromiseLike<void>): RecordTaker {
  return {
    async take(records) {
      const [first] = records;
      if (first === undefined) return;
      await give(first);
      records.shift();
    },
  };
}
