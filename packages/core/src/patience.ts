import type { Clock } from './clock.js';
import { orAborted } from './or-aborted.js';

/** More turns of the microtask queue than a source that waits for nothing takes. */
const turnsOfMemory = 10;

/**
 * How long somebody waits: until a deadline, or until it is ended. It costs nothing, no timer and no signal,
 * until there is something to wait for: settings that are all in memory come without it.
 */
export class Patience {
  readonly #clock: Clock;
  readonly #endsAt: number;
  readonly #deadlineError: () => Error;
  #controller: AbortController | undefined;
  #callOff: (() => void) | undefined;
  #awaited = false;
  #hold: NodeJS.Timeout | undefined;
  #reason: Error | undefined;

  /** @param deadlineMs from now on, in milliseconds; Infinity for no deadline */
  constructor(clock: Clock, deadlineMs: number, deadlineError: () => Error) {
    this.#clock = clock;
    this.#endsAt = clock.now() + deadlineMs;
    this.#deadlineError = deadlineError;
  }

  get ended(): boolean {
    return this.#reason !== undefined;
  }

  /** Aborted when the patience is over. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
      else if (this.#endsAt !== Number.POSITIVE_INFINITY) {
        const left = Math.max(0, this.#endsAt - this.#clock.now());
        this.#callOff = this.#clock.after(left, () => this.end(this.#deadlineError()));
        this.#holdOn();
      }
    }
    return this.#controller.signal;
  }

  /** The program awaits what comes of it, and is not to end before. */
  await(): void {
    this.#awaited = true;
    this.#holdOn();
  }

  /** Nobody waits any longer. */
  end(reason: Error): void {
    this.#reason ??= reason;
    this.rest();
    this.#controller?.abort(this.#reason);
  }

  /** Nothing is left to wait for: lets go of the timer. */
  rest(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    clearInterval(this.#hold);
  }

  #holdOn(): void {
    if (!this.#awaited || this.#callOff === undefined) return;
    // A clock's timers let the process exit, and a source need not have anything open: a program that awaits its
    // settings would end here, silently, as if all were done.
    this.#hold ??= setInterval(() => undefined, 0x7fffffff);
  }

  /**
   * Waits for an answer, whether or not whoever gives it listens to the signal. An answer for which nothing
   * need be waited counts even when the patience is over.
   *
   * @throws the reason of the end
   */
  async waitFor<T>(answer: Promise<T>): Promise<T> {
    let waiting = true;
    const settled = () => {
      waiting = false;
    };
    answer.then(settled, settled);
    // What is in memory answers within a few turns; the first tick of a process costs it half a millisecond.
    for (let turn = 0; waiting && turn < turnsOfMemory; turn++) await undefined;
    // nextTick comes after all that can go on without waiting for anything.
    if (waiting) await new Promise<void>((resolve) => process.nextTick(resolve));
    return waiting ? orAborted(answer, this.signal) : answer;
  }
}
