import type { Clock } from '@strongroom/core';
import type { VaultError } from '../vault-error.js';
import { type Cancellation, Canceller, onAbort } from './cancellation.js';
import type { Chain } from './chain.js';

/** What a wait can be ended by. */
export interface PauseOptions {
  readonly clock: Clock;
  readonly signal: Cancellation | undefined;
  /** What is thrown when the signal is aborted. */
  readonly aborted: () => VaultError;
  /** Where the wait leaves the function that ends it. */
  readonly underWay: Chain<(error: VaultError) => void>;
}

/**
 * Waits, for a caller who waits too.
 *
 * @throws VaultError when the wait is ended
 */
export function pause(ms: number, { clock, signal, aborted, underWay }: PauseOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(aborted());
    // A clock's timers let the process exit, but between two attempts no socket is open: a program that awaits
    // its settings would end here, silently, as if all were done.
    const hold = setInterval(() => undefined, 0x7fffffff);
    const callOff = clock.after(ms, () => finish(resolve));
    const abort = () => end(aborted());
    const end = (error: VaultError) => finish(() => reject(error));
    const listened = signal === undefined ? undefined : onAbort(signal, abort);
    const place = underWay.add(end);

    function finish(settle: () => void): void {
      clearInterval(hold);
      callOff();
      listened?.();
      underWay.leave(place);
      settle();
    }
  });
}

/**
 * Waits for an answer that may never come: what an application's own function gives, say.
 *
 * @param ms for how long, in milliseconds
 * @param late what is thrown then
 * @throws whatever the answer is rejected with; VaultError when the wait is ended
 */
export function within<T>(
  answer: Promise<T>,
  ms: number,
  late: () => VaultError,
  options: Pick<PauseOptions, 'clock' | 'underWay'>,
): Promise<T> {
  const answered = new Canceller();
  const tooLate = pause(ms, { ...options, signal: answered, aborted: late }).then(() => {
    throw late();
  });
  return Promise.race([answer, tooLate]).finally(() => answered.cancel());
}
