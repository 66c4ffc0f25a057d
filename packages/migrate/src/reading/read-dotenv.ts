import { checkOptions } from '@strongroom/core';
import type { Origin } from '../entry.js';
import { type DotenvAssignment, takeApart } from './dotenv-assignment.js';
import { hasReference, interpolate, namesReferredTo } from './interpolation.js';
import { beginsPem } from './pem-begin.js';
import { malformedText, maxTextBytes, readText, type TextSource } from './read-text.js';
import type { Reading } from './reading.js';
import { ReadingDraft } from './reading-draft.js';

export interface ReadDotenvOptions {
  /**
   * Whether `$NAME`, `${NAME}`, `${NAME:-default}` and their like are replaced by what stands earlier in the same
   * file, as shells and Compose do; in single quotes they never are, `\$` is a `$`, and no command is run. A value
   * that refers to something else is taken as it stands, with a warning. @default false: as `dotenv` itself
   */
  readonly expand?: boolean;
}

/**
 * Reads a `.env` file: the values are those of the package `dotenv`, whatever the quotes, the line ends or the
 * encoding mark. Of a name that stands there more than once the last value counts, as there.
 *
 * @throws SourceError `SOURCE_UNAVAILABLE` when there is no such file, `SOURCE_DENIED` when it may not be read, and
 *   `SOURCE_MALFORMED` with the line when it is larger than 1 MiB, no UTF-8 text, or has a PEM block without quotes
 */
export async function readDotenv(source: TextSource, options: ReadDotenvOptions = {}): Promise<Reading> {
  checkOptions('readDotenv()', options, { expand: true });
  const { text, place } = await readText(source);
  const draft = new ReadingDraft();
  addDotenv(draft, text, place, options.expand === true);
  return draft.finish();
}

/**
 * Adds what a `.env` text has to a reading, with what there is to know of it.
 *
 * @param around what references find before what stands in the text, undefined for a name that is not known
 */
export function addDotenv(
  draft: ReadingDraft,
  text: string,
  place: string,
  expand: boolean,
  around: (name: string) => string | undefined = () => undefined,
): void {
  const { assignments, unread } = takeApart(text);
  const at = (line: number): Origin => ({ reader: 'dotenv', place, line });
  const variables = new Map<string, string>();
  const look = (name: string) => around(name) ?? variables.get(name);
  const lines = new Map<string, number>();
  const names = new Set(assignments.map(({ name }) => name));
  let expanded = 0;

  for (const assignment of assignments) {
    const { name, value, line } = assignment;
    if (value === undefined) {
      draft.warn('unread-line', at(line), `${name} is a name that dotenv does not read.`, name);
      continue;
    }
    const before = lines.get(name);
    if (before !== undefined) {
      const message = `${name} stands on the lines ${before} and ${line}: the last one counts, as in dotenv.`;
      draft.warn('duplicate-key', at(line), message, name);
    }
    // Its other lines would be read as names, and names are shown.
    if (assignment.quote === undefined && beginsPem(value)) {
      throw malformedText(place, line, 'begins a key or certificate of several lines: put it in quotes.');
    }
    warnOfForm(draft, assignment, at(line));
    const final = expand ? expandedValue(draft, assignment, look, at(line)) : value;
    expanded += final.length;
    if (expanded > 2 * maxTextBytes) throw malformedText(place, line, 'refers to values that grow too large');
    if (!expand && assignment.quote !== "'" && refers(value, names)) {
      const message = `${name} refers to other variables and is taken as it stands, as in dotenv. Where a program has put them in, write out what they hold: in Vault they stay as they stand.`;
      draft.warn('interpolation', at(line), message, name);
    }
    variables.set(name, final);
    lines.set(name, line);
    draft.add(name, final, at(line));
  }
  for (const { first, last } of runsOf(unread)) {
    const what =
      first === last
        ? 'the line is no assignment and is'
        : `the lines up to ${last} are no assignments and are`;
    draft.warn('unread-line', at(first), `${what} not read. A value of several lines needs quotes.`);
  }
}

function warnOfForm(draft: ReadingDraft, { name, unclosed, cut }: DotenvAssignment, origin: Origin): void {
  if (unclosed) {
    const message = `${name} begins with a quote that is not closed, and is taken as it stands, up to the end of the line or a #.`;
    draft.warn('unclosed-quote', origin, message, name);
  }
  if (cut) {
    const message = `${name} ends before a #, as in dotenv: put the value in quotes if the # belongs to it.`;
    draft.warn('cut-at-hash', origin, message, name);
  }
}

function expandedValue(
  draft: ReadingDraft,
  { name, value = '', quote }: DotenvAssignment,
  look: (name: string) => string | undefined,
  origin: Origin,
): string {
  if (quote === "'") return value;
  const { text, unresolved } = interpolate(value, look, '\\');
  if (unresolved.size === 0) return text;
  // What it refers to is not named: it may be a part of a password.
  const message = `${name} refers to a variable that does not stand before it in this file, and is taken as it stands.`;
  draft.warn('unresolved-reference', origin, message, name);
  return value;
}

/** A `$` alone is more often a letter of a password. */
const refers = (value: string, names: ReadonlySet<string>): boolean =>
  hasReference(value) || namesReferredTo(value).some((name) => names.has(name));

/** Lines that follow on each other, together: a file of another kind has many. */
function runsOf(lines: readonly number[]): readonly { readonly first: number; readonly last: number }[] {
  const begins = lines.filter((line, index) => lines[index - 1] !== line - 1);
  const ends = lines.filter((line, index) => lines[index + 1] !== line + 1);
  return begins.map((first, index) => ({ first, last: ends[index] ?? first }));
}
