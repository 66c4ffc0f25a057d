import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmod, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The first bytes of a file, which tell its form: anything else is not ours. */
const magic = Buffer.from('strongroom last-known-good 1\n');
const nonceBytes = 12;
const tagBytes = 16;
/** No file of settings is larger. */
const maxBytes = 64 * 1024 * 1024;

/** Why what a file holds may not be used; the words follow the file's name. */
export class SealBroken extends Error {}

/**
 * A file that is encrypted and authenticated by AES-256-GCM (NIST SP 800-38D), with a nonce made anew for each
 * write. It is replaced as a whole or not at all, and only its owner may read it.
 */
export class SealedFile {
  readonly path: string;
  readonly #key: Buffer;

  /** @param key 32 bytes */
  constructor(path: string, key: Buffer) {
    this.path = path;
    this.#key = key;
  }

  /**
   * @param binding what the content is bound to: it opens with the same one only
   * @throws Error of the file system; an old file is then as it was
   */
  async write(text: string, binding: string): Promise<void> {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(aad(binding));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    const beside = join(dirname(this.path), `.${randomBytes(8).toString('hex')}.tmp`);
    try {
      // 'wx': whatever lies there by that name, a link of somebody's say, is not written through.
      const handle = await open(beside, 'wx', 0o600);
      try {
        await handle.writeFile(Buffer.concat([magic, nonce, cipher.getAuthTag(), sealed]));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await chmod(beside, 0o600);
      await rename(beside, this.path);
    } catch (error) {
      await rm(beside, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  /**
   * @returns undefined where there is no file
   * @throws SealBroken when it is not what was written, or not with this key or binding
   * @throws Error of the file system
   */
  async read(binding: string): Promise<string | undefined> {
    const bytes = await this.#bytes();
    if (bytes === undefined) return undefined;
    const begin = magic.length + nonceBytes + tagBytes;
    if (bytes.length < begin || !bytes.subarray(0, magic.length).equals(magic)) {
      throw new SealBroken('is no file of last known good settings');
    }
    const nonce = bytes.subarray(magic.length, magic.length + nonceBytes);
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: tagBytes })
      .setAAD(aad(binding))
      .setAuthTag(bytes.subarray(begin - tagBytes, begin));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(begin)), decipher.final()]).toString('utf8');
    } catch {
      throw new SealBroken(
        'cannot be opened: it was changed, or written with another key, for another application or environment',
      );
    }
  }

  async #bytes(): Promise<Buffer | undefined> {
    const handle = await open(this.path, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (handle === undefined) return undefined;
    try {
      const stat = await handle.stat();
      if (!stat.isFile() || stat.size > maxBytes) {
        throw new SealBroken('is no file of last known good settings');
      }
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  }
}

const aad = (binding: string): Buffer => Buffer.concat([magic, Buffer.from(binding, 'utf8')]);
