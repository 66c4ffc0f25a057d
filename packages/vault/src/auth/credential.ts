import { readBounded } from '../read-bounded.js';
import { VaultError } from '../vault-error.js';

/** What one logs in with: a text, a function that gives it at each login, or a file that is read at each. */
export type Credential = string | (() => string | Promise<string>) | CredentialFile;

export interface CredentialFile {
  readonly file: string;
}

/**
 * Reads a credential, for a login that is to begin now: a file, for one that was rotated since.
 *
 * @param what names it in errors, such as `the role id`
 * @throws VaultError `SOURCE_DENIED` when it cannot be read, or is empty. Of what a function throws nothing is kept.
 */
export async function readCredential(credential: Credential, what: string, address: string): Promise<string> {
  const refused = (reason: string, hint: string) =>
    new VaultError('SOURCE_DENIED', `${what} ${reason}`, { address, hint });
  let text: unknown;
  let where = what;
  if (typeof credential === 'string') text = credential;
  // In plain JavaScript a variable that is not set gets this far.
  else if (credential === undefined || credential === null) throw refused('is not given', giveIt);
  else if (typeof credential === 'function') {
    try {
      text = await credential();
    } catch {
      throw refused('could not be read', 'Correct the function that was given for it: it threw.');
    }
  } else {
    where = `${what} in ${credential.file}`;
    try {
      text = await readBounded(credential.file);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw refused(
        `cannot be read: ${credential.file} (${code})`,
        'Correct the name of the file, or its permissions.',
      );
    }
  }
  const trimmed = typeof text === 'string' ? text.trim() : '';
  if (trimmed !== '') return trimmed;
  throw new VaultError('SOURCE_DENIED', `${where} is empty`, { address, hint: giveIt });
}

const giveIt = 'Give it, or correct where it comes from.';
