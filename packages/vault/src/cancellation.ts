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
