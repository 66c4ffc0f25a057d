import type { JsonMap } from '../json/json-value.js';
import { collection } from '../state/storage.js';

/** What Vault issued for a time. Times are milliseconds since 1970, durations whole seconds. */
export interface LeaseRecord {
  readonly id: string;
  /** A token's own lease, or that of a secret. */
  readonly kind: 'auth' | 'secret';
  /** The token itself, or the token that was given the secret. */
  readonly token: string;
  readonly issueTime: number;
  expireTime: number;
  lastRenewal: number | undefined;
  readonly renewable: boolean;
  /** What was last given. */
  ttl: number;
  /** What the backend needs to renew or revoke it. */
  internal: JsonMap;
}

export const LEASES = collection<LeaseRecord>('leases');
