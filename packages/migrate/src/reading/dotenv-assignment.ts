import { parse } from 'dotenv';

/** One assignment of a `.env` text, where `dotenv` sees it. */
export interface DotenvAssignment {
  readonly name: string;
  /** What `dotenv` makes of it. Undefined for a name that it cannot hold: `__proto__`. */
  readonly value: string | undefined;
  /** The quotes that the value stands in. */
  readonly quote: string | undefined;
  /** The value begins with a quote and does not end with it. */
  readonly unclosed: boolean;
  /** The value stands in no quotes and ends at a `#` without a space before it. */
  readonly cut: boolean;
  /** The line of its name, from 1. */
  readonly line: number;
  /** Where the line of its name begins, and where the line on which its value ends is over. */
  readonly begin: number;
  readonly end: number;
}

/** A `.env` text, taken apart. */
export interface DotenvText {
  /** With a newline for every line end, as `dotenv` has it: positions are of this text. */
  readonly text: string;
  readonly assignments: readonly DotenvAssignment[];
  /** Lines, from 1, that are neither blank nor a comment nor part of an assignment. */
  readonly unread: readonly number[];
}

/**
 * An assignment in the grammar of `dotenv` 18, from its first letter on: name, sign, value. Only places come from it;
 * the value is what `dotenv` makes of the match alone. A property test holds the two to each other.
 */
const assignment =
  /(?:export\s+)?([\w.-]+)(\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?$/dmy;

/**
 * Finds every assignment, in a time that grows with the length alone; `dotenv`'s own search takes the square of it for
 * a text of blank lines.
 */
export function takeApart(source: string): DotenvText {
  const text = source.replace(/\r\n?/g, '\n');
  const assignments: DotenvAssignment[] = [];
  const unread: number[] = [];
  const lineOf = lineCounter(text);
  for (let begin = 0; begin < text.length; ) {
    const first = matchAt(/\s*/y, text, begin).end;
    const { match, end } = text.charAt(first) === '#' ? { end: first } : matchAt(assignment, text, first);
    if (match !== undefined) assignments.push(assignmentOf(match, text, lineOf));
    else if (first < text.length && text.charAt(first) !== '#') unread.push(lineOf(first));
    begin = lineAfter(text, end);
  }
  return { text, assignments, unread };
}

function assignmentOf(
  match: RegExpExecArray,
  text: string,
  lineOf: (index: number) => number,
): DotenvAssignment {
  const [all, name = '', sign = '', value = ''] = match;
  const written = value.trim();
  const quote = /^['"`]/.exec(written)?.[0];
  const closed = quote !== undefined && written.length > 1 && written.endsWith(quote);
  // Behind its value a match has blank lines and a comment too, which are nobody's.
  const [signAt = 0] = match.indices?.[2] ?? [];
  const [, end = 0] = match.indices?.[3] ?? [0, signAt + sign.trimEnd().length];
  const parsed = parse(all);
  return {
    name,
    value: Object.hasOwn(parsed, name) ? parsed[name] : undefined,
    quote: closed ? quote : undefined,
    unclosed: quote !== undefined && !closed,
    cut: !closed && text.charAt(end) === '#' && /\S/.test(text.charAt(end - 1)),
    line: lineOf(match.indices?.[1]?.[0] ?? match.index),
    begin: lineBefore(text, match.index),
    end: lineAfter(text, end),
  };
}

function matchAt(pattern: RegExp, text: string, index: number): { match?: RegExpExecArray; end: number } {
  pattern.lastIndex = index;
  const match = pattern.exec(text);
  return match === null ? { end: index } : { match, end: index + match[0].length };
}

/** Where the line of a position begins; a byte order mark before it stays where it is. */
function lineBefore(text: string, index: number): number {
  let begin = index;
  while (begin > 0 && !/[\n\u2028\u2029\uFEFF]/.test(text.charAt(begin - 1))) begin -= 1;
  return begin;
}

/** Where the next line begins. */
function lineAfter(text: string, index: number): number {
  const lineEnd = /[\n\u2028\u2029]/g;
  lineEnd.lastIndex = index;
  return lineEnd.exec(text) === null ? text.length : lineEnd.lastIndex;
}

/** The line of a position, from 1, for positions that only grow. */
function lineCounter(text: string): (index: number) => number {
  let line = 1;
  let next = text.indexOf('\n');
  return (index) => {
    for (; next >= 0 && next < index; next = text.indexOf('\n', next + 1)) line += 1;
    return line;
  };
}
