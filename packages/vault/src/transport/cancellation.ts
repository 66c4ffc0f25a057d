/** As much of an `AbortSignal` as a request needs. */
export interface Cancellation {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Cancels one request. An `AbortController` costs a good part of what a whole read does, most of it garbage. */
export class Canceller implements Cancellation {
  aborted = false;
  readonly reason: unknown = undefined;
  #listener: (() => void) | undefined;

  cancel(): void {
    this.aborted = true;
    this.#listener?.();
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listener = listener;
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    if (this.#listener === listener) this.#listener = undefined;
  }
}

interface Fan {
  readonly listeners: Set<() => void>;
  readonly abort: () => void;
}

const fans = new WeakMap<Cancellation, Fan>();

/**
 * Calls back when a signal is aborted. However many requests one signal is given to, it has one listener: at the
 * eleventh Node.js would warn of a leak.
 *
 * @returns a function that calls it off
 */
export function onAbort(signal: Cancellation, listener: () => void): () => void {
  const fan = fans.get(signal) ?? fanOut(signal);
  fan.listeners.add(listener);
  return () => {
    if (!fan.listeners.delete(listener) || fan.listeners.size > 0) return;
    signal.removeEventListener('abort', fan.abort);
    fans.delete(signal);
  };
}

function fanOut(signal: Cancellation): Fan {
  const listeners = new Set<() => void>();
  const abort = () => {
    for (const listener of [...listeners]) listener();
  };
  const fan = { listeners, abort };
  signal.addEventListener('abort', abort);
  fans.set(signal, fan);
  return fan;
}

/**
 * Waits for an answer until a signal is aborted, whether or not whoever gives it listens to the signal.
 *
 * @param aborted what is thrown then
 */
export function orAborted<T>(answer: Promise<T>, signal: Cancellation, aborted: () => Error): Promise<T> {
  if (signal.aborted) {
    answer.catch(() => undefined);
    return Promise.reject(aborted());
  }
  return new Promise<T>((resolve, reject) => {
    const listened = onAbort(signal, () => reject(aborted()));
    answer.finally(listened).then(resolve, reject);
  });
}
