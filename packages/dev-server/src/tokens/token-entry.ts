import { collection } from '../state/storage.js';

/** A service token has a lease and can be renewed and revoked; a batch token carries all in itself. */
export type TokenType = 'service' | 'batch';

/** What is known of a token. Times are milliseconds since 1970, durations whole seconds. */
export interface TokenEntry {
  readonly id: string;
  /** Empty for batch tokens. */
  readonly accessor: string;
  /** The token that made it; empty for orphans. */
  parent: string;
  readonly policies: readonly string[];
  /** The path that it was made at. */
  readonly path: string;
  readonly meta: ReadonlyMap<string, string> | null;
  readonly displayName: string;
  /** Uses left; 0 for any number, negative during the last one. */
  numUses: number;
  readonly creationTime: number;
  readonly ttl: number;
  readonly explicitMaxTtl: number;
  readonly period: number;
  readonly role: string;
  readonly entityId: string;
  readonly type: TokenType;
  readonly boundCidrs: readonly string[];
  /** Empty where the token never expires. */
  readonly leaseId: string;
}

export const TOKENS = collection<TokenEntry>('tokens');
