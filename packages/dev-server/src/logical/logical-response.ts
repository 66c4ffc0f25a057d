import type { JsonMap, JsonRecord } from '../json/json-value.js';

/** The auth block of an answer. Times are whole seconds. */
export interface AuthBlock {
  readonly clientToken: string;
  readonly accessor: string;
  readonly policies: readonly string[];
  readonly tokenPolicies: readonly string[];
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
  readonly lease?: LeaseBlock;
  readonly wrap?: WrapBlock;
  readonly warnings?: readonly string[];
  /** A status other than 200 although there is a body. */
  readonly status?: number;
  /** Shown instead of this request's own id, for an answer that was recorded earlier. */
  readonly requestId?: string;
}

/** A list answer; one without keys counts as not found. */
export const listing = (keys: readonly string[]): LogicalResponse => ({
  data: keys.length > 0 ? { keys } : {},
});
