import type { JsonMap, JsonValue } from '../json/json-value.js';
import { DecodeError, listProblems } from './weak-decode.js';

/** Reads several named values and reports all that do not fit at once, as Vault does for some requests. */
export class WeakStruct {
  readonly #problems: string[] = [];

  constructor(private readonly data: JsonMap) {}

  // A key that is written as the field is comes before one that only differs in its case.
  #value(name: string): JsonValue | undefined {
    const exact = this.data.get(name);
    if (exact !== undefined) return exact;
    const wanted = name.toLowerCase();
    return [...this.data].find(([key]) => key.toLowerCase() === wanted)?.[1];
  }

  /** @param name as Vault calls the field, which is what messages show */
  read<TValue>(name: string, decode: (raw: JsonValue, name: string) => TValue): TValue | undefined {
    const raw = this.#value(name);
    if (raw === undefined || raw === null) return undefined;
    try {
      return decode(raw, name);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#problems.push(...error.problems);
      return undefined;
    }
  }

  /** All that did not fit, in one text; undefined where all did. */
  problem(): string | undefined {
    return this.#problems.length === 0 ? undefined : listProblems(this.#problems);
  }
}
