import type { Clock } from '../clock.js';

/** Told of a read of a setting, or of so many since it was told last. */
type Tell = (name: string, count: number) => void;

interface Count {
  /** Whether the first read was told of. */
  begun: boolean;
  /** The reads since it was told of any. */
  reads: number;
}

/** Counts the reads of each setting: the first is told of at once, the others once an interval. */
export class ReadCounts {
  readonly #counts = new Map<string, Count>();
  readonly #tell: Tell;
  readonly #clock: Clock;
  readonly #intervalMs: number;
  #callOff: (() => void) | undefined;

  constructor(tell: Tell, clock: Clock, intervalMs: number) {
    this.#tell = tell;
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** What is called at each read of a setting: nothing may be dear there. */
  readonly readerOf = (name: string): (() => void) => {
    const count = this.#countOf(name);
    return () => {
      if (!count.begun) this.#begin(name, count);
      else if (++count.reads === 1) this.#tellLater();
    };
  };

  /**
   * Makes the next read of a setting a first one.
   *
   * @returns how many reads were not told of
   */
  beginAnew(name: string): number {
    const count = this.#countOf(name);
    const { reads } = count;
    count.begun = false;
    count.reads = 0;
    return reads;
  }

  /** Tells of what was counted, and counts on. */
  flush(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    for (const [name, count] of this.#counts) {
      const { reads } = count;
      if (reads === 0) continue;
      count.reads = 0;
      this.#tell(name, reads);
    }
  }

  #countOf(name: string): Count {
    const count = this.#counts.get(name) ?? { begun: false, reads: 0 };
    this.#counts.set(name, count);
    return count;
  }

  #begin(name: string, count: Count): void {
    count.begun = true;
    this.#tell(name, 1);
  }

  #tellLater(): void {
    this.#callOff ??= this.#clock.after(this.#intervalMs, () => this.flush());
  }
}
