import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { canonicalText } from '../json-value.js';

/** How much of a fingerprint is shown: enough for the eye, and to notice a change. */
const shownDigits = 12;

/**
 * Tells whether values are equal without showing them. Without the key a fingerprint says nothing, not even of a
 * value that can be guessed: there is no way to try a guess.
 */
export class Fingerprints {
  readonly #key: KeyObject;

  /** @param key 32 bytes. @default new ones, which leave this object only for a plan's key file */
  constructor(key: Uint8Array = randomBytes(32)) {
    this.#key = createSecretKey(key);
  }

  /** @param owner what the value belongs to, so that nobody sees which keys share one value */
  of(owner: string, value: unknown): string {
    return this.seal(JSON.stringify([owner, canonicalText(value) ?? null])).slice(0, shownDigits);
  }

  /** A full digest of a text that is no secret: tells that it was not changed. */
  seal(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('hex');
  }

  exportKey(): string {
    return this.#key.export().toString('base64');
  }
}
