import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scrypt } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { checkOptions, isStrongroomError, SourceError, StrongroomError } from '@strongroom/core';
import { malformedText, maxTextBytes, readBytes } from '../reading/read-text.js';
import { createFile, replaceFile } from '../whole-file.js';

/** What a backup is encrypted with: a passphrase, or a file with a random key. */
export type BackupKey =
  | {
      /** At least 12 characters; from a prompt or a file, never from an argument. */
      readonly passphrase: string;
      readonly keyFile?: never;
    }
  | {
      /**
       * A file that holds the key; one that is not there is made, for its owner only. It may not lie in the folder of
       * the backup or below: whoever copies that folder must not have both.
       */
      readonly keyFile: string;
      readonly passphrase?: never;
    };

/** The first bytes of a backup, which tell its form. */
const magic = Buffer.from('strongroom backup 1\n');
const saltBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;
const headBytes = magic.length + 1 + saltBytes;

const minPassphrase = 12;

/** OWASP's first choice for scrypt: each guess takes 128 MiB and some tenths of a second. */
const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };

/**
 * Sees to the key of the backup that `cleanUpDotenv` will leave beside a file, before anything else is done: a key file
 * that is not there is made.
 *
 * @throws as `cleanUpDotenv` does for the key
 */
export async function prepareBackupKey(file: string, key: BackupKey): Promise<void> {
  checkKey(key);
  if (key.keyFile !== undefined) await provideKey(key.keyFile, await realpath(file).catch(() => file));
}

/**
 * Encrypts a content into a new file, by AES-256-GCM with a key for this file alone.
 *
 * @throws StrongroomError `DEFINITION_INVALID` for a key that is none, `FILE_UNWRITABLE`
 * @throws SourceError when the key's file cannot be read, holds no key, or may be read by others
 */
export async function writeBackup(path: string, content: Uint8Array, key: BackupKey): Promise<void> {
  checkKey(key);
  if (key.keyFile !== undefined) await provideKey(key.keyFile, path);
  const head = Buffer.concat([magic, Buffer.from(kindOf(key)), randomBytes(saltBytes)]);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', await keyFor(head, key), nonce).setAAD(head);
  const sealed = Buffer.concat([cipher.update(content), cipher.final()]);
  await createFile(path, Buffer.concat([head, nonce, cipher.getAuthTag(), sealed]), 'The backup');
}

/**
 * Decrypts a backup.
 *
 * @throws StrongroomError `DEFINITION_INVALID` for a key that is none
 * @throws SourceError `SOURCE_UNAVAILABLE` or `SOURCE_DENIED` when a file cannot be read, `SOURCE_MALFORMED` when it is no
 *   backup, was changed, or was made with another key
 */
export async function openBackup(path: string, key: BackupKey): Promise<Uint8Array> {
  checkKey(key);
  const begin = headBytes + nonceBytes + tagBytes;
  const bytes = Buffer.from(await readBytes(path, begin + maxTextBytes));
  if (bytes.length < begin || !bytes.subarray(0, magic.length).equals(magic)) {
    throw malformedText(path, undefined, 'is no backup.');
  }
  const head = bytes.subarray(0, headBytes);
  if (String.fromCharCode(head[magic.length] ?? 0) !== kindOf(key)) {
    const made = key.keyFile === undefined ? 'a key file, not a passphrase' : 'a passphrase, not a key file';
    throw malformedText(path, undefined, `was made with ${made}.`);
  }
  const nonce = bytes.subarray(headBytes, headBytes + nonceBytes);
  const decipher = createDecipheriv('aes-256-gcm', await keyFor(head, key), nonce, {
    authTagLength: tagBytes,
  })
    .setAAD(head)
    .setAuthTag(bytes.subarray(begin - tagBytes, begin));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(begin)), decipher.final()]);
  } catch {
    throw malformedText(
      path,
      undefined,
      'cannot be opened: it was changed, or made with another key or passphrase.',
    );
  }
}

export interface RestoreOptions {
  /** Where the file is written to, for its owner only unless it replaces one. */
  readonly to: string;
  readonly key: BackupKey;
  /** Whether a file that is there is replaced. @default false */
  readonly overwrite?: boolean;
}

/**
 * Decrypts a backup that `cleanUpDotenv` made, into a file.
 *
 * @throws StrongroomError `DEFINITION_INVALID` for a key that is none, `FILE_UNWRITABLE` also when the file is there
 * @throws SourceError `SOURCE_UNAVAILABLE` or `SOURCE_DENIED` when a file cannot be read, `SOURCE_MALFORMED` when the
 *   backup is none, was changed, or was made with another key
 */
export async function restoreBackup(backup: string, options: RestoreOptions): Promise<void> {
  checkOptions('restoreBackup()', options, { to: true, key: true, overwrite: true });
  const content = await openBackup(backup, options.key);
  const write = options.overwrite === true ? replaceFile : createFile;
  await write(options.to, content, 'The file');
}

function checkKey(key: BackupKey): void {
  checkOptions<{ passphrase?: string; keyFile?: string }>('the key of a backup', key, {
    passphrase: true,
    keyFile: true,
  });
  const { passphrase, keyFile } = key;
  if ((passphrase === undefined) === (keyFile === undefined)) {
    throw new StrongroomError(
      'DEFINITION_INVALID',
      'The key of a backup is a passphrase or a keyFile, one of the two.',
    );
  }
  if (passphrase !== undefined && [...passphrase].length < minPassphrase) {
    throw new StrongroomError(
      'DEFINITION_INVALID',
      `The passphrase of a backup has at least ${minPassphrase} characters.`,
    );
  }
}

const kindOf = ({ keyFile }: BackupKey): string => (keyFile === undefined ? 'p' : 'k');

/** A key for one file, by the salt in its head. */
async function keyFor(head: Buffer, { passphrase, keyFile }: BackupKey): Promise<Buffer> {
  const salt = head.subarray(-saltBytes);
  if (keyFile !== undefined) {
    return Buffer.from(hkdfSync('sha256', await readKey(keyFile), salt, magic, keyBytes));
  }
  const derive = promisify<string, Uint8Array, number, typeof cost, Buffer>(scrypt);
  // One text has several forms in Unicode, by the keyboard.
  return derive(passphrase.normalize('NFC'), salt, keyBytes, cost);
}

async function provideKey(file: string, backup: string): Promise<void> {
  const [inside, outside] = await Promise.all(
    [dirname(file), dirname(backup)].map((folder) => realpath(folder).catch(() => resolve(folder))),
  );
  if (!/^\.\.(?:[/\\]|$)/.test(relative(outside ?? '', inside ?? ''))) {
    throw new StrongroomError(
      'DEFINITION_INVALID',
      `The key file ${file} lies where the backup does: whoever copies that folder has both. Name a file elsewhere.`,
    );
  }
  try {
    await readKey(file);
  } catch (error) {
    if (!isStrongroomError(error, 'SOURCE_UNAVAILABLE')) throw error;
    await createFile(file, `${randomBytes(keyBytes).toString('base64')}\n`, 'The key file');
  }
}

async function readKey(file: string): Promise<Buffer> {
  const key = Buffer.from(
    Buffer.from(await readBytes(file))
      .toString('latin1')
      .trim(),
    'base64',
  );
  if (key.length !== keyBytes) throw malformedText(file, undefined, 'holds no key of a backup.');
  // Windows has no such rights, and says that all may.
  if (process.platform !== 'win32' && ((await stat(file)).mode & 0o077) !== 0) {
    throw new SourceError('SOURCE_DENIED', `${file} may be read by others, and is not used`, {
      locator: file,
      hint: `Take their rights away: chmod 600 ${file}`,
    });
  }
  return key;
}
