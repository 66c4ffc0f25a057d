import { createHash, randomBytes } from 'node:crypto';
import type { LeaseRecord } from '../leases/lease-record.js';
import type { LeaseStore } from '../leases/lease-store.js';
import { collection, type Storage } from '../state/storage.js';
import { randomName } from './random-name.js';
import { TOKENS, type TokenEntry } from './token-entry.js';
import { hasUnknownNamespace } from './token-shape.js';

/** What a new token is made from. */
export interface NewToken extends Omit<TokenEntry, 'id' | 'accessor' | 'creationTime' | 'leaseId'> {
  /** A chosen id; without one it is random. */
  readonly id?: string;
  readonly renewable: boolean;
  /** What the auth method needs to renew it. */
  readonly internal?: LeaseRecord['internal'];
}

/** Why a token cannot have the id that was asked for; the message is Vault's. */
export class TokenIdError extends Error {}

const ACCESSORS = collection<string>('accessors');

/** All tokens, by id and by accessor. */
export class TokenStore {
  readonly #tokens: Map<string, TokenEntry>;
  readonly #accessors: Map<string, string>;

  constructor(
    storage: Storage,
    private readonly leases: LeaseStore,
    private readonly now: () => number,
  ) {
    this.#tokens = storage.records(TOKENS);
    this.#accessors = storage.records(ACCESSORS);
  }

  /** Makes a token. A chosen id is taken as it is: see `checkId`. */
  add(wanted: NewToken): TokenEntry {
    const { renewable, internal = new Map(), ...rest } = wanted;
    const now = this.now();
    const batch = wanted.type === 'batch';
    const id = wanted.id ?? (batch ? `b.${randomBytes(90).toString('base64url')}` : `s.${randomName(24)}`);
    const expires = wanted.ttl > 0 && !batch;
    const salted = createHash('sha256').update(id).digest('hex');
    const token: TokenEntry = {
      ...rest,
      id,
      accessor: batch ? '' : randomName(24),
      creationTime: now,
      leaseId: expires ? `${wanted.path}/h${salted}` : '',
    };
    this.#tokens.set(id, token);
    if (!batch) this.#accessors.set(token.accessor, id);
    if (expires) {
      this.leases.put({
        id: token.leaseId,
        kind: 'auth',
        token: id,
        issueTime: now,
        expireTime: now + wanted.ttl * 1000,
        lastRenewal: undefined,
        renewable,
        ttl: wanted.ttl,
        internal,
      });
    }
    return token;
  }

  /** Whether a client may choose an id. @throws TokenIdError */
  checkId(id: string): void {
    if (id.startsWith('s.')) throw new TokenIdError("custom token ID cannot have the 's.' prefix");
    if (id.includes('.')) throw new TokenIdError("custom token ID cannot have a '.' in the value");
    if (this.#tokens.has(id)) throw new TokenIdError('cannot create a token with a duplicate ID');
  }

  /** A token that is known, has not expired, and is not at its last use. */
  find(id: string): TokenEntry | undefined {
    const token = this.findSpent(id);
    return token === undefined || token.numUses < 0 ? undefined : token;
  }

  /** The same, and also one that goes when the request that is its last use is done. */
  findSpent(id: string): TokenEntry | undefined {
    const token = this.#tokens.get(id);
    if (token === undefined || hasUnknownNamespace(id)) return undefined;
    if (token.type === 'batch' && this.expireTime(token) <= this.now()) return undefined;
    // A batch token lives no longer than its parent.
    if (token.type === 'batch' && token.parent !== '' && this.find(token.parent) === undefined)
      return undefined;
    return token;
  }

  findByAccessor(accessor: string): TokenEntry | undefined {
    const id = this.#accessors.get(accessor);
    return id === undefined ? undefined : this.find(id);
  }

  accessors(): string[] {
    return [...this.#accessors.keys()];
  }

  childrenOf(id: string): TokenEntry[] {
    return [...this.#tokens.values()].filter((token) => token.parent === id && token.type !== 'batch');
  }

  /** Forgets a token and nothing else. */
  remove(token: TokenEntry): void {
    this.#tokens.delete(token.id);
    this.#accessors.delete(token.accessor);
  }

  leaseOf(token: TokenEntry): LeaseRecord | undefined {
    return token.leaseId === '' ? undefined : this.leases.get(token.leaseId);
  }

  /** Milliseconds since 1970; infinity where it never expires. */
  expireTime(token: TokenEntry): number {
    if (token.type === 'batch') return token.creationTime + token.ttl * 1000;
    return this.leaseOf(token)?.expireTime ?? Number.POSITIVE_INFINITY;
  }
}
