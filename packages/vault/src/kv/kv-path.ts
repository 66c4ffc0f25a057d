import { notAskable, problem } from '../configuration-problem.js';

/**
 * Encodes a path of Vault for a request, segment by segment.
 *
 * @param what the option or argument that it comes from, for the message
 * @param path segments with slashes between them
 * @throws ConfigurationError for an empty segment, `.`, `..`, a control character, half a character, or a space that is
 * no plain one, which Vault refuses without a word
 */
export function encodePath(what: string, path: string): string {
  if (typeof path !== 'string') throw notAskable([problem(what, 'is not given as text', form)]);
  if (path === '') throw notAskable([problem(what, 'is empty', form)]);
  if (plain.test(path)) return path;
  return path
    .split('/')
    .map((segment) => encodeSegment(what, segment))
    .join('/');
}

/** What most paths are: nothing in them is wrong, or encoded. */
const plain = /^[\w-]+(?:\/[\w-]+)*$/;

function encodeSegment(what: string, segment: string): string {
  const wrong =
    segment === ''
      ? 'has an empty segment: a slash at one of its ends, or two in a row'
      : segment === '.' || segment === '..'
        ? `has the segment "${segment}"`
        : /\p{C}/u.test(segment)
          ? 'holds a control character or half a character'
          : /[^\P{Z} ]/u.test(segment)
            ? 'holds a space that is no plain one'
            : undefined;
  if (wrong !== undefined) {
    throw notAskable([problem(what, wrong, form)]);
  }
  return encodeURIComponent(segment);
}

const form = 'Write it as segments with one slash between them: app/production/database.';

/** A path as a shell takes it. */
export const shellWord = (text: string): string =>
  /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** The line of a policy that grants capabilities on a path. */
export const policyLine = (path: string, ...capabilities: readonly string[]): string =>
  `path ${JSON.stringify(path)} { capabilities = [${capabilities.map((name) => `"${name}"`).join(', ')}] }`;

/** The line of a policy that grants reading a path. */
export const readPolicy = (path: string): string => policyLine(path, 'read');
