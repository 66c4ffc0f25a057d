import { type Cancellation, Canceller, onAbort } from './transport/cancellation.js';

interface Flight<T> {
  readonly answer: Promise<T>;
  readonly canceller: Canceller;
  waiting: number;
}

/** Joins calls for the same thing at the same time to one; it is called off when the last one no longer waits. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /**
   * Joins the call for a key that is under way, or begins one.
   *
   * @returns the answer, and a function that says that this caller no longer waits for it
   */
  join(
    key: string,
    begin: (signal: Cancellation) => Promise<T>,
  ): { readonly answer: Promise<T>; readonly leave: () => void } {
    const flight = this.#flights.get(key) ?? this.#begin(key, begin);
    flight.waiting++;
    return {
      answer: flight.answer,
      leave: () => {
        flight.waiting--;
        if (flight.waiting > 0 || this.#flights.get(key) !== flight) return;
        // Who comes now begins anew, rather than to join a call that is being called off.
        this.#flights.delete(key);
        flight.canceller.cancel();
      },
    };
  }

  /**
   * Joins the call for a key and waits for it, until the caller's own signal is aborted.
   *
   * @param aborted what is thrown then
   */
  wait(
    key: string,
    begin: (signal: Cancellation) => Promise<T>,
    signal: Cancellation | undefined,
    aborted: () => Error,
  ): Promise<T> {
    if (signal?.aborted === true) return Promise.reject(aborted());
    const { answer, leave } = this.join(key, begin);
    if (signal === undefined) return answer.finally(leave);
    return new Promise<T>((resolve, reject) => {
      const ended = onAbort(signal, () => {
        leave();
        reject(aborted());
      });
      answer.finally(ended).then((value) => {
        leave();
        resolve(value);
      }, reject);
    });
  }

  #begin(key: string, begin: (signal: Cancellation) => Promise<T>): Flight<T> {
    const canceller = new Canceller();
    const flight = { answer: begin(canceller), canceller, waiting: 0 };
    this.#flights.set(key, flight);
    const end = () => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    flight.answer.then(end, end);
    return flight;
  }
}
