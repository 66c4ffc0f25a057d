/**
 * How long work may hold the event loop at a time, in milliseconds. A request notices 20, and a pause of the garbage
 * collector, which may take a dozen where there are thousands of settings, comes on top.
 */
const sliceMs = 2;

/** Lets others have the event loop now and then during work on many settings; for sources too. */
export class Breather {
  #since = now();
  #pausing: Promise<void> | undefined;

  /** Whether it is time for {@link pause}. */
  get due(): boolean {
    return now() - this.#since > sliceMs;
  }

  /** Waits until whatever else is due has been done; those who work side by side wait for the same. */
  pause(): Promise<void> {
    this.#pausing ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#pausing = undefined;
        this.#since = now();
        resolve();
      });
    });
    return this.#pausing;
  }
}

/** In milliseconds. Node.js loads `performance` when it is first asked for, at 1 % of a whole start. */
const now = (): number => process.uptime() * 1_000;
