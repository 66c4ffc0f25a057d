import { randomUUID } from 'node:crypto';
import type { Seal } from './seal.js';
import { SealError } from './seal.js';

/** Key shares that are given one after the other, for an operation that needs the threshold of them. */
export class ShareCollection {
  readonly nonce = randomUUID();
  #given: Buffer[] = [];

  get count(): number {
    return this.#given.length;
  }

  /**
   * Takes a share.
   *
   * @returns true with the last one that is needed
   * @throws SealError for a wrong nonce or wrong shares; then they have to be given anew
   */
  add(seal: Seal, nonce: string, share: Buffer): boolean {
    if (nonce !== this.nonce)
      throw new SealError(`incorrect nonce supplied; nonce for this operation is "${this.nonce}"`, 400);
    if (this.#given.some((given) => given.equals(share))) return false;
    this.#given.push(share);
    if (this.#given.length < seal.threshold) return false;
    const shares = this.#given;
    this.#given = [];
    seal.checkShares(shares);
    return true;
  }
}
