import { randomUUID } from 'node:crypto';
import { chmod, open, readFile, rename, rm } from 'node:fs/promises';
import { decodeState, encodeState } from '../state/state-codec.js';
import type { StateTree } from '../state/storage.js';
import { DevServerError } from './dev-server-error.js';

/** The state of a server and where it is kept. */
export interface StateFile {
  readonly state: StateTree;
  /** Notes that the state changed; it is written soon. */
  save(): void;
  /** Resolves when all is written. Rejects with what went wrong while writing. */
  close(): Promise<void>;
}

async function load(path: string): Promise<StateTree> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map();
    throw new DevServerError('DATA_FILE_UNREADABLE', `The data file ${path} cannot be read.`, {
      cause: error,
    });
  }
  const state = decodeState(text);
  if (state !== undefined) return state;
  // Without the cause: a parser's message may quote secrets.
  throw new DevServerError(
    'DATA_FILE_INVALID',
    `The data file ${path} is not one of this program or is damaged. It was left as it is; move it away or name another one.`,
  );
}

/** Writes beside the file and renames, so that the file is whole at any time. */
async function write(path: string, state: StateTree): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, 'w', 0o600);
    try {
      await handle.writeFile(encodeState(state));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await chmod(temporary, 0o600);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Reads the state of a file, or begins a new one.
 *
 * @param path without it, the state is in memory only
 * @throws DevServerError with DATA_FILE_INVALID or DATA_FILE_UNREADABLE
 */
export async function openStateFile(path: string | undefined): Promise<StateFile> {
  if (path === undefined) return { state: new Map(), save: () => {}, close: async () => {} };
  const state = await load(path);
  let dirty = false;
  let writing: Promise<void> | undefined;
  let problem: unknown;
  const drain = async (): Promise<void> => {
    try {
      while (dirty) {
        dirty = false;
        await write(path, state);
      }
    } catch (error) {
      problem = error;
    } finally {
      // In the same turn in which the loop saw that nothing is left: no change can slip in between.
      writing = undefined;
    }
  };
  return {
    state,
    save() {
      dirty = true;
      writing ??= drain();
    },
    async close() {
      await writing;
      if (problem !== undefined) throw problem;
    },
  };
}
