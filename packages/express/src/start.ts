import { type Clock, isStrongroomError } from '@strongroom/core';

/** The start of a resolver, which all that use the resolver share. */
export class Start {
  /** Until the first load is over, with success or without. */
  first: Promise<void> | undefined;
  /** Every snapshot that a request was given. */
  readonly given = new WeakSet<object>();

  constructor(resolver: { load(): Promise<unknown> }, clock: Clock, retryMs: number) {
    const load = (): Promise<void> =>
      resolver.load().then(
        () => undefined,
        (error) => {
          if (!isStrongroomError(error, 'RESOLVER_CLOSED')) clock.after(retryMs, () => void load());
        },
      );
    this.first = load().then(() => {
      this.first = undefined;
    });
  }
}
