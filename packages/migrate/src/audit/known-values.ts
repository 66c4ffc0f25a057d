import type { Entry } from '../index.js';
import type { Detection, Rule } from './rule.js';
import { namesSecret } from './secret-names.js';
import type { SecretSettings } from './secret-settings.js';
import { strengthOf } from './value-strength.js';

const knownValue: Rule = {
  id: 'known-value',
  level: 'error',
  message: 'The value of a secret that is in use stands in the code',
};

/** Shorter ones stand in any text by chance. */
const minLength = 8;

interface Form {
  readonly name: string;
  /** As code may hold it. */
  readonly written: string;
  readonly value: string;
}

/**
 * The values that are secret, to be looked for in texts. They are in memory already, as the entries that were given: to
 * compare texts with hashes of them would keep nothing back, and would miss a value inside a longer text.
 */
export class KnownValues {
  readonly #forms: readonly Form[];
  readonly #names = new Map<string, string>();
  /** The names of those that are too short or too common a word: looked for, they would be found everywhere. */
  readonly tooCommon: readonly string[];

  constructor(entries: readonly Entry[], secrets: SecretSettings) {
    const forms = new Map<string, Form>();
    const tooCommon: string[] = [];
    for (const entry of entries) {
      const value = entry.reveal();
      const { name } = entry;
      if (typeof value !== 'string' || value === '' || !(secrets.has(name) || namesSecret(name))) continue;
      if (
        value.length < minLength ||
        (strengthOf(value) !== 'strong' && !/[^A-Za-z]/.test(value.slice(1, -1)))
      ) {
        tooCommon.push(name);
        continue;
      }
      this.#names.set(value, name);
      for (const written of formsOf(value)) {
        if (!forms.has(written)) forms.set(written, { name, written, value });
      }
    }
    this.#forms = [...forms.values()];
    this.tooCommon = tooCommon;
  }

  /** The name of the secret whose value it is. */
  nameOf(value: string): string | undefined {
    return this.#names.get(value);
  }

  /** Every place of a text where one of them stands, not as a part of a longer word. */
  in(text: string): readonly Detection[] {
    const found: Detection[] = [];
    for (const { name, written, value } of this.#forms) {
      for (
        let start = text.indexOf(written);
        start !== -1;
        start = text.indexOf(written, start + written.length)
      ) {
        const end = start + written.length;
        if (!joins(text, start - 1, start) && !joins(text, end - 1, end)) {
          found.push({ rule: knownValue, start, end, value, name });
        }
      }
    }
    return found;
  }
}

/** A value as it is, as JSON and most languages escape it, in base64 as Kubernetes has it, and as a part of an address. */
const formsOf = (value: string): ReadonlySet<string> =>
  new Set([
    value,
    JSON.stringify(value).slice(1, -1),
    Buffer.from(value).toString('base64'),
    encodeURIComponent(value),
  ]);

const joins = (text: string, left: number, right: number): boolean =>
  /[A-Za-z0-9]/.test(text.charAt(left)) && /[A-Za-z0-9]/.test(text.charAt(right));
