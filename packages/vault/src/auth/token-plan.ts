/** When a token is seen to. */
export const tokenPace = Object.freeze({
  /** At this share of the life that is left it is renewed, or replaced. */
  share: 2 / 3,
  /** Give or take this share of that moment, so that many programs do not come at once. */
  jitter: 0.1,
  firstRetryMs: 10_000,
  maxRetryMs: 300_000,
  /** A token that was given is looked up so long after its first use, off the way of a start. */
  lookupAfterMs: 1_000,
  /** A life shorter than this is not worth another try. */
  leastMs: 1_000,
});

/** When to renew or to replace a token that has so long to live. */
export const whenToRenew = (lifeMs: number): number =>
  lifeMs * tokenPace.share * (1 + tokenPace.jitter * (2 * Math.random() - 1));

/**
 * When to try again after so many failures in a row: 10 s, doubled up to 5 min, but never past the end of the life.
 *
 * @returns undefined when the life is as good as over
 */
export function whenToRetry(failures: number, lifeMs: number): number | undefined {
  if (lifeMs <= tokenPace.leastMs) return undefined;
  const backoff = Math.min(tokenPace.firstRetryMs * 2 ** (failures - 1), tokenPace.maxRetryMs);
  return Math.min(backoff, Math.max(tokenPace.leastMs, lifeMs / 2));
}
