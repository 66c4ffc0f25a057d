import type { JsonMap } from '../json/json-value.js';
import { collection, type Storage } from '../state/storage.js';

type Cubbyhole = Map<string, JsonMap>;

const CUBBYHOLES = collection<Cubbyhole>('cubbyholes');

/** The private storage of each token, by path. */
export class Cubbyholes {
  readonly #all: Map<string, Cubbyhole>;

  constructor(storage: Storage) {
    this.#all = storage.records(CUBBYHOLES);
  }

  of(token: string): ReadonlyMap<string, JsonMap> {
    return this.#all.get(token) ?? new Map();
  }

  put(token: string, path: string, data: JsonMap): void {
    const cubbyhole = this.#all.get(token) ?? new Map();
    this.#all.set(token, cubbyhole.set(path, data));
  }

  delete(token: string, path: string): void {
    this.#all.get(token)?.delete(path);
  }

  /** Forgets all that a token kept. */
  remove(token: string): void {
    this.#all.delete(token);
  }
}
