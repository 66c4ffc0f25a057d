import type { Breather } from '../breather.js';
import { type ConfigurationError, StrongroomError } from '../errors/errors.js';
import type { Resolved } from '../resolution/resolution.js';
import { atOnce, inSlices, makeSnapshot, type ReaderOf, type SnapshotMaking } from '../snapshot/snapshot.js';
import { undisturbed } from '../undisturbed.js';

type ByName = ReadonlyMap<string, Resolved>;

/** The last good settings: the snapshot that the application reads, and where each value comes from. */
export class KeptSettings<S> {
  readonly #application: string;
  readonly #title: string;
  readonly #readers = new Set<ReaderOf>();
  #snapshot: S | undefined;
  #resolved: ByName | undefined;
  #failure: ConfigurationError | undefined;

  constructor(application: string, environment: string) {
    this.#application = application;
    this.#title = `${application} (${environment})`;
  }

  /** Whether there is anything. */
  get some(): boolean {
    return this.#resolved !== undefined;
  }

  /** Nothing could be loaded: whoever reads before the next load is told so, and why. */
  lack(failure: ConfigurationError): void {
    this.#failure = failure;
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

  /**
   * Keeps what was resolved in the place of all that was kept before, at once, when the snapshot is made.
   *
   * @param changed whether a value is another than before; otherwise the snapshot stays the very object
   */
  async keep(resolved: ByName, changed: boolean, breather: Breather): Promise<S> {
    const observed = this.#observed;
    const made = changed ? await inSlices(this.#make(resolved.values()), breather) : this.#snapshot;
    this.#resolved = resolved;
    this.#snapshot = made as S;
    // Somebody began or ceased to observe while the snapshot was made.
    if (observed !== this.#observed) this.#showAgain();
    return this.snapshot;
  }

  /** An object like the snapshot, of some of its settings. */
  only(names: ReadonlySet<string>): object {
    const some = [...this.resolved.values()].filter(({ setting }) => names.has(setting.name));
    return atOnce(this.#make(some));
  }

  /** Tells of reads from now on, which takes another object of the same values. */
  observe(readerOf: ReaderOf): () => void {
    let on = true;
    const own = (name: string) => {
      const read = readerFrom(readerOf, name);
      // Each read of a secret comes by here: nothing is made on the way, not even a function for `undisturbed`.
      return () => {
        if (!on) return;
        try {
          read();
        } catch (thrown) {
          surface(thrown);
        }
      };
    };
    this.#readers.add(own);
    this.#showAgain();
    return () => {
      on = false;
      if (this.#readers.delete(own)) this.#showAgain();
    };
  }

  get #observed(): boolean {
    return this.#readers.size > 0;
  }

  #showAgain(): void {
    if (this.#resolved !== undefined) this.#snapshot = atOnce(this.#make(this.#resolved.values())) as S;
  }

  #make(resolved: Iterable<Resolved>): SnapshotMaking {
    const readers = [...this.#readers];
    const readerOf = (name: string) => {
      const reads = readers.map((reader) => reader(name));
      const [only] = reads;
      if (only !== undefined && reads.length === 1) return only;
      return () => {
        for (const read of reads) read();
      };
    };
    return makeSnapshot(this.#title, [...resolved], this.#observed ? readerOf : undefined);
  }

  #notReady(): never {
    const settings = `The settings of ${this.#application}`;
    const cause = this.#failure;
    if (cause === undefined) {
      throw new StrongroomError('SNAPSHOT_NOT_READY', `${settings} are not loaded yet: await load() first`);
    }
    const why = `${settings} could not be loaded (${cause.code}), see the cause`;
    throw new StrongroomError('SNAPSHOT_NOT_READY', why, { cause });
  }
}

/** Whoever gives no reader, because it throws, is told of nothing. */
function readerFrom(readerOf: ReaderOf, name: string): () => void {
  try {
    return readerOf(name);
  } catch (thrown) {
    surface(thrown);
    return () => {};
  }
}

const surface = (thrown: unknown): void =>
  undisturbed(() => {
    throw thrown;
  });
