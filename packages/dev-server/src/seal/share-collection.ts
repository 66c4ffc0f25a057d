import { randomUUID } from 'node:crypto';
import { type NotCombined, type Seal, SealError, WRONG_KEY } from './seal.js';

/** What wrong shares are answered with. */
const REFUSALS = {
  'root generation': {
    status: 400,
    wrong: `root generation aborted: unable to authenticate: unable to retrieve stored keys: ${WRONG_KEY}`,
  },
  rekey: { status: 500, wrong: `failed to read master key: ${WRONG_KEY}` },
} as const;

/** Key shares that are given one after the other, for an operation that needs the threshold of them. */
export class ShareCollection {
  readonly nonce = randomUUID();

  /** @param operation what messages call it */
  constructor(private readonly operation: keyof typeof REFUSALS) {}

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
      throw new SealError(
        `incorrect nonce supplied; nonce for this ${this.operation} operation is "${this.nonce}"`,
        400,
      );
    if (this.#given.some((given) => given.equals(share))) {
      throw new SealError('given key has already been provided during this generation operation', 400);
    }
    this.#given.push(share);
    if (this.#given.length < seal.threshold) return false;
    const shares = this.#given;
    this.#given = [];
    const { status, wrong } = REFUSALS[this.operation];
    const notCombined: NotCombined = (problem) =>
      new SealError(`failed to compute master key: ${problem}`, status);
    if (!seal.areTrue(shares, notCombined)) throw new SealError(wrong, status);
    return true;
  }
}
