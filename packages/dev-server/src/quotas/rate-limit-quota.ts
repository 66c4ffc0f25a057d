import { collection } from '../state/storage.js';

/** How many requests a mount, or the whole server, takes in a time. */
export interface RateLimitQuota {
  readonly name: string;
  /** A mount, with a slash at the end; empty for the whole server. */
  readonly path: string;
  readonly rate: number;
  /** Seconds. */
  readonly interval: number;
  /** Seconds for which who went over the limit is refused. */
  readonly blockInterval: number;
}

export interface QuotaConfig {
  readonly rateLimitHeaders: boolean;
  readonly rateLimitAuditLogging: boolean;
  readonly exemptPaths: readonly string[];
}

export const QUOTAS = collection<RateLimitQuota>('quotas');
export const QUOTA_CONFIG = collection<QuotaConfig>('quota-config');
