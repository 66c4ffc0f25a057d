import type { Stand } from '../group-state.js';
import type { Target } from '../target.js';

/** One line of a journal. None holds a value. */
export type JournalRecord = RunRecord | WriteRecord | WrittenRecord | NotWrittenRecord | RestoredRecord;

/** A run begins: a migration or a roll back. */
export interface RunRecord {
  readonly type: 'run';
  /** Stands in every record of the run. */
  readonly run: string;
  /** ISO 8601. */
  readonly at: string;
  readonly target: Target;
}

/** A path is about to be written. On the disk before the request is made. */
export interface WriteRecord {
  readonly type: 'write';
  readonly run: string;
  /** Below the mount. */
  readonly path: string;
  readonly before: Stand;
  /** Whether something was there before: a secret whose latest version is deleted has a version, and nothing in it. */
  readonly existed: boolean;
  /** The keys that were not there. */
  readonly created: readonly string[];
  /** The keys that held something else. */
  readonly replaced: readonly string[];
}

/** Vault has taken the write. */
export interface WrittenRecord {
  readonly type: 'written';
  readonly run: string;
  readonly path: string;
  readonly after: Stand;
}

/** Vault has not taken the write, since somebody else wrote first. */
export interface NotWrittenRecord {
  readonly type: 'not-written';
  readonly run: string;
  readonly path: string;
}

/** All writes before were rolled back. */
export interface RestoredRecord {
  readonly type: 'restored';
  readonly run: string;
  readonly path: string;
  readonly after: Stand;
}

/** @returns undefined for a text that is no such record */
export function parseRecord(line: string): JournalRecord | undefined {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isRecord(record) ? record : undefined;
}

function isRecord(value: unknown): value is JournalRecord {
  if (!isObject(value) || typeof value['run'] !== 'string') return false;
  const { type, path, before, after, target, created, replaced } = value;
  switch (type) {
    case 'run':
      return isObject(target) && typeof target['mount'] === 'string' && typeof target['address'] === 'string';
    case 'write':
      return typeof path === 'string' && isStand(before) && isNames(created) && isNames(replaced);
    case 'written':
    case 'restored':
      return typeof path === 'string' && isStand(after);
    case 'not-written':
      return typeof path === 'string';
    default:
      return false;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const isNames = (value: unknown): boolean =>
  Array.isArray(value) && value.every((name) => typeof name === 'string');

const isStand = (value: unknown): boolean =>
  isObject(value) &&
  [value['version'], value['createdTime']].every((each) => each === undefined || typeof each === 'number');
