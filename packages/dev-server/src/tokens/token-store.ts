import { randomBytes } from 'node:crypto';
import type { Storage } from '../state/storage.js';
import { TOKENS, type TokenEntry } from './token-entry.js';

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

/** All tokens. */
export class TokenStore {
  readonly #tokens: Map<string, TokenEntry>;

  constructor(
    storage: Storage,
    readonly now: () => number,
  ) {
    this.#tokens = storage.records(TOKENS);
  }

  /** Adds a root token that never expires. */
  addRoot(id: string): TokenEntry {
    const entry: TokenEntry = {
      id,
      accessor: randomName(24),
      parent: '',
      policies: ['root'],
      path: 'auth/token/create',
      meta: null,
      displayName: 'token',
      numUses: 0,
      creationTime: this.now(),
      ttl: 0,
      explicitMaxTtl: 0,
      period: 0,
      role: '',
      entityId: '',
      type: 'service',
      boundCidrs: [],
      leaseId: '',
    };
    this.#tokens.set(id, entry);
    return entry;
  }

  find(id: string): TokenEntry | undefined {
    return this.#tokens.get(id);
  }
}
