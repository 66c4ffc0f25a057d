import { Entry, type Origin } from '../entry.js';
import { malformedText } from './read-text.js';
import type { Reading, ReadingWarning } from './reading.js';

/** How values begin that sops, dotenvx, Ansible, age and PGP have encrypted. */
const ciphertext =
  /^(?:ENC\[AES256_GCM,|encrypted:[\w+/=-]{16}|\$ANSIBLE_VAULT;|-----BEGIN (?:AGE ENCRYPTED FILE|PGP MESSAGE)-----)/;

/** A reading while it is made: what holds for every reader. */
export class ReadingDraft {
  readonly #entries = new Map<string, Entry>();
  readonly #warnings: ReadingWarning[] = [];

  /** Where the entry of a name stands, if there is one so far. */
  originOf(name: string): Origin | undefined {
    return this.#entries.get(name)?.origin;
  }

  /** Adds an entry, in place of one of the same name. */
  add(name: string, value: unknown, origin: Origin): void {
    if (!isWellFormed(value)) {
      this.#entries.delete(name);
      const message = `${name} holds half a character (a lone surrogate), which is no text, and is left out.`;
      this.warn('not-text', origin, message, name);
      return;
    }
    if (typeof value === 'string' && ciphertext.test(value)) {
      const message = `${name} was encrypted by a tool and is taken as it stands: decrypt it before it is moved.`;
      this.warn('encrypted', origin, message, name);
    }
    this.#entries.set(name, new Entry(name, value, origin));
  }

  /** @param what what is so and what to do, in a sentence; where it is stands before it */
  warn(code: ReadingWarning['code'], origin: Origin, what: string, name?: string): void {
    const message = `${placeOf(origin)}: ${what}`;
    this.#warnings.push({ code, ...(name === undefined ? {} : { name }), message, origin });
  }

  /** Leaves an entry out. */
  remove(name: string): void {
    this.#entries.delete(name);
  }

  /**
   * Adds what another reading has, of which no name may have another value here.
   *
   * @param remedy what a person can do about such a name
   * @throws SourceError `SOURCE_MALFORMED` for the first such name
   */
  join({ entries, warnings }: Reading, remedy: string): void {
    for (const entry of entries) {
      const other = this.#entries.get(entry.name);
      if (other !== undefined && other.reveal() !== entry.reveal()) {
        const { place, line } = entry.origin;
        const what = `has another value for ${entry.name} than ${placeOf(other.origin)}: ${remedy}`;
        throw malformedText(place, line, what);
      }
      this.#entries.set(entry.name, other ?? entry);
    }
    // A file that two parts refer to is warned of once.
    const known = new Set(this.#warnings.map((warning) => JSON.stringify(warning)));
    this.#warnings.push(...warnings.filter((warning) => !known.has(JSON.stringify(warning))));
  }

  finish(): Reading {
    return { entries: [...this.#entries.values()], warnings: this.#warnings };
  }
}

const placeOf = ({ place, line }: Origin): string => (line === undefined ? place : `${place}:${line}`);

/** Half a character cannot be written as UTF-8: Vault would store another text. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return !/\p{Surrogate}/u.test(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, below]) => isWellFormed(key) && isWellFormed(below));
}
