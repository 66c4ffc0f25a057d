/** What one check came to. */
export interface Check {
  /** What was looked at: `address`, `token`, `permission secret/data/shop/…`, `setting PORT`. */
  readonly name: string;
  /** `skipped`: it could not be looked at, because of another check that failed. */
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  /** What is so, in words. Never a value. */
  readonly detail: string;
  /** What to do about it, the likeliest first. */
  readonly remedies: readonly string[];
}

const checkOf =
  (status: Check['status']) =>
  (name: string, detail: string, ...remedies: readonly string[]): Check => ({
    name,
    status,
    detail,
    remedies,
  });

export const ok = checkOf('ok');
export const warning = checkOf('warning');
export const failed = checkOf('failed');
export const skipped = checkOf('skipped');
