import { VaultError } from './vault-error.js';

/** Gives the token for the next request; undefined sends none. */
export type TokenReader = () => string | undefined | Promise<string | undefined>;

/** A file that may hold a token. */
export interface TokenFile {
  readonly path: string;
  /** Whether the file must be there: somebody named it. */
  readonly required: boolean;
}

/** A batch token has some hundred bytes, a JWT of an Agent some thousand. */
const maxTokenBytes = 64 * 1024;

/** How to give a token, for hints. */
const ways =
  'Set VAULT_TOKEN or VAULT_TOKEN_FILE, log in with "vault login" (~/.vault-token), or let a Vault Agent or Proxy log in (VAULT_AGENT_ADDR).';

/**
 * A token from the first of some files that is there. They are read at the first request, not before: a program
 * that needs nothing of Vault needs no token either.
 */
export function tokenFromFiles(files: readonly TokenFile[], address: string): TokenReader {
  let token: Promise<string> | undefined;
  return () => {
    token ??= readFirst(files, address).catch((error) => {
      // It may be there the next time.
      token = undefined;
      throw error;
    });
    return token;
  };
}

/** No token: an Agent or a Proxy adds one. */
export const noToken: TokenReader = () => undefined;

/** A reader that has nothing to read: what to do stands in its error. */
export const missingToken =
  (address: string): TokenReader =>
  () => {
    throw missing(address);
  };

async function readFirst(files: readonly TokenFile[], address: string): Promise<string> {
  for (const { path, required } of files) {
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

/** Reads at most as much as any token has, whatever the file is. */
async function readBounded(path: string): Promise<string> {
  const { open } = await import('node:fs/promises');
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxTokenBytes), 0, maxTokenBytes);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

const missing = (address: string): VaultError =>
  new VaultError('SOURCE_DENIED', `there is no token for Vault at ${address}`, { address, hint: ways });

/**
 * A line break or the like in a token would be refused by node:http with the token in its message.
 *
 * @throws VaultError `SOURCE_DENIED` for a token that cannot be sent
 */
export function checkToken(token: string, what: string, address: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new VaultError(
    'SOURCE_DENIED',
    token === '' ? `${what} is empty` : `${what} holds characters that no token has`,
    { address, hint: token === '' ? ways : 'Copy the token again: one line of letters, digits and dots.' },
  );
}
