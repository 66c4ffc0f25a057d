import { basename, resolve } from 'node:path';
import type { BackupKey, Entry, VerifiedEntry } from '@strongroom/migrate';
import { CommandError } from '../command-error.js';
import { exitCodes } from '../exit-code.js';
import type { Session } from '../session.js';
import { kindOf } from '../source-entries.js';
import { secretFrom } from '../terminal/ask.js';

/** Takes what was verified out of the file that it was read from. */
export type DotenvCleanUp = (
  entries: readonly Entry[],
  verified: readonly VerifiedEntry[],
) => Promise<CleanedUp>;

/** What is told of it in JSON. */
export interface CleanedUp {
  readonly file: string;
  readonly removed: readonly string[];
  readonly kept: readonly { readonly name: string; readonly reason: string }[];
  readonly backup: string | null;
}

/**
 * Prepares the clean-up before anything is written: what can be said against it is said by then.
 *
 * @param keyFile the key of the backup; without one a passphrase is asked for
 * @throws CommandError when the source is no single .env file, or when there is nobody to ask
 */
export async function dotenvCleanUp(
  session: Session,
  sources: readonly string[],
  keyFile: string | undefined,
): Promise<DotenvCleanUp> {
  const { io, output } = session;
  const [source = ''] = sources;
  const { kind, rest } = await kindOf(io.cwd, source);
  if (sources.length !== 1 || kind !== 'dotenv') {
    throw new CommandError(exitCodes.usage, 'Only a .env file can be cleaned up, and one at a time', {
      remedy: 'Name it with --from, or leave out --clean-up.',
    });
  }
  const file = resolve(io.cwd, rest);
  const key = await backupKey(session, keyFile, file);
  return async (entries, verified) => {
    const { cleanUpDotenv } = await import('@strongroom/migrate');
    const names = new Set(verified.map(({ entry }) => entry));
    const moved = entries.filter(({ name }) => names.has(name));
    const { removed, kept, comments, backup } = await cleanUpDotenv(file, { entries: moved, key });
    for (const { name, reason, line } of kept) {
      const where = line === undefined ? '' : ` (line ${line})`;
      output.warn(`${name} stays in ${basename(file)}: ${keptWords[reason]}${where}.`);
    }
    for (const { name, line } of comments) {
      output.warn(
        `Line ${line} of ${basename(file)} is a comment that may hold a value of ${name}: look at it.`,
      );
    }
    return { file, removed: removed.map(({ name }) => name), kept, backup: backup ?? null };
  };
}

const keptWords = {
  absent: 'it does not stand there any more',
  changed: 'it has another value there by now',
  'referred-to': 'another value refers to it',
} as const;

/**
 * The key file, or a passphrase that is asked for.
 *
 * @param madeFor the file of which a backup is to be made: what is wrong with the key for that is said at once, and a
 *   passphrase is asked for twice
 */
export async function backupKey(
  session: Session,
  keyFile: string | undefined,
  madeFor?: string,
): Promise<BackupKey> {
  const { io, signal } = session;
  const checked = async (key: BackupKey): Promise<BackupKey> => {
    const { prepareBackupKey } = await import('@strongroom/migrate');
    if (madeFor !== undefined) await prepareBackupKey(madeFor, key);
    return key;
  };
  if (keyFile !== undefined) return checked({ keyFile: resolve(io.cwd, keyFile) });
  const ask = (message: string) => secretFrom(io, message, '--backup-key', signal);
  const passphrase = await ask('Passphrase for the backup of the file, of at least 12 characters');
  const key = await checked({ passphrase });
  if (madeFor !== undefined && (await ask('The same again')) !== passphrase) {
    throw new CommandError(exitCodes.usage, 'The two are not the same', { remedy: 'Run it again.' });
  }
  return key;
}
