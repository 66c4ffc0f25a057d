import type { AcceptedInput, InputKind } from '../definition/schema.js';
import { parseBoolean } from './boolean.js';

/** A raw value on its way to the schema, or the words for what it should have been. */
export type Coerced =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string };

/**
 * Turns a raw value into what a schema takes in. Text and JSON go through the same rule, so that a setting's
 * type does not depend on the source that it came from.
 */
export function coerce(raw: unknown, accepted: AcceptedInput): Coerced {
  const { kinds } = accepted;
  const anything = kinds.has('anything');
  if (typeof raw === 'string') return fromText(raw, accepted);
  if (typeof raw === 'boolean') return fromText(String(raw), accepted);
  if (typeof raw === 'number') {
    if (Number.isSafeInteger(raw)) return fromText(String(raw), accepted);
    // 1.10 and 12345678901234567890 have lost digits by the time they are a number: never guess at a password.
    if (anything || kinds.has('text') || (kinds.has('bigint') && !kinds.has('number'))) {
      return fail('is a JSON number, whose digits may be lost: store it as text');
    }
    return kinds.has('number') ? ok(raw) : fail(`is not ${list(accepted)}`);
  }
  if (raw === null) return anything || kinds.has('null') ? ok(null) : fail(`is null, not ${list(accepted)}`);
  if (anything || kinds.has('json')) return ok(raw);
  return fail(`is ${Array.isArray(raw) ? 'a JSON array' : 'a JSON object'}, not ${list(accepted)}`);
}

// No part of these can match the same text in two ways, so that a long hostile text costs no more than its length.
const numeric = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const integer = /^[+-]?\d+$/;
const isoDate = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

function fromText(text: string, accepted: AcceptedInput): Coerced {
  const { kinds, texts } = accepted;
  if (kinds.has('anything')) return ok(text);
  const trimmed = text.trim();
  if (kinds.has('json')) {
    const value = parseContainer(trimmed);
    if (value !== undefined) return ok(value);
  }
  if (kinds.has('text') || texts.has(text)) return ok(text);
  // JSON has one zero: adding 0 makes one of -0 too.
  if (kinds.has('number') && numeric.test(trimmed)) return ok(Number(trimmed) + 0);
  if (kinds.has('bigint') && integer.test(trimmed)) return ok(BigInt(trimmed));
  if (kinds.has('boolean')) {
    const value = parseBoolean(trimmed);
    if (value !== undefined) return ok(value);
  }
  if (kinds.has('date')) {
    const value = parseDate(trimmed);
    if (value !== undefined) return ok(value);
  }
  if (kinds.has('null') && trimmed === 'null') return ok(null);
  // Where only certain texts will do, the schema can say which.
  return texts.size > 0 ? ok(text) : fail(`is not ${list(accepted)}`);
}

function parseContainer(text: string): unknown {
  if (!/^[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's message quotes what it could not parse, so none of it goes on.
    return undefined;
  }
}

function parseDate(text: string): Date | undefined {
  const [, day] = isoDate.exec(text) ?? [];
  if (day === undefined) return undefined;
  // Date takes the 30th of February for the 1st of March.
  const start = new Date(`${day}T00:00:00Z`);
  const date = new Date(text);
  const exists = !Number.isNaN(start.getTime()) && start.toISOString().startsWith(day);
  return exists && !Number.isNaN(date.getTime()) ? date : undefined;
}

const words: Record<InputKind, string> = {
  text: 'text',
  number: 'a number',
  bigint: 'a whole number',
  boolean: 'a boolean (true/false, 1/0, yes/no)',
  date: 'a date in ISO 8601 form (a time with its zone)',
  json: 'JSON (an object or array)',
  null: 'null',
  anything: 'any value',
};

function list({ kinds, texts }: AcceptedInput): string {
  const all = texts.size > 0 ? new Set<InputKind>(['text', ...kinds]) : kinds;
  return [...all].map((kind) => words[kind]).join(' or ');
}

const ok = (value: unknown): Coerced => ({ ok: true, value });
const fail = (reason: string): Coerced => ({ ok: false, reason });
