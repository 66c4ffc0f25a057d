import type { Writable } from 'node:stream';
import { startGit } from './git.js';
import { recordsOf } from './records.js';

/** One version of a file that history has, with the commit that first brought it. */
export interface Version {
  /** The object's name. */
  readonly id: string;
  readonly commit: string;
  /** The name that it had in that commit, relative to the root. */
  readonly file: string;
}

/** Every version of every file below a folder that any branch, tag or stash leads to: each once, the oldest first. */
export async function listVersions(
  root: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly versions: readonly Version[]; readonly commits: number }> {
  const revisions = startGit(root, ['rev-list', '--all', '--topo-order', '--reverse'], signal);
  // The plumbing: no setting of the repository changes what it prints, or runs a program for it.
  const changes = startGit(
    root,
    [
      'diff-tree',
      '--stdin',
      '--root',
      '-r',
      '-z',
      '--raw',
      '--no-renames',
      '--diff-merges=first-parent',
      '--relative',
    ],
    signal,
  );
  revisions.output.pipe(changes.input);
  const versions = new Map<string, Version>();
  let commits = 0;
  let commit = '';
  let change: string | undefined;
  for await (const record of recordsOf(changes.output, 0)) {
    const line = record.toString('utf8');
    if (change !== undefined) {
      const [, mode = '', , id = ''] = change.split(' ');
      if (/^100/.test(mode) && !versions.has(id)) versions.set(id, { id, commit, file: line });
      change = undefined;
    } else if (line.startsWith(':')) change = line;
    else {
      commit = line.trim();
      commits++;
    }
  }
  await Promise.all([revisions.finished(), changes.finished()]);
  return { versions: [...versions.values()], commits };
}

/** What git answers for one version. */
export interface Blob {
  readonly version: Version;
  /** `undefined` for one that the repository does not have, as in a partial clone; `too-large` beyond the limit. */
  readonly bytes: Buffer | 'too-large' | undefined;
}

/** Reads versions, in their order. What is beyond the limit never leaves git. */
export async function* readVersions(
  root: string,
  versions: readonly Version[],
  maxBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Blob> {
  const sizes = await sizesOf(root, versions, signal);
  const fits = ({ id }: Version): boolean => (sizes.get(id) ?? Number.POSITIVE_INFINITY) <= maxBytes;
  const git = startGit(root, ['cat-file', '--batch'], signal);
  void feed(git.input, versions.filter(fits));
  const chunks = new ByteReader(git.output);
  try {
    for (const version of versions) {
      if (!fits(version)) {
        yield { version, bytes: sizes.has(version.id) ? 'too-large' : undefined };
        continue;
      }
      const size = Number((await chunks.line()).split(' ')[2]);
      const bytes = Number.isInteger(size) ? await chunks.take(size) : undefined;
      if (bytes !== undefined) await chunks.take(1);
      yield { version, bytes };
    }
    await git.finished();
  } finally {
    // Whoever stops half-way leaves no git behind that waits to be read.
    git.input.destroy();
    git.output.destroy();
  }
}

async function sizesOf(
  root: string,
  versions: readonly Version[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, number>> {
  const git = startGit(root, ['cat-file', '--batch-check=%(objectname) %(objectsize)'], signal);
  void feed(git.input, versions);
  const sizes = new Map<string, number>();
  for await (const record of recordsOf(git.output, 10)) {
    const [id = '', size = ''] = record.toString('latin1').split(' ');
    if (/^\d+$/.test(size)) sizes.set(id, Number(size));
  }
  await git.finished();
  return sizes;
}

async function feed(input: Writable, versions: readonly Version[]): Promise<void> {
  for (let index = 0; index < versions.length; index += 1000) {
    const ids = versions.slice(index, index + 1000).map(({ id }) => `${id}\n`);
    if (!input.write(ids.join('')) && input.writable) {
      await new Promise((resolve) => input.once('drain', resolve).once('close', resolve));
    }
  }
  input.end();
}

/** Takes lines and counted bytes from a stream. */
class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    let end = this.#rest.indexOf(10);
    while (end === -1 && (await this.#more())) end = this.#rest.indexOf(10);
    const line = this.#rest.subarray(0, end === -1 ? undefined : end).toString('latin1');
    this.#rest = this.#rest.subarray(end === -1 ? this.#rest.length : end + 1);
    return line;
  }

  async take(size: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let missing = size;
    while (missing > 0) {
      if (this.#rest.length === 0 && !(await this.#more())) break;
      const part = this.#rest.subarray(0, missing);
      parts.push(part);
      this.#rest = this.#rest.subarray(part.length);
      missing -= part.length;
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) return false;
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
    return true;
  }
}
