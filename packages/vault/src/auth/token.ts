import { VaultError } from '../vault-error.js';

/** Gives the token for the next request; undefined sends none. */
export type TokenReader = () => string | undefined | Promise<string | undefined>;

/** A file that may hold a token. */
export interface TokenFile {
  readonly path: string;
  /** Whether the file must be there: somebody named it. */
  readonly required: boolean;
}

/** How to give a token, for hints. */
const ways =
  'Set VAULT_TOKEN or VAULT_TOKEN_FILE, log in with "vault login" (~/.vault-token), choose an auth method (STRONGROOM_VAULT_AUTH), or let a Vault Agent or Proxy log in (VAULT_AGENT_ADDR).';

/** No token: an Agent or a Proxy adds one. */
export const noToken: TokenReader = () => undefined;

/** A reader that has nothing to read: what to do stands in its error. */
export const missingToken =
  (address: string): TokenReader =>
  () => {
    throw missing(address);
  };

/** There is no token, and what to do stands in the error. */
export const missing = (address: string): VaultError =>
  new VaultError('SOURCE_DENIED', `there is no token for Vault at ${address}`, { address, hint: ways });

/** A function of plain JavaScript may give anything. */
export const notText = (address: string): VaultError =>
  new VaultError('SOURCE_DENIED', `the token for Vault at ${address} is no text`, {
    address,
    hint: 'Correct the function that gives it: a token is a text, and undefined stands for none.',
  });

/**
 * A line break in a token would begin a header field of its own.
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
