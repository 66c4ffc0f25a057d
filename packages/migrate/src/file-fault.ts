import { SourceError, StrongroomError } from '@strongroom/core';

/** A file cannot be written. Of the system's error only its code goes on. */
export function unwritable(file: string, what: string, error: unknown): StrongroomError {
  return new StrongroomError(
    'FILE_UNWRITABLE',
    `${what} ${file} cannot be written (${codeOf(error)}). ${remedies[codeOf(error)] ?? 'Name another file.'}`,
  );
}

/** A file cannot be read. */
export function unreadable(file: string, what: string, error: unknown): SourceError {
  const code = codeOf(error);
  return new SourceError(
    code === 'EACCES' || code === 'EPERM' ? 'SOURCE_DENIED' : 'SOURCE_UNAVAILABLE',
    `${what} ${file} cannot be read (${code})`,
    { locator: file },
  );
}

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code ?? 'unknown');

const remedies: Readonly<Record<string, string>> = {
  EACCES: 'Give this user the right to write there, or name another file.',
  EDQUOT: 'Make room, or name a file elsewhere.',
  EISDIR: 'It is a folder: name a file.',
  ENOENT: 'Make the folder that it lies in.',
  ENOSPC: 'The disk is full: make room, or name a file elsewhere.',
  EPERM: 'Give this user the right to write there, or name another file.',
  EROFS: 'The disk is read-only: name a file elsewhere.',
};
