/** The numbers that leases go by. */
export const leaseTiming = Object.freeze({
  /** When a renewable lease is renewed: this part of its duration, give or take the jitter. */
  renewAt: 2 / 3,
  renewJitter: 0.1,
  /** When what cannot be renewed is asked for again: between these parts of its duration. */
  replaceFrom: 0.85,
  replaceTo: 0.95,
  /** Waits after failures: doubling from the first to the last, within what is left of the lease. */
  firstWaitMs: 10_000,
  lastWaitMs: 300_000,
  /** However short a lease is, Vault is not asked more often. */
  leastWaitMs: 500,
});

/** How long to wait before a lease is renewed, in milliseconds. */
export function untilRenewal(durationMs: number, random = Math.random): number {
  const { renewAt, renewJitter, leastWaitMs } = leaseTiming;
  return Math.max(leastWaitMs, durationMs * renewAt * (1 + renewJitter * (2 * random() - 1)));
}

/** How long to wait before something else is asked for in its place, in milliseconds. */
export function untilReplacement(durationMs: number, random = Math.random): number {
  const { replaceFrom, replaceTo, leastWaitMs } = leaseTiming;
  return Math.max(leastWaitMs, durationMs * (replaceFrom + (replaceTo - replaceFrom) * random()));
}

/**
 * How long to wait after a failure, in milliseconds.
 *
 * @param failures how many there were in a row, this one included
 * @param leftMs what is left of the lease
 */
export function untilRetry(failures: number, leftMs: number, random = Math.random): number {
  const { firstWaitMs, lastWaitMs, leastWaitMs } = leaseTiming;
  const wait = Math.min(lastWaitMs, firstWaitMs * 2 ** Math.min(failures - 1, 10)) * (0.9 + 0.1 * random());
  // Half of what is left, so that there is always another attempt before the end.
  return leftMs > 0 ? Math.max(leastWaitMs, Math.min(wait, leftMs / 2)) : wait;
}
