import { readBounded } from '../read-bounded.js';
import { VaultError } from '../vault-error.js';
import type { TokenFile } from './token.js';
import { checkToken, missing } from './token.js';

/** Files that may hold the token: the first that is there counts. They are read again when they change. */
export class TokenFiles {
  readonly #files: readonly TokenFile[];

  constructor(files: readonly TokenFile[]) {
    this.#files = files;
  }

  /** @throws VaultError `SOURCE_DENIED` when there is no token in them */
  async read(address: string): Promise<string> {
    for (const { path, required } of this.#files) {
      let text: string;
      try {
        text = await readBounded(path);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (!required && (code === 'ENOENT' || code === 'ENOTDIR')) continue;
        throw new VaultError('SOURCE_DENIED', `the token file ${path} cannot be read (${code})`, {
          address,
          hint: 'Correct the name of the token file, or its permissions.',
        });
      }
      const token = text.trim();
      if (token !== '' || required) return checkToken(token, `the token in ${path}`, address);
    }
    throw missing(address);
  }
}

/**
 * A token that a file holds, such as the sink of a Vault Agent. It is read at the first request, and again when it
 * changes.
 */
export const tokenFile = (path: string): TokenFiles => new TokenFiles([{ path, required: true }]);
