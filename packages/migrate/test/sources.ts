import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Reading } from '../src/index.js';

/** Files in the shapes in which projects ship them. */
export const dotenvSources = [
  'rails',
  'laravel',
  'django',
  'nextjs',
  'supabase',
  'mastodon',
  'gitlab-runner',
  'sentry',
  'web',
].map((name) => `${name}.env`);

export const sourcePath = (name: string): string =>
  fileURLToPath(new URL(`sources/${name}`, import.meta.url));

/** What was read, by name. */
export const valuesOf = ({ entries }: Reading): Record<string, unknown> =>
  Object.fromEntries(entries.map((entry) => [entry.name, entry.reveal()]));

/** The line of each name. */
export const linesOf = ({ entries }: Reading): Record<string, number | undefined> =>
  Object.fromEntries(entries.map(({ name, origin }) => [name, origin.line]));

/** What was warned of, as code, name and line. */
export const warningsOf = ({ warnings }: Reading): readonly string[] =>
  warnings.map(({ code, name, origin }) => [code, name ?? '-', origin.line ?? '-'].join(' '));

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Does something as a user without rights: root may read and write everything. */
export async function withoutRights<T>(work: () => Promise<T>): Promise<T> {
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    if (root) process.seteuid?.(0);
  }
}
