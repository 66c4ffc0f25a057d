import type { ObservedResolver } from './observe.js';

/** Counts the reads of secrets by the source that they come from. */
export class ReadsBySource {
  readonly #counts = new Map<string, { reads: number }>();
  /** The count of each setting, as it was after the last refresh. */
  readonly #bySetting = new Map<string, { reads: number }>();
  readonly #end: () => void;

  constructor(resolver: ObservedResolver) {
    const { events } = resolver;
    const unobserve = resolver.observeReads((name) => {
      let count = this.#bySetting.get(name);
      if (count === undefined) {
        this.#lookUp(resolver);
        count = this.#bySetting.get(name);
      }
      if (count !== undefined) count.reads += 1;
    });
    const refreshed = () => this.#bySetting.clear();
    events.on('refresh', refreshed);
    this.#end = () => {
      unobserve();
      events.off('refresh', refreshed);
    };
  }

  /** How many reads there were, by source. */
  get counts(): readonly (readonly [source: string, reads: number])[] {
    return Array.from(this.#counts, ([source, { reads }]) => [source, reads] as const);
  }

  end(): void {
    this.#end();
  }

  #lookUp(resolver: ObservedResolver): void {
    for (const { name, kind, source } of resolver.explain()) {
      if (kind !== 'secret') continue;
      // An optional secret that no source has.
      const by = source ?? 'none';
      const count = this.#counts.get(by) ?? { reads: 0 };
      this.#counts.set(by, count);
      this.#bySetting.set(name, count);
    }
  }
}
