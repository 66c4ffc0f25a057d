import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Origin } from '../entry.js';
import { fileFault, malformedText, readBytes, utf8 } from './read-text.js';
import type { Reading } from './reading.js';
import { ReadingDraft } from './reading-draft.js';

/** No folder of secrets has more in it. */
const maxFiles = 10_000;

/**
 * Reads a folder in which each file is a secret, such as `/run/secrets` or a mounted Kubernetes Secret: a file's name is
 * the entry's, and its content the value, without one newline at its end, as for `NAME_FILE`. Where a mount has `..data`,
 * all is read from the one version to which that leads. Folders in it and files that are no text are left out, each with
 * a warning.
 *
 * @throws SourceError `SOURCE_UNAVAILABLE` when there is no such folder, `SOURCE_DENIED` when it or a file in it may not
 *   be read, and `SOURCE_MALFORMED` when it is no folder, a link leads out of it, or a file is larger than 1 MiB
 */
export async function readSecretsFolder(folder: string): Promise<Reading> {
  const root = await attempt(folder, () => realpath(folder));
  const top = await attempt(folder, () => readdir(root));
  // The version is looked up once: a mount replaces it at any time.
  const base = top.includes('..data')
    ? await inside(root, join(folder, '..data'), join(root, '..data'))
    : root;
  const names = base === root ? top : await attempt(folder, () => readdir(base));
  if (names.length > maxFiles) throw malformedText(folder, undefined, `has more than ${maxFiles} files.`);

  const draft = new ReadingDraft();
  // What begins with two dots is the bookkeeping of a mount.
  for (const name of names.filter((name) => !name.startsWith('..')).sort()) {
    const place = join(folder, name);
    const origin: Origin = { reader: 'folder', place };
    const file = await inside(root, place, join(base, name));
    // Anything but a file may keep its reader waiting for ever.
    if (!(await attempt(place, () => stat(file))).isFile()) {
      draft.warn('not-read', origin, `${name} is no file and is not read.`, name);
      continue;
    }
    const value = utf8(await readBytes(file))?.replace(/\r?\n$/, '');
    if (value === undefined)
      draft.warn('not-text', origin, `${name} is no UTF-8 text and is left out.`, name);
    else draft.add(name, value, origin);
  }
  return draft.finish();
}

/** Where a path really leads, which must not be out of the folder. */
async function inside(root: string, place: string, path: string): Promise<string> {
  const real = await attempt(place, () => realpath(path));
  if (real.startsWith(root.endsWith(sep) ? root : root + sep)) return real;
  throw malformedText(place, undefined, 'is a link that leads out of the folder.');
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOTDIR'
      ? malformedText(path, undefined, 'is a file, not a folder')
      : fileFault(path, error);
  }
}
