import { checkOptions, StrongroomError } from '@strongroom/core';
import { parse } from 'dotenv';
import type { Entry } from '../entry.js';
import { createFile, replaceFile } from '../whole-file.js';

export interface WriteDotenvOptions {
  /** Whether a file that is there is replaced; it keeps its mode and owner. @default false */
  readonly overwrite?: boolean;
}

/**
 * Writes entries as a `.env` file, for its owner only, whole or not at all, such that `dotenv` reads every text back as
 * it is. What is no text is written as JSON. Programs that put other variables in take a `$` in a value for one.
 *
 * @throws StrongroomError `FILE_UNWRITABLE` when the file is there, cannot be written, or a name or value has no form that
 *   `dotenv` reads; then nothing is written
 */
export async function writeDotenv(
  path: string,
  entries: readonly Entry[],
  options: WriteDotenvOptions = {},
): Promise<void> {
  checkOptions('writeDotenv()', options, { overwrite: true });
  const write = options.overwrite === true ? replaceFile : createFile;
  await write(path, dotenvText(entries, path), 'The file');
}

/**
 * The text of a `.env` file. Of entries of one name the last one counts.
 *
 * @throws StrongroomError `FILE_UNWRITABLE`
 */
export function dotenvText(entries: readonly Entry[], path: string): string {
  const values = new Map(entries.map((entry) => [entry.name, textOf(entry)]));
  return [...values].map(([name, value]) => `${assignmentOf(name, value, path)}\n`).join('');
}

function textOf(entry: Entry): string {
  const value = entry.reveal();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function assignmentOf(name: string, value: string, path: string): string {
  const form = formsOf(value).find((form) => valueFor(name, form) === value);
  if (form !== undefined) return `${name}=${form}`;
  const what =
    valueFor(name, 'x') === 'x'
      ? `no quotes can hold the value of ${name}, because of the quotes or line ends in it`
      : `${JSON.stringify(name)} is no name that dotenv reads`;
  throw new StrongroomError('FILE_UNWRITABLE', `The file ${path} is not written: ${what}. Leave it out.`);
}

function valueFor(name: string, form: string): string | undefined {
  const read = Object.entries(parse(`${name}=${form}`));
  return read.length === 1 && read[0]?.[0] === name ? read[0][1] : undefined;
}

/** The ways to write a value that no other line can spoil, the plainest first. */
function formsOf(value: string): readonly string[] {
  // Half a character would become another one in UTF-8.
  if (/\p{Surrogate}/u.test(value)) return [];
  const oneLine = value.replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  const inQuotes = [
    ...["'", '"', '`'].map((quote) => ({ quote, text: value })),
    { quote: '"', text: oneLine },
  ]
    // A backslash keeps the quote behind it from closing the value.
    .filter(({ text }) => !text.endsWith('\\'))
    .map(({ quote, text }) => ({ form: `${quote}${text}${quote}`, usual: !text.includes(quote) }));
  return [
    ...(/^[\w./:@%+,=-]*$/.test(value) ? [value] : []),
    ...inQuotes.filter(({ usual }) => usual).map(({ form }) => form),
    ...(/^['"`]|[\n#\u2028\u2029]/.test(value) ? [] : [value]),
    // dotenv takes quotes within the same quotes, on one line.
    ...inQuotes.filter(({ usual }) => !usual).map(({ form }) => form),
  ];
}
