/** All state of a server: named collections of records. Plain data only, so that it can be kept in a file. */
export type StateTree = Map<string, Map<string, unknown>>;

/** Names a collection and the type of its records. */
export interface Collection<TRecord> {
  readonly name: string;
  /** Never set; it only carries the type. */
  readonly record?: TRecord;
}

export const collection = <TRecord>(name: string): Collection<TRecord> => ({ name });

/** The part of the state that belongs to one owner, such as one mount. */
export class Storage {
  constructor(
    private readonly tree: StateTree,
    private readonly prefix: string,
  ) {}

  /** The live records of a collection; changing the map changes the state. */
  records<TRecord>(wanted: Collection<TRecord>): Map<string, TRecord> {
    const name = `${this.prefix}${wanted.name}`;
    let records = this.tree.get(name);
    if (records === undefined) {
      records = new Map();
      this.tree.set(name, records);
    }
    // A collection is only ever reached through its definition, which is what fixes the type of its records.
    return records as Map<string, TRecord>;
  }

  /** The storage of an owner below this one. */
  below(owner: string): Storage {
    return new Storage(this.tree, `${this.prefix}${owner}/`);
  }

  /** Removes every collection of this owner. */
  clear(): void {
    for (const name of [...this.tree.keys()]) if (name.startsWith(this.prefix)) this.tree.delete(name);
  }
}
