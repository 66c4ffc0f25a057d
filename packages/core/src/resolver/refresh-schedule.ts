import type { Clock } from '../clock.js';

export interface RefreshTimes {
  /** How long after a refresh the next one begins, in milliseconds; false for never. */
  readonly refreshEveryMs: number | false;
  /** By how much of that time it may be earlier or later, so that many instances do not come at once. */
  readonly refreshJitter: number;
  /** How long after one that failed, at first; the wait doubles up to `refreshEveryMs`. */
  readonly refreshRetryMs: number;
}

/** When the next refresh begins. */
export class RefreshSchedule {
  readonly #times: RefreshTimes;
  readonly #clock: Clock;
  readonly #begin: () => void;
  #failed = 0;
  #callOff: (() => void) | undefined;

  constructor(times: RefreshTimes, clock: Clock, begin: () => void) {
    this.#times = times;
    this.#clock = clock;
    this.#begin = begin;
  }

  /** Plans the next one, a refresh being over. */
  next(failed: boolean): void {
    const { refreshEveryMs, refreshJitter, refreshRetryMs } = this.#times;
    this.stop();
    if (refreshEveryMs === false) return;
    this.#failed = failed ? this.#failed + 1 : 0;
    const retryMs = refreshRetryMs * 2 ** (this.#failed - 1);
    // What failed for all at once is not to be tried by all at once: a wider spread than that of a quiet day.
    const waitMs =
      failed && retryMs < refreshEveryMs
        ? retryMs * (1 + Math.random()) * 0.5
        : refreshEveryMs * (1 + (Math.random() * 2 - 1) * refreshJitter);
    this.#callOff = this.#clock.after(waitMs, this.#begin);
  }

  stop(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }
}
