import { randomBytes } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Random letters and digits, as Vault's tokens and accessors have. */
export function randomName(length: number): string {
  let name = '';
  while (name.length < length) {
    for (const byte of randomBytes(length)) {
      // Bytes that would favour the first letters are dropped.
      if (byte < 248 && name.length < length) name += ALPHABET[byte % 62];
    }
  }
  return name;
}
