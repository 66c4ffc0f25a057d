import { StrongroomError } from '../errors/errors.js';

/** @throws StrongroomError `DEFINITION_INVALID` for a text that cannot be one segment of a path */
export function checkSegment(what: string, text: string): void {
  if (typeof text !== 'string') {
    throw new StrongroomError('DEFINITION_INVALID', `${what} is not given as text`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
  if (text === '' || text === '.' || text === '..' || /[/\u0000-\u001f\u007f]/.test(text)) {
    throw new StrongroomError(
      'DEFINITION_INVALID',
      `${what} ${JSON.stringify(text)} cannot be part of a path`,
    );
  }
}
