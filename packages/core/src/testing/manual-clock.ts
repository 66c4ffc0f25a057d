import type { Clock } from '../clock.js';

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now: number;
  // In order of creation, so that of two timers due at one moment the older one runs first.
  readonly #timers = new Set<Timer>();

  /** @param now milliseconds since 1970. @default 2030-01-01T00:00:00Z */
  constructor(now: number = Date.UTC(2030, 0, 1)) {
    this.#now = now;
  }

  /** How many timers are waiting. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer: Timer = { due: this.#now + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /**
   * Moves time on and runs every timer that falls due on the way, in order, each at its own moment; one that
   * a timer sets on the way runs too. What a timer starts asynchronously is the test's to await.
   */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = next.due;
      next.callback();
    }
    this.#now = end;
  }

  #next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due <= end && (first === undefined || timer.due < first.due)) first = timer;
    }
    return first;
  }
}
