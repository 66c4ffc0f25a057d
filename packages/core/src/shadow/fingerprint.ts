import type { KeyObject } from 'node:crypto';

/** How much of a fingerprint is shown: enough for the eye. */
const shownDigits = 12;

/**
 * Tells whether values are equal without keeping one: equal fingerprints of one setting are equal values. The key
 * is made anew for each and leaves it nowhere.
 */
export class Fingerprints {
  // Not imported: most programs compare nothing.
  readonly #crypto = process.getBuiltinModule('node:crypto');
  readonly #key: KeyObject = this.#crypto.createSecretKey(this.#crypto.randomBytes(32));

  /**
   * @param value as validated
   * @param input what it was made from: stands for a value whose class keeps its content to itself
   */
  of(setting: string, value: unknown, input: unknown): string {
    const text = contentOf(value) ?? `made from ${contentOf(input) ?? this.#crypto.randomUUID()}`;
    // With the name, so that nobody sees which settings share one value.
    return this.#crypto.createHmac('sha256', this.#key).update(`${setting}\0${text}`).digest('hex');
  }
}

/** What is shown of a fingerprint. */
export const shown = (fingerprint: string): string => fingerprint.slice(0, shownDigits);

/** One text for equal data, whatever the order of its keys; undefined for what does not show its content. */
function contentOf(value: unknown): string | undefined {
  try {
    return textOf(value, []);
  } catch {
    return undefined;
  }
}

class Hidden extends Error {}

function textOf(value: unknown, around: readonly object[]): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'symbol' || typeof value === 'function') throw new Hidden();
  if (typeof value !== 'object' || value === null) return String(value);
  if (around.includes(value)) throw new Hidden();
  const inner = (part: unknown) => textOf(part, [...around, value]);
  const pair = ([key, part]: readonly [unknown, unknown]) => `${inner(key)}:${inner(part)}`;
  if (Array.isArray(value)) return `[${value.map(inner).join()}]`;
  if (value instanceof Date) return `date ${value.getTime()}`;
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (value instanceof Map) return `map {${[...value].map(pair).sort().join()}}`;
  if (value instanceof Set) return `set {${[...value].map(inner).sort().join()}}`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    return `{${Object.entries(value).map(pair).sort().join()}}`;
  }
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (typeof toJSON === 'function') return `${value.constructor.name} ${inner(toJSON.call(value))}`;
  throw new Hidden();
}
