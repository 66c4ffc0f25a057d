/** Time as the library sees it. A test gives one that it moves by hand. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once after a delay in milliseconds; returns a function that calls it off. */
  after(delayMs: number, callback: () => void): () => void;
}

/** setTimeout takes a longer delay, which is some 25 days, for none at all. */
const maxDelayMs = 2 ** 31 - 1;

/** The system's time. Its timers never keep the process alive; one of `Infinity` never comes. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const rest = delayMs - maxDelayMs;
    const goOn = () => {
      callOff = systemClock.after(rest, callback);
    };
    const timer = setTimeout(rest > 0 ? goOn : callback, Math.min(delayMs, maxDelayMs));
    timer.unref();
    let callOff = () => clearTimeout(timer);
    return () => callOff();
  },
};
