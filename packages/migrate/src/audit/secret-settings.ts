import { lastName, settingName } from './secret-names.js';

/** What a name of a secret has in it, in any case. */
const hints = ['pass', 'pwd', 'secret', 'token', 'key', 'credential', 'dsn', '\\bpat\\b', '_pat\\b', 'salt'];

/** The secrets of a definition, by the names that code may give them: `SECRET_KEY` may be `secretKey`. */
export class SecretSettings {
  readonly #pattern: RegExp;
  readonly #names: ReadonlySet<string>;

  constructor(names: readonly string[]) {
    this.#names = new Set(names.map(settingName));
    const own = [...this.#names].map((name) => name.split('_').join('[_-]?'));
    this.#pattern = new RegExp([...own, ...hints].join('|'), 'gi');
  }

  /** Where names of secrets may stand in a text. */
  *candidates(text: string): Iterable<number> {
    for (const { index } of text.matchAll(this.#pattern)) yield index;
  }

  /** Whether the definition declares the secret that is named so. */
  has(name: string): boolean {
    return this.#names.has(settingName(lastName(name)));
  }
}
