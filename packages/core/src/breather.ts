/**
 * How long work may hold the event loop at a time, in milliseconds. A request notices 20, and a pause of the garbage
 * collector, which may take a dozen where there are thousands of settings, comes on top.
 */
const sliceMs = 2;

/** Lets others have the event loop now and then during work on many settings; for sources too. */
export class Breather {
  #since = now();

  /** Whether it is time for {@link pause}. */
  get due(): boolean {
    return now() - this.#since > sliceMs;
  }

  /** Waits until whatever else is due has been done. */
  async pause(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#since = now();
  }
}

/** In milliseconds. Node.js loads `performance` when it is first asked for, at 1 % of a whole start. */
function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1_000_000;
}
