import type { Clock } from '@strongroom/core';

/**
 * Waits, for a caller who waits too.
 *
 * @throws what `aborted` makes of it, when the signal is aborted meanwhile
 */
export function pause(
  ms: number,
  clock: Clock,
  signal: AbortSignal | undefined,
  aborted: () => Error,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(aborted());
    // A clock's timers let the process exit, but between two attempts no socket is open: a program that awaits
    // its settings would end here, silently, as if all were done.
    const hold = setInterval(() => undefined, 0x7fffffff);
    const callOff = clock.after(ms, () => finish(resolve));
    const abort = () => finish(() => reject(aborted()));
    signal?.addEventListener('abort', abort, { once: true });

    function finish(settle: () => void): void {
      clearInterval(hold);
      callOff();
      signal?.removeEventListener('abort', abort);
      settle();
    }
  });
}
