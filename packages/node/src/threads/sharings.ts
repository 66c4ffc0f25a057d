import type { Declarations, Resolver } from '@strongroom/core';
import type { Sharing } from './sharing.js';

/** All that is shared of one resolver: it is listened to once, however many threads there are. */
export class Sharings<T extends Declarations> {
  readonly #events: Resolver<T>['events'];
  readonly #all = new Set<Sharing<T>>();
  #due = false;

  constructor({ events }: Resolver<T>) {
    this.#events = events;
  }

  add(sharing: Sharing<T>): void {
    if (this.#all.size === 0) {
      this.#events.on('refresh', this.#changed).on('failed', this.#changed).on('closed', this.#closed);
    }
    this.#all.add(sharing);
  }

  delete(sharing: Sharing<T>): void {
    if (!this.#all.delete(sharing) || this.#all.size > 0) return;
    this.#events.off('refresh', this.#changed).off('failed', this.#changed).off('closed', this.#closed);
  }

  readonly #changed = (): void => {
    if (this.#due) return;
    this.#due = true;
    // When all is told of this refresh, so that the state is that of after it.
    queueMicrotask(() => {
      this.#due = false;
      for (const sharing of this.#all) sharing.give();
    });
  };

  readonly #closed = (): void => {
    for (const sharing of [...this.#all]) sharing.end();
  };
}

const sharings = new WeakMap<object, unknown>();

export function sharingsOf<T extends Declarations>(settings: Resolver<T>): Sharings<T> {
  // What is kept for a resolver is of its own definition.
  const known = sharings.get(settings) as Sharings<T> | undefined;
  if (known !== undefined) return known;
  const made = new Sharings(settings);
  sharings.set(settings, made);
  return made;
}
