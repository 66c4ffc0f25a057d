import { Chain, type Place } from './chain.js';

/**
 * Lets so many requests to one address go at one time; the others wait, in the order in which they came.
 */
export class WaitingLine {
  readonly #maxWaiting: number;
  readonly #waiting = new Chain<() => void>();
  #free: number;
  /** Those whose place has become free, while they are being called. */
  #called = 0;

  constructor(maxGoing: number, maxWaiting: number) {
    this.#free = maxGoing;
    this.#maxWaiting = maxWaiting;
  }

  /** Whether one more request would have to be turned away. */
  get full(): boolean {
    return this.#free === 0 && this.#waiting.length >= this.#maxWaiting;
  }

  /**
   * Calls back now, or when its turn comes.
   *
   * @returns the place in the line of what waits
   */
  enter(go: () => void): Place<() => void> | undefined {
    if (this.#free === 0) return this.#waiting.add(go);
    this.#free--;
    go();
    return undefined;
  }

  /** A request that waits, or was called, is over. */
  leave(place: Place<() => void> | undefined): void {
    if (place !== undefined && this.#waiting.leave(place)) return;
    if (this.#waiting.length === 0) this.#free++;
    else {
      this.#called++;
      // By then the socket of the request that ended is back in the pool.
      if (this.#called === 1) process.nextTick(() => this.#callNext());
    }
  }

  #callNext(): void {
    for (; this.#called > 0; this.#called--) {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
