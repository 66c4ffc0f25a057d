import { realpath, rm } from 'node:fs/promises';
import { checkOptions, StrongroomError } from '@strongroom/core';
import type { Entry } from '../entry.js';
import { type DotenvAssignment, type DotenvText, takeApart } from '../reading/dotenv-assignment.js';
import { namesReferredTo } from '../reading/interpolation.js';
import { addDotenv } from '../reading/read-dotenv.js';
import { decode, fileFault, readBytes } from '../reading/read-text.js';
import { ReadingDraft } from '../reading/reading-draft.js';
import { replaceFile } from '../whole-file.js';
import { type BackupKey, openBackup, writeBackup } from './encrypted-backup.js';

export interface CleanUpOptions {
  /** What is taken out: entries that were verified in Vault, as they were read. */
  readonly entries: readonly Entry[];
  /** What the backup is encrypted with. */
  readonly key: BackupKey;
  /** Whether the entries were read with `expand`. @default false */
  readonly expand?: boolean;
}

export interface CleanUp {
  /** The names that are out of the file now, each with the lines on which it stood. */
  readonly removed: readonly { readonly name: string; readonly lines: readonly number[] }[];
  /** The names that stay, and why. */
  readonly kept: readonly KeptName[];
  /** Comments, by their lines in the file as it is now, that look like an assignment of a name that is out of it. */
  readonly comments: readonly { readonly name: string; readonly line: number }[];
  /** The backup of the whole file as it was. Undefined when nothing was to be taken out. */
  readonly backup: string | undefined;
}

export interface KeptName {
  readonly name: string;
  /**
   * - `absent`: it does not stand in the file
   * - `changed`: it has another value there than the entry, which is what was verified
   * - `referred-to`: another value in the file refers to it, on that line
   */
  readonly reason: 'absent' | 'changed' | 'referred-to';
  readonly line?: number;
}

/**
 * Takes entries out of a `.env` file, all assignments of each, with the lines that they stand on. All other lines stay as
 * they are: values, comments of their own lines, blank lines, their order, line ends and mark. A backup of the whole
 * file is written first, encrypted, beside it, and read back. The file is replaced as a whole, with its mode and owner; a
 * link stays one. When anything fails the file is as it was.
 *
 * @throws SourceError `SOURCE_UNAVAILABLE`, `SOURCE_DENIED` or `SOURCE_MALFORMED` for a file that cannot be read, or a key file
 * @throws StrongroomError `FILE_UNWRITABLE` also when the file was changed meanwhile, `DEFINITION_INVALID` for a key that is
 *   none
 */
export async function cleanUpDotenv(path: string, options: CleanUpOptions): Promise<CleanUp> {
  checkOptions('cleanUpDotenv()', options, { entries: true, key: true, expand: true });
  const { entries, key, expand = false } = options;
  const file = await realpath(path).catch((error: unknown) => {
    throw fileFault(path, error);
  });
  const bytes = await readBytes(file);
  const source = decode(bytes, path);
  const before = takeApart(source);
  const kept = keptNames(entries, source, before, path, expand);
  const stays = new Set(kept.map(({ name }) => name));
  const out = new Set(entries.map(({ name }) => name).filter((name) => !stays.has(name)));
  if (out.size === 0) return { removed: [], kept, comments: [], backup: undefined };

  const after = without(source, before, out);
  checkRest(before, after, out, path);
  const backup = `${file}.${new Date().toISOString().replace(/[:.]/g, '-')}.backup`;
  await writeBackup(backup, bytes, key);
  try {
    if (!same(await openBackup(backup, key), bytes)) throw cannot(path, 'its backup cannot be read back');
    await replaceFile(file, after, 'The file', {
      unchanged: async () => same(await readBytes(file), bytes),
    });
  } catch (error) {
    // It goes only where it is certain that the file was not replaced.
    const now = await readBytes(file).catch(() => undefined);
    if (now !== undefined && !same(now, Buffer.from(after)))
      await rm(backup, { force: true }).catch(() => undefined);
    throw error;
  }
  const removed = [...out].map((name) => ({
    name,
    lines: before.assignments.filter((assignment) => assignment.name === name).map(({ line }) => line),
  }));
  return { removed, kept, comments: commentsOf(after, out), backup };
}

function keptNames(
  entries: readonly Entry[],
  source: string,
  { assignments }: DotenvText,
  path: string,
  expand: boolean,
): readonly KeptName[] {
  const draft = new ReadingDraft();
  addDotenv(draft, source, path, expand);
  const now = new Map(draft.finish().entries.map((entry) => [entry.name, entry]));
  const kept = new Map<string, KeptName>();
  for (const entry of entries) {
    const { name } = entry;
    const there = now.get(name);
    if (there === undefined) kept.set(name, { name, reason: 'absent' });
    else if (there.reveal() !== entry.reveal()) kept.set(name, { name, reason: 'changed', ...lineOf(there) });
  }
  // What stays because of one reference may refer to others.
  const leaving = new Set(entries.map(({ name }) => name));
  for (let more = true; more; ) {
    more = false;
    for (const { name, value = '', quote, line } of assignments) {
      if (quote === "'" || (leaving.has(name) && !kept.has(name))) continue;
      for (const other of namesReferredTo(value)) {
        if (!leaving.has(other) || kept.has(other)) continue;
        kept.set(other, { name: other, reason: 'referred-to', line });
        more = true;
      }
    }
  }
  return [...kept.values()];
}

const lineOf = ({ origin: { line } }: Entry): { readonly line?: number } =>
  line === undefined ? {} : { line };

/** The text without the lines of some names. */
function without(source: string, { assignments }: DotenvText, names: ReadonlySet<string>): string {
  const toSource = positionsIn(source);
  let rest = '';
  let from = 0;
  for (const { name, begin, end } of assignments) {
    if (!names.has(name)) continue;
    rest += source.slice(from, toSource(begin));
    from = toSource(end);
  }
  return rest + source.slice(from);
}

/** Positions of a text whose line ends were made newlines, in the text as it is; for positions that only grow. */
function positionsIn(source: string): (position: number) => number {
  const pairs = [...source.matchAll(/\r\n/g)].map(({ index }, before) => index - before);
  let passed = 0;
  return (position) => {
    while (passed < pairs.length && (pairs[passed] ?? 0) < position) passed += 1;
    return position + passed;
  };
}

/** Nothing is written before it is certain that all other values are as before. */
function checkRest(before: DotenvText, after: string, names: ReadonlySet<string>, path: string): void {
  const values = (assignments: readonly DotenvAssignment[]) =>
    JSON.stringify(assignments.map(({ name, value }) => [name, value]));
  const wanted = before.assignments.filter(({ name }) => !names.has(name));
  if (values(takeApart(after).assignments) !== values(wanted)) {
    throw cannot(path, 'other values would change: take the names out by hand');
  }
}

function commentsOf(text: string, names: ReadonlySet<string>): CleanUp['comments'] {
  return text.split(/\r\n?|\n/).flatMap((content, index) => {
    const [, name = ''] = /^\s*#[\s#]*(?:export\s+)?([\w.-]+)\s*[=:]/.exec(content) ?? [];
    return names.has(name) ? [{ name, line: index + 1 }] : [];
  });
}

const same = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

const cannot = (path: string, why: string): StrongroomError =>
  new StrongroomError('FILE_UNWRITABLE', `The file ${path} is left as it was: ${why}.`);
