import { SourceError } from '@strongroom/core';

/** What an audit needs and cannot read. */
export function unreadable(path: string, what: string, cause?: unknown): SourceError {
  return new SourceError('SOURCE_UNAVAILABLE', `${path} ${what}`, {
    ...(cause === undefined ? {} : { cause }),
    locator: path,
    hint: 'Check the path, and that this user may read it.',
  });
}
