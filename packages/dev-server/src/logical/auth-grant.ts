import type { JsonMap } from '../json/json-value.js';

/** What an auth method grants who logs in. Durations are seconds, 0 for not set. */
export interface AuthGrant {
  readonly policies: readonly string[];
  readonly metadata: ReadonlyMap<string, string>;
  /** Follows the name of the mount in the display name of the token. */
  readonly displayName: string;
  /** By what name the mount knows the entity; undefined for none. */
  readonly alias?: string;
  readonly aliasMetadata?: ReadonlyMap<string, string>;
  readonly ttl: number;
  readonly maxTtl: number;
  readonly period: number;
  readonly explicitMaxTtl: number;
  readonly numUses: number;
  readonly boundCidrs: readonly string[];
  readonly noDefaultPolicy: boolean;
  /** As the role says: `default`, `service` or `batch`. */
  readonly tokenType: string;
  /** Kept for renewals. */
  readonly internal: JsonMap;
}
