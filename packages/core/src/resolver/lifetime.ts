import type { EventEmitter } from 'node:events';
import type { Clock } from '../clock.js';
import { SourceError, StrongroomError } from '../errors/errors.js';
import { Patience } from '../patience.js';
import { undisturbed } from '../undisturbed.js';

/** From the making of a resolver to its close: what is under way in it ends with it, or at its deadline before. */
export class Lifetime {
  /** Lasts until the close. */
  readonly patience: Patience;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #underWay = new Set<Patience>();

  /** @param deadlineMs how long a load, a refresh or a survey may take, in milliseconds */
  constructor(clock: Clock, deadlineMs: number) {
    this.#clock = clock;
    this.#deadlineMs = deadlineMs;
    this.patience = new Patience(clock, Number.POSITIVE_INFINITY, closedError);
  }

  get ended(): boolean {
    return this.patience.ended;
  }

  /** @throws StrongroomError `RESOLVER_CLOSED` */
  check(): void {
    if (this.ended) throw closedError();
  }

  /** How long something may take, from now on. */
  newPatience(): Patience {
    return new Patience(this.#clock, this.#deadlineMs, () => {
      const limit = `${this.#deadlineMs / 1000} s for everything (startDeadlineMs)`;
      return new SourceError('SOURCE_UNAVAILABLE', `no answer within ${limit}`, {
        hint: 'Check that the source is well and can be reached, or allow more time: startDeadlineMs.',
      });
    });
  }

  /** Does something as long as its patience lasts and the resolver is open. */
  async within<R>(patience: Patience, work: () => Promise<R>): Promise<R> {
    this.#underWay.add(patience);
    try {
      return await work();
    } finally {
      patience.rest();
      this.#underWay.delete(patience);
    }
  }

  /** Final. */
  end(): void {
    const reason = new SourceError('SOURCE_UNAVAILABLE', 'the resolver was closed');
    for (const patience of [this.patience, ...this.#underWay]) patience.end(reason);
  }
}

export const closedError = (): StrongroomError =>
  new StrongroomError('RESOLVER_CLOSED', 'The resolver is closed: create a new one');

/** What is to end with a resolver ends too when it comes after the end, which no event would tell it of any more. */
export function tellThoseWhoComeLate(events: EventEmitter): void {
  events.on('newListener', (event, listener: () => void) => {
    if (event === 'closed') queueMicrotask(() => undisturbed(listener));
  });
}
