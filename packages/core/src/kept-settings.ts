import { StrongroomError } from './errors.js';
import type { Resolved } from './resolution.js';
import { createSnapshot } from './snapshot.js';
import { undisturbed } from './undisturbed.js';

type ByName = ReadonlyMap<string, Resolved>;

/** The last good settings: the snapshot that the application reads, and where each value comes from. */
export class KeptSettings<S> {
  readonly #application: string;
  readonly #title: string;
  readonly #readers = new Set<(name: string) => void>();
  #snapshot: S | undefined;
  #resolved: ByName | undefined;

  constructor(application: string, environment: string) {
    this.#application = application;
    this.#title = `${application} (${environment})`;
  }

  /** Whether there is anything. */
  get some(): boolean {
    return this.#resolved !== undefined;
  }

  /** @throws StrongroomError `SNAPSHOT_NOT_READY` */
  get snapshot(): S {
    // A value of undefined is kept as a property, never as the snapshot.
    return this.#snapshot ?? this.#notReady();
  }

  /** @throws StrongroomError `SNAPSHOT_NOT_READY` */
  get resolved(): ByName {
    return this.#resolved ?? this.#notReady();
  }

  /** @param changed whether a value is another than before; otherwise the snapshot stays the very object */
  keep(resolved: ByName, changed: boolean): S {
    this.#resolved = resolved;
    if (changed || this.#snapshot === undefined) this.#snapshot = this.#show(resolved.values()) as S;
    return this.#snapshot;
  }

  /** An object like the snapshot, of some of its settings. */
  only(names: ReadonlySet<string>): object {
    return this.#show([...this.resolved.values()].filter(({ setting }) => names.has(setting.name)));
  }

  /** Tells of reads from now on, which takes another object of the same values. */
  observe(reader: (name: string) => void): () => void {
    this.#readers.add(reader);
    this.#showAgain();
    return () => {
      if (this.#readers.delete(reader)) this.#showAgain();
    };
  }

  #showAgain(): void {
    if (this.#resolved !== undefined) this.keep(this.#resolved, true);
  }

  #show(resolved: Iterable<Resolved>): object {
    const tell = (name: string) => {
      for (const reader of this.#readers) undisturbed(() => reader(name));
    };
    return createSnapshot(this.#title, [...resolved], this.#readers.size > 0 ? tell : undefined);
  }

  #notReady(): never {
    throw new StrongroomError(
      'SNAPSHOT_NOT_READY',
      `The settings of ${this.#application} are not loaded yet: await load() first`,
    );
  }
}
