import type { Clock } from '../clock.js';

/** Told of a read of a setting, or of so many since it was told last. */
type Tell = (name: string, count: number) => void;

/** Counts the reads of each setting: the first is told of at once, the others once an interval. */
export class ReadCounts {
  readonly #counts = new Map<string, { since: number }>();
  readonly #tell: Tell;
  readonly #clock: Clock;
  readonly #intervalMs: number;
  #callOff: (() => void) | undefined;

  constructor(tell: Tell, clock: Clock, intervalMs: number) {
    this.#tell = tell;
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** Called for each read: nothing may be dear here. */
  readonly read = (name: string): void => {
    const count = this.#counts.get(name);
    if (count !== undefined) {
      count.since += 1;
      if (this.#callOff === undefined) this.#tellLater();
      return;
    }
    this.#counts.set(name, { since: 0 });
    this.#tell(name, 1);
  };

  /**
   * Makes the next read of a setting a first one.
   *
   * @returns how many reads were not told of
   */
  beginAnew(name: string): number {
    const count = this.#counts.get(name);
    this.#counts.delete(name);
    return count?.since ?? 0;
  }

  /** Tells of what was counted, and counts on. */
  flush(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    for (const [name, count] of this.#counts) {
      if (count.since === 0) continue;
      const reads = count.since;
      count.since = 0;
      this.#tell(name, reads);
    }
  }

  #tellLater(): void {
    this.#callOff = this.#clock.after(this.#intervalMs, () => this.flush());
  }
}
