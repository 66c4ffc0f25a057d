import type { SettingChange } from '../index.js';
import type { ObservedResolver } from './observe.js';

/** Counts the reads of secrets by the source that they come from. */
export class ReadsBySource {
  readonly #resolver: ObservedResolver;
  /** Of each setting those that are not yet put down to a source. */
  readonly #open = new Map<string, { reads: number }>();
  readonly #bySource = new Map<string, number>();
  readonly #end: () => void;

  constructor(resolver: ObservedResolver) {
    this.#resolver = resolver;
    const { events } = resolver;
    const unobserve = resolver.observeReads((name) => {
      const open = this.#open.get(name) ?? { reads: 0 };
      this.#open.set(name, open);
      return () => {
        open.reads += 1;
      };
    });
    // What was read until now was read where it lay until now.
    const changed = (changes: readonly SettingChange[]) => {
      for (const { name, before } of changes) this.#putDown(name, before.source);
    };
    events.on('change', changed);
    this.#end = () => {
      unobserve();
      events.off('change', changed);
    };
  }

  /** How many reads there were, by source. */
  counts(): ReadonlyMap<string, number> {
    // Before something was loaded, nothing was read, and nothing is explained.
    if ([...this.#open.values()].some(({ reads }) => reads > 0)) {
      for (const { name, source } of this.#resolver.explain()) this.#putDown(name, source);
    }
    return this.#bySource;
  }

  end(): void {
    this.#end();
  }

  #putDown(name: string, source: string | undefined): void {
    const open = this.#open.get(name);
    if (open === undefined || open.reads === 0) return;
    // An optional secret that no source has comes from none.
    const by = source ?? 'none';
    this.#bySource.set(by, (this.#bySource.get(by) ?? 0) + open.reads);
    open.reads = 0;
  }
}
