import { parseBoolean } from './boolean.js';
import type { InputKind } from './schema.js';

/** A raw value on its way to the schema, or the words for what it should have been. */
export type Coerced =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string };

/**
 * Turns a raw value into what a schema takes in. Text and JSON go through the same rule, so that a setting's
 * type does not depend on the source that it came from.
 */
export function coerce(raw: unknown, kinds: ReadonlySet<InputKind>): Coerced {
  if (typeof raw === 'string') return fromText(raw, kinds);
  if (typeof raw === 'boolean') return fromText(String(raw), kinds);
  if (typeof raw === 'number') {
    // 1.10 and 12345678901234567890 have lost digits by the time they are a number: never guess at a password.
    const exact = Number.isSafeInteger(raw) || !(kinds.has('text') || kinds.has('anything'));
    return exact
      ? fromText(String(raw), kinds)
      : fail('is a JSON number, whose digits may be lost: store it as text');
  }
  if (raw === null)
    return kinds.has('null') || kinds.has('anything') ? ok(null) : fail(`is null, expected ${list(kinds)}`);
  if (kinds.has('json') || kinds.has('anything')) return ok(raw);
  return fail(`is ${Array.isArray(raw) ? 'a JSON array' : 'a JSON object'}, expected ${list(kinds)}`);
}

const numeric = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const integer = /^[+-]?\d+$/;
const isoDate = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/;

function fromText(text: string, kinds: ReadonlySet<InputKind>): Coerced {
  if (kinds.has('text') || kinds.has('anything')) return ok(text);
  const trimmed = text.trim();
  if (kinds.has('number') && numeric.test(trimmed)) return ok(Number(trimmed));
  if (kinds.has('bigint') && integer.test(trimmed)) return ok(BigInt(trimmed));
  if (kinds.has('boolean')) {
    const value = parseBoolean(trimmed);
    if (value !== undefined) return ok(value);
  }
  if (kinds.has('date') && isoDate.test(trimmed)) return ok(new Date(trimmed));
  if (kinds.has('null') && trimmed === 'null') return ok(null);
  if (kinds.has('json')) {
    try {
      const value: unknown = JSON.parse(trimmed);
      if (typeof value === 'object' && value !== null) return ok(value);
    } catch {
      // The parser's message quotes what it could not parse, so none of it goes on.
    }
  }
  return fail(`is not ${list(kinds)}`);
}

const words: Record<InputKind, string> = {
  text: 'text',
  number: 'a number',
  bigint: 'an integer',
  boolean: 'a boolean (true/false, 1/0, yes/no)',
  date: 'a date in ISO 8601 form',
  json: 'JSON (an object or array)',
  null: 'null',
  anything: 'any value',
};

const list = (kinds: ReadonlySet<InputKind>): string => [...kinds].map((kind) => words[kind]).join(' or ');
const ok = (value: unknown): Coerced => ({ ok: true, value });
const fail = (reason: string): Coerced => ({ ok: false, reason });
