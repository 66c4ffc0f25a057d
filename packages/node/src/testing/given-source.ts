import type { Lookup, Setting, Source } from '@strongroom/core';

/** A source of the values that a test gives. */
export class GivenSource implements Source {
  readonly name = 'given';
  readonly local = true;
  // Private, so that no inspection of the source shows what it holds.
  readonly #values = new Map<string, unknown>();

  constructor(values: object) {
    this.give(values);
  }

  /** Gives some settings other values. */
  give(values: object): void {
    for (const [name, value] of Object.entries(values)) this.#values.set(name, value);
  }

  async lookup(settings: readonly Setting[]): Promise<ReadonlyMap<string, Lookup>> {
    return new Map(settings.map(({ name }) => [name, this.#look(name)]));
  }

  #look(name: string): Lookup {
    const value = this.#values.get(name);
    if (value === undefined) return { status: 'absent', reason: 'not-set' };
    return { status: 'found', value: asSourcesGiveIt(value), locator: 'given by the test' };
  }
}

/** Sources give text and JSON; what a schema takes may be more. */
function asSourcesGiveIt(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Date ? value.toISOString() : value;
}
