import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { collection, type Storage } from '../state/storage.js';
import { combineShares, ShamirError, splitSecret } from './shamir.js';

/** Why a server cannot be initialised or unsealed; the message is Vault's. */
export class SealError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** How the key is shared, and what it hashes to. The key itself is kept only by servers in dev mode. */
interface SealRecord {
  readonly shares: number;
  readonly threshold: number;
  readonly keyHash: string;
  readonly devKey?: string;
}

const SEAL = collection<SealRecord>('seal');

const KEY_LENGTH = 32;

const hash = (key: Uint8Array): Buffer => createHash('sha256').update(key).digest();

/** A key and the shares of it. */
export interface SharedKey {
  readonly key: Buffer;
  readonly parts: readonly Buffer[];
  readonly threshold: number;
}

export function makeSharedKey(shares: number, threshold: number): SharedKey {
  const key = randomBytes(KEY_LENGTH);
  return { key, parts: shares === 1 ? [key] : splitSecret(key, shares, threshold), threshold };
}

/** @throws SealError for numbers of shares that make no sense */
export function checkSealConfig(
  shares: number,
  threshold: number,
  invalid: (problem: string) => SealError = (problem) =>
    new SealError(`invalid seal configuration: ${problem}`, 400),
): void {
  if (shares < 1) throw invalid('shares must be at least one');
  if (threshold < 1) throw invalid('threshold must be at least one');
  if (shares > 1 && threshold === 1) throw invalid('threshold must be greater than one for multiple shares');
  if (shares > 255) throw invalid('shares must be less than 256');
  if (threshold > 255) throw invalid('threshold must be less than 256');
  if (threshold > shares) throw invalid('threshold cannot be larger than shares');
}

/** What is answered for shares that do not belong together. */
export type NotCombined = (problem: string) => SealError;

const notUnsealed: NotCombined = (problem) =>
  new SealError(`invalid key: failed to compute combined key: ${problem}`, 400);

/** What comes of a key that is not the true one. */
export const WRONG_KEY = 'failed to decrypt keys from storage: cipher: message authentication failed';

/** @throws SealError for shares that do not belong together */
function combined(shares: readonly Buffer[], notCombined: NotCombined): Buffer {
  try {
    return combineShares(shares);
  } catch (error) {
    if (!(error instanceof ShamirError)) throw error;
    throw notCombined(error.message);
  }
}

/** Whether some shares make a key that was shared so. */
export function makesKey(
  { key, threshold }: SharedKey,
  shares: readonly Buffer[],
  notCombined: NotCombined,
): boolean {
  const [first] = shares;
  if (first === undefined) return false;
  const made = threshold > 1 ? combined(shares, notCombined) : first;
  return timingSafeEqual(hash(made), hash(key));
}

/** Whether the server is initialised and sealed, and what opens it. */
export class Seal {
  readonly #records: Map<string, SealRecord>;
  #given: Buffer[] = [];
  #nonce = '';
  #sealed: boolean;

  constructor(storage: Storage) {
    this.#records = storage.records(SEAL);
    this.#sealed = this.#records.get('')?.devKey === undefined;
  }

  private get record(): SealRecord | undefined {
    return this.#records.get('');
  }

  get initialised(): boolean {
    return this.record !== undefined;
  }

  get sealed(): boolean {
    return this.#sealed;
  }

  get threshold(): number {
    return this.record?.threshold ?? 0;
  }

  get shares(): number {
    return this.record?.shares ?? 0;
  }

  /** How many shares of the present attempt are there, and its id. */
  get progress(): { readonly count: number; readonly nonce: string } {
    return { count: this.#given.length, nonce: this.#nonce };
  }

  /** The one key of a server in dev mode, in base64. */
  get devKey(): string | undefined {
    return this.record?.devKey;
  }

  /** Makes a key and returns its shares; the server is sealed. @throws SealError */
  initialise(shares: number, threshold: number): readonly Buffer[] {
    checkSealConfig(shares, threshold);
    if (this.initialised) throw new SealError('Vault is already initialized', 400);
    return this.shareNewKey(shares, threshold);
  }

  /** A new key in place of the old one. The server stays open or sealed as it is. */
  shareNewKey(shares: number, threshold: number): readonly Buffer[] {
    const key = makeSharedKey(shares, threshold);
    this.install(key);
    return key.parts;
  }

  /** Takes a key in place of the old one. */
  install({ key, parts, threshold }: SharedKey): void {
    this.#records.set('', { shares: parts.length, threshold, keyHash: hash(key).toString('hex') });
  }

  /** Initialises a server in dev mode: one key, kept, and the server is open. */
  initialiseForDevelopment(): void {
    const key = randomBytes(KEY_LENGTH);
    this.#records.set('', {
      shares: 1,
      threshold: 1,
      keyHash: hash(key).toString('hex'),
      devKey: key.toString('base64'),
    });
    this.#sealed = false;
  }

  close(): void {
    this.#sealed = true;
    this.reset();
  }

  reset(): void {
    this.#given = [];
    this.#nonce = '';
  }

  /** Whether enough shares make the true key. @throws SealError where they do not belong together */
  areTrue(shares: readonly Buffer[], notCombined: NotCombined): boolean {
    const record = this.record;
    const [first] = shares;
    if (record === undefined || first === undefined) throw new SealError('Vault is not initialized', 400);
    const key = record.threshold > 1 ? combined(shares, notCombined) : first;
    return timingSafeEqual(hash(key), Buffer.from(record.keyHash, 'hex'));
  }

  /** Takes one share; opens the server with the last one that is needed. @throws SealError */
  unseal(share: Buffer): void {
    const record = this.record;
    if (record === undefined) throw new SealError('Vault is not initialized', 400);
    checkShareLength(share);
    if (!this.#sealed) return;
    if (this.#given.some((given) => given.equals(share))) return;
    if (this.#given.length === 0) this.#nonce = randomUUID();
    this.#given.push(share);
    if (this.#given.length < record.threshold) return;
    const shares = this.#given;
    this.reset();
    if (!this.areTrue(shares, notUnsealed)) {
      throw new SealError(`unable to retrieve stored keys: ${WRONG_KEY}`, 500);
    }
    this.#sealed = false;
  }
}

function checkShareLength(share: Buffer): void {
  if (share.length < 16) throw new SealError('invalid key: key is shorter than minimum 16 bytes', 400);
  // One byte more than the key: that of a share which tells them apart.
  if (share.length > KEY_LENGTH + 1) {
    throw new SealError(`invalid key: key is longer than maximum ${KEY_LENGTH + 1} bytes`, 400);
  }
}
