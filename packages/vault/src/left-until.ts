/**
 * How long a wait still takes, in milliseconds. A machine that starts with a wrong clock sets it back later: what is
 * left would be hours, of a wait of seconds, so it counts as over then.
 *
 * @param mostMs how long the wait was at most, from its beginning
 */
export function leftUntil(endsAt: number, now: number, mostMs: number): number {
  const left = endsAt - now;
  return left > mostMs ? 0 : Math.max(0, left);
}
