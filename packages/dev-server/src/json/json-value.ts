/**
 * A number as it was written in JSON. Vault keeps numbers as text until somebody needs their value, so that
 * `1.0` and integers beyond 2^53 survive; this does the same.
 */
export class JsonNumber {
  constructor(readonly text: string) {}
}

/** A JSON object as data. A Map, so that keys such as `__proto__` are keys like any other. */
export type JsonMap = ReadonlyMap<string, JsonValue>;

/** A JSON object that our own code builds, with keys that our own code chose. */
export interface JsonRecord {
  readonly [key: string]: JsonValue | undefined;
}

/** What the parser yields (objects as Map, numbers as JsonNumber) and what the writer accepts. */
export type JsonValue =
  | null
  | boolean
  | string
  | number
  | JsonNumber
  | readonly JsonValue[]
  | JsonMap
  | JsonRecord;

export const isJsonMap = (value: unknown): value is JsonMap => value instanceof Map;

export const isJsonArray = (value: JsonValue | undefined): value is readonly JsonValue[] =>
  Array.isArray(value);
