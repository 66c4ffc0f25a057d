import type { Dirent } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { isInRepository, NoRepository, startGit } from './git.js';
import { recordsOf } from './records.js';

/** A file of a tree by its name, relative to the root, with `/` between the parts. */
export interface TreeFile {
  readonly name: string;
  /** As the file system has it: a name need not be valid UTF-8. */
  readonly path: Buffer;
  /** Set for a folder whose files could not be listed. */
  readonly unreadable?: true;
}

/** Of a folder without git: what a package manager or a tool put there. */
const skippedFolders = new Set(
  '.git .hg .svn node_modules bower_components .venv venv __pycache__ .tox .mypy_cache .pytest_cache .ruff_cache .gradle .terraform .next .nuxt .turbo .cache'.split(
    ' ',
  ),
);

/** Deeper folders are not looked into: no project has them. */
const maxDepth = 100;

/** The files below a root: in a git repository those that git does not ignore, otherwise nearly all. */
export async function listFiles(
  root: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly files: readonly TreeFile[]; readonly git: boolean }> {
  const files = await listByGit(root, signal);
  // A folder that its repository ignores as a whole was named on purpose.
  if (files !== undefined && files.length > 0) return { files, git: true };
  const walked: TreeFile[] = [];
  await walk(root, Buffer.alloc(0), 0, walked, signal);
  return { files: walked, git: files !== undefined };
}

async function listByGit(
  root: string,
  signal: AbortSignal | undefined,
): Promise<readonly TreeFile[] | undefined> {
  try {
    if (!(await isInRepository(root, signal))) return undefined;
  } catch (error) {
    if (error instanceof NoRepository) return undefined;
    throw error;
  }
  const git = startGit(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], signal);
  const files = new Map<string, TreeFile>();
  for await (const record of recordsOf(git.output, 0)) {
    const name = record.toString('utf8');
    files.set(record.toString('latin1'), { name, path: Buffer.from(record) });
  }
  await git.finished();
  return [...files.values()];
}

async function walk(
  root: string,
  folder: Buffer,
  depth: number,
  files: TreeFile[],
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  let entries: Dirent<Buffer>[];
  try {
    entries = await readdir(within(root, folder), { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    // The root must be there; a folder below it that cannot be read is told of.
    if (depth === 0) throw error;
    files.push({ ...treeFile(folder), unreadable: true });
    return;
  }
  for (const entry of entries.sort((a, b) => Buffer.compare(a.name, b.name))) {
    const path = folder.length === 0 ? entry.name : Buffer.concat([folder, slash, entry.name]);
    if (!entry.isDirectory()) files.push(treeFile(path));
    else if (depth < maxDepth && !skippedFolders.has(entry.name.toString('utf8'))) {
      await walk(root, path, depth + 1, files, signal);
    }
  }
}

const slash = Buffer.from('/');
const treeFile = (path: Buffer): TreeFile => ({ name: path.toString('utf8'), path });

/** The whole path of what lies below a root. */
export const within = (root: string, path: Buffer): Buffer =>
  path.length === 0 ? Buffer.from(root) : Buffer.concat([Buffer.from(root), slash, path]);

/** Tells whether a file's folder is where its name says: no link on the way leads out of the tree. */
export class Folders {
  readonly #root: string;
  readonly #known = new Map<string, Promise<boolean>>();

  constructor(root: string) {
    this.#root = root;
  }

  holds({ path }: TreeFile): Promise<boolean> {
    const folder = path.subarray(0, Math.max(0, path.lastIndexOf('/')));
    const key = folder.toString('latin1');
    const known = this.#known.get(key) ?? this.#isReal(folder);
    this.#known.set(key, known);
    return known;
  }

  async #isReal(folder: Buffer): Promise<boolean> {
    try {
      const real = await realpath(within(this.#root, folder), 'buffer');
      return real.equals(within(this.#root, folder));
    } catch {
      // The file is gone too, which reading it tells.
      return true;
    }
  }
}
