import type { Transport } from './transport/transport.js';

const maxMessages = 3;
const maxLength = 200;

/**
 * What Vault itself said of a request that it refused: the texts in `errors`, bounded, and without control
 * characters. Nothing of a body that has no such list.
 *
 * Of the answer to a write only sentences that are known go on: Vault quotes fields that it cannot read.
 */
export function vaultMessages(body: unknown, method: string, transport: Transport): readonly string[] {
  return errorsOf(body)
    .flatMap(each)
    .slice(0, maxMessages)
    .filter((text) => !transport.holdsToken(text) && (readingMethods.has(method) || harmless.test(text)))
    .map(clean)
    .filter((text) => text !== '');
}

/** The texts of Vault's error shape as they came: to be compared with, not to be shown. */
export function errorsOf(body: unknown): readonly string[] {
  if (typeof body !== 'object' || body === null || !('errors' in body) || !Array.isArray(body.errors))
    return [];
  return body.errors.filter((text): text is string => typeof text === 'string');
}

/** The texts of the list `warnings`, likewise. */
export function warningsOf(body: unknown): readonly string[] {
  if (typeof body !== 'object' || body === null || !('warnings' in body)) return [];
  return Array.isArray(body.warnings)
    ? body.warnings.filter((text): text is string => typeof text === 'string')
    : [];
}

const readingMethods = new Set(['GET', 'HEAD', 'LIST', 'DELETE']);

const harmless =
  /^(?:permission denied|invalid token|missing client token|namespace not found|unsupported (?:operation|path)|no handler for route (?:'[^']*'|"[^"]*"\. route entry (?:not found|found, but backend not initialized)\.)|(?:error performing token check: )?Vault is sealed|check-and-set parameter (?:did not match the current version|required for this call)|http: request body too large|(?:failed to parse JSON input: )?(?:error reading JSON token: )?JSON (?:input|payload|string value|number value|object|array) exceeds allowed [a-z ]{1,40})\s*$/;

/** Go's list of errors ("2 errors occurred:\n\t* …\n\t* …\n\n") becomes the texts that are in it. */
export function each(text: string): readonly string[] {
  const list = /^\d+ errors? occurred:\s*\* /.exec(text)?.[0];
  return list === undefined ? [text] : text.slice(list.length).split(/\n\s*\* /);
}

/** One line, and not too long. */
function clean(text: string): string {
  const line = text.replace(/[\p{C}\s]+/gu, ' ').trim();
  return line.length > maxLength ? `${line.slice(0, maxLength)}…` : line;
}
