import type { JsonMap, JsonValue } from '../json/json-value.js';
import { DecodeError, listProblems } from './weak-decode.js';

/** Reads several named values and reports all that do not fit at once, as Vault does for some requests. */
export class WeakStruct {
  readonly #problems: string[] = [];

  constructor(private readonly data: JsonMap) {}

  /**
   * @param name as the request has it
   * @param shown as the message has it
   */
  read<TValue>(
    name: string,
    shown: string,
    decode: (raw: JsonValue, name: string) => TValue,
  ): TValue | undefined {
    const raw = this.data.get(name);
    if (raw === undefined || raw === null) return undefined;
    try {
      return decode(raw, shown);
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
