import type { Storage } from '../state/storage.js';
import { QUOTA_CONFIG, QUOTAS, type QuotaConfig, type RateLimitQuota } from './rate-limit-quota.js';

/** What a quota says to one request. */
export interface RateLimitVerdict {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the quota is full again. */
  readonly resetAfter: number;
}

interface Window {
  startedAt: number;
  used: number;
  /** Who went over a limit with a block interval is refused until then. */
  blockedUntil: number;
}

/** What is exempt until somebody configures quotas, which ends it. */
const FIRST_CONFIG: QuotaConfig = {
  rateLimitHeaders: false,
  rateLimitAuditLogging: false,
  exemptPaths: [
    'sys/generate-recovery-token/attempt',
    'sys/generate-recovery-token/update',
    'sys/generate-root/attempt',
    'sys/generate-root/update',
    'sys/health',
    'sys/seal-status',
    'sys/unseal',
  ],
};

/** A path, or with a `*` at its end all paths that begin so. */
const covers = (exempt: string, path: string): boolean =>
  exempt.endsWith('*') ? path.startsWith(exempt.slice(0, -1)) : path === exempt;

/** Counts requests against the quotas. Counts are not kept across restarts. */
export class RateLimiter {
  readonly #quotas: Map<string, RateLimitQuota>;
  readonly #config: Map<string, QuotaConfig>;
  readonly #windows = new Map<string, Window>();

  constructor(
    storage: Storage,
    private readonly now: () => number,
  ) {
    this.#quotas = storage.records(QUOTAS);
    this.#config = storage.records(QUOTA_CONFIG);
  }

  get config(): QuotaConfig {
    return this.#config.get('') ?? FIRST_CONFIG;
  }

  set config(config: QuotaConfig) {
    this.#config.set('', config);
  }

  get(name: string): RateLimitQuota | undefined {
    return this.#quotas.get(name);
  }

  names(): string[] {
    return [...this.#quotas.keys()];
  }

  /** A changed quota counts anew. */
  put(quota: RateLimitQuota): void {
    this.#quotas.set(quota.name, quota);
    this.#windows.delete(quota.name);
  }

  remove(name: string): void {
    this.#quotas.delete(name);
    this.#windows.delete(name);
  }

  /** The quota for a path: only one may be there for each. */
  forPath(path: string): RateLimitQuota | undefined {
    return [...this.#quotas.values()].find((quota) => quota.path === path);
  }

  /** The quotas of a mount follow it to another path. */
  moveMount(from: string, to: string): void {
    for (const quota of this.#quotas.values()) if (quota.path === from) this.put({ ...quota, path: to });
  }

  /** The quotas of a mount go with it. */
  forgetMount(path: string): void {
    for (const quota of this.#quotas.values()) if (quota.path === path) this.remove(quota.name);
  }

  /**
   * Counts a request to a mount.
   *
   * @returns undefined where no quota applies
   */
  take(path: string, mount: string): RateLimitVerdict | undefined {
    if (this.#quotas.size === 0 || this.config.exemptPaths.some((exempt) => covers(exempt, path))) {
      return undefined;
    }
    const quota = (mount === '' ? undefined : this.forPath(mount)) ?? this.forPath('');
    return quota && this.count(quota);
  }

  private count(quota: RateLimitQuota): RateLimitVerdict {
    const now = this.now();
    const length = quota.interval * 1000;
    const window = this.#windows.get(quota.name) ?? { startedAt: now, used: 0, blockedUntil: 0 };
    this.#windows.set(quota.name, window);
    const limit = Math.max(1, Math.round(quota.rate));
    if (now < window.blockedUntil) {
      return {
        allowed: false,
        limit,
        remaining: 0,
        resetAfter: Math.ceil((window.blockedUntil - now) / 1000),
      };
    }
    // Windows follow each other without a gap, whether somebody asks or not.
    const passed = Math.floor((now - window.startedAt) / length);
    if (passed > 0) {
      window.startedAt += passed * length;
      window.used = 0;
    }
    const allowed = window.used < limit;
    if (allowed) window.used += 1;
    else if (quota.blockInterval > 0) window.blockedUntil = now + quota.blockInterval * 1000;
    const resetAfter = Math.max(1, Math.ceil((window.startedAt + length - now) / 1000));
    return { allowed, limit, remaining: limit - window.used, resetAfter };
  }
}
