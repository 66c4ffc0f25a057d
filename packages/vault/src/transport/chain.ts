/** A place in a chain. */
export interface Place<T> {
  readonly value: T;
  readonly before: Place<T> | undefined;
  readonly after: Place<T> | undefined;
  readonly held: boolean;
}

type Open<T> = {
  -readonly [Name in keyof Place<T>]: Name extends 'before' | 'after' ? Open<T> | undefined : Place<T>[Name];
};

/**
 * Values in the order in which they came, that can leave from anywhere.
 *
 * Not a `Set`: when its table is made anew, as it is all the time where values come and go, the old table stays
 * linked to the new one. Once one of them is old, the collector takes every request that ever was in a later one
 * for alive, copies it, and takes more time for that than the requests do.
 */
export class Chain<T> {
  #first: Open<T> | undefined;
  #last: Open<T> | undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds a value at the end. */
  add(value: T): Place<T> {
    const before = this.#last;
    const place: Open<T> = { value, before, after: undefined, held: true };
    if (before === undefined) this.#first = place;
    else before.after = place;
    this.#last = place;
    this.#length++;
    return place;
  }

  /** Gives a place up; false when it was given up before. */
  leave(left: Place<T>): boolean {
    const place = left as Open<T>;
    if (!place.held) return false;
    const { before, after } = place;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    // What has left leads to nothing that is still there.
    place.before = undefined;
    place.after = undefined;
    place.held = false;
    this.#length--;
    return true;
  }

  /** Takes every value out that is there now. */
  drain(take: (value: T) => void): void {
    for (let left = this.#length; left > 0; left--) {
      const value = this.shift();
      if (value !== undefined) take(value);
    }
  }

  /** Takes the first value out. */
  shift(): T | undefined {
    const first = this.#first;
    if (first === undefined) return undefined;
    this.leave(first);
    return first.value;
  }
}
