/**
 * Lets so many requests to one address go at one time; the others wait, in the order in which they came. The
 * agent of node:http has a line too, but one without an end, and its sockets do not count until they are made.
 */
export class WaitingLine {
  readonly #maxWaiting: number;
  readonly #waiting = new Set<() => void>();
  #free: number;
  /** Those whose place has become free, while they are being called. */
  #called = 0;

  constructor(maxGoing: number, maxWaiting: number) {
    this.#free = maxGoing;
    this.#maxWaiting = maxWaiting;
  }

  /** Whether one more request would have to be turned away. */
  get full(): boolean {
    return this.#free === 0 && this.#waiting.size >= this.#maxWaiting;
  }

  /** How many wait. */
  get length(): number {
    return this.#waiting.size;
  }

  /** Calls back now, or when there is a place. */
  enter(go: () => void): void {
    if (this.#free > 0) {
      this.#free--;
      go();
    } else {
      this.#waiting.add(go);
    }
  }

  /** A request that was waiting, or had a place, needs none any more. */
  leave(go: () => void): void {
    if (this.#waiting.size === 0) this.#free++;
    else if (!this.#waiting.delete(go)) {
      this.#called++;
      // By then the socket of the request that ended is back in the pool.
      if (this.#called === 1) process.nextTick(() => this.#callNext());
    }
  }

  #callNext(): void {
    for (; this.#called > 0; this.#called--) {
      const [next] = this.#waiting;
      if (next === undefined) this.#free++;
      else {
        this.#waiting.delete(next);
        next();
      }
    }
  }
}
