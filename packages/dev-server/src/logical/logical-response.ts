import type { JsonMap, JsonRecord } from '../json/json-value.js';
import type { AuthGrant } from './auth-grant.js';

/** The auth block of an answer. Times are whole seconds. */
export interface AuthBlock {
  readonly clientToken: string;
  readonly accessor: string;
  readonly policies: readonly string[];
  readonly tokenPolicies: readonly string[];
  /** Those of the entity; shown where there are any. */
  readonly identityPolicies: readonly string[];
  readonly metadata: ReadonlyMap<string, string> | null;
  readonly leaseDuration: number;
  readonly renewable: boolean;
  readonly entityId: string;
  readonly tokenType: string;
  readonly orphan: boolean;
}

/** The lease of an answer. `leaseId` is empty where there is only a TTL, as KV version 1 gives. */
export interface LeaseBlock {
  readonly leaseId: string;
  /** Seconds. */
  readonly duration: number;
  readonly renewable: boolean;
}

/** A secret that is given for a time. Durations are seconds, 0 for the mount's own. */
export interface NewLease {
  readonly ttl: number;
  readonly maxTtl: number;
  readonly renewable: boolean;
  /** Kept for renewal and revocation. */
  readonly internal: JsonMap;
}

/** Where the wrapped answer is to be fetched. */
export interface WrapBlock {
  readonly token: string;
  readonly accessor: string;
  /** Seconds. */
  readonly ttl: number;
  readonly creationTime: string;
  readonly creationPath: string;
  readonly wrappedAccessor?: string;
}

export interface LogicalResponse {
  readonly data?: JsonRecord | JsonMap | null;
  readonly auth?: AuthBlock;
  /** From a login: the core makes a token of it. */
  readonly grant?: AuthGrant;
  /** From an engine with leases: the core makes a lease of it. */
  readonly newLease?: NewLease;
  readonly lease?: LeaseBlock;
  readonly wrap?: WrapBlock;
  /** How the answer is to be wrapped, whatever the request asks for. `ttl`: milliseconds. */
  readonly rewrap?: { readonly ttl: number; readonly creationPath: string; readonly content: string };
  readonly warnings?: readonly string[];
  /** A status other than 200 although there is a body. */
  readonly status?: number;
  /** JSON that is answered as it is: an answer that was recorded earlier. */
  readonly rendered?: string;
}

/** A list answer; one without keys counts as not found. */
export const listing = (keys: readonly string[]): LogicalResponse => ({
  data: keys.length > 0 ? { keys } : {},
});
