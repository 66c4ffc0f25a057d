import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StrongroomError } from '@strongroom/core';
import { unwritable } from './file-fault.js';

const ownerOnly = 0o600;

/**
 * Writes a new file, for its owner only. Whoever looks sees nothing in it or all of it.
 *
 * @param what the file in words, for messages: `The backup`
 * @throws StrongroomError `FILE_UNWRITABLE` also when there is something by that name
 */
export async function createFile(path: string, content: string | Uint8Array, what: string): Promise<void> {
  try {
    await beside(path, content, async () => {
      // Takes the name, which a renaming alone would take from whoever has it.
      await (await open(path, 'wx', ownerOnly)).close();
    });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST'
      ? new StrongroomError(
          'FILE_UNWRITABLE',
          `${what} ${path} is there already. Name another file, or allow to overwrite it.`,
        )
      : unwritable(path, what, error);
  }
}

export interface ReplaceOptions {
  /** Asked just before the old file gives way; false leaves it. @default there is nothing to ask */
  readonly unchanged?: () => Promise<boolean>;
  /** The mode of one that is not there, less what the umask takes. @default for its owner only */
  readonly mode?: number;
}

/**
 * Replaces what is in a file, with its mode and, where this process may, its owner; one that is not there is made. A
 * link stays one: what it leads to is replaced. Until all is on the disk the old file stays.
 *
 * @throws StrongroomError `FILE_UNWRITABLE` also when it has other names (hard links), or was changed meanwhile
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  what: string,
  { unchanged, mode }: ReplaceOptions = {},
): Promise<void> {
  const target = await realpath(path).catch(() => path);
  try {
    const old = await stat(target).catch(() => undefined);
    // Under its other names the old content would stay.
    if (old !== undefined && old.nlink > 1)
      throw refused(path, what, 'has other names (hard links), which would keep what is in it');
    if (old?.isFile() === false) throw refused(path, what, 'is no file');
    const ready = async (handle: FileHandle) => {
      if (old !== undefined) await likeBefore(handle, old);
      if ((await unchanged?.()) === false) throw refused(path, what, 'was changed meanwhile: try again');
    };
    await beside(target, content, ready, old === undefined ? mode : undefined);
  } catch (error) {
    throw error instanceof StrongroomError ? error : unwritable(path, what, error);
  }
}

/**
 * Writes beside the path, and takes its name when all is on the disk. When that fails nothing is left.
 *
 * @param ready what is to be done before
 */
async function beside(
  path: string,
  content: string | Uint8Array,
  ready: (handle: FileHandle) => Promise<void>,
  mode = ownerOnly,
): Promise<void> {
  // What ignores `.env.*` ignores it too, should the process be killed.
  const temporary = `${path}.${randomUUID()}.tmp`;
  // 'wx': what lies there by that name, somebody's link say, is not written through.
  const handle = await open(temporary, 'wx', mode);
  try {
    try {
      await handle.writeFile(content);
      await handle.sync();
      await ready(handle);
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

async function likeBefore(handle: FileHandle, { mode, uid, gid }: Stats): Promise<void> {
  const made = await handle.stat();
  const owned = await succeeds(handle.chown(uid, gid));
  const grouped = owned || made.gid === gid || (await succeeds(handle.chown(made.uid, gid)));
  // What the old group might do, another one may not.
  const kept = grouped ? mode & 0o7777 : mode & 0o7707;
  await handle.chmod(kept);
}

const succeeds = (work: Promise<void>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );

/** Makes sure of the name too. Not every system lets a folder be opened. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

const refused = (path: string, what: string, why: string): StrongroomError =>
  new StrongroomError('FILE_UNWRITABLE', `${what} ${path} ${why}.`);
