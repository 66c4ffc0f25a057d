import { compareBytes } from '../go/compare-bytes.js';
import { isJsonArray, isJsonMap, JsonNumber, type JsonValue } from './json-value.js';

// What Go's encoder escapes beyond JSON's own rules, so that a body may stand in HTML or a script.
const UNSAFE = /[<>&\u2028\u2029]/g;

const writeString = (text: string): string =>
  JSON.stringify(text).replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Writes JSON as Vault does: the keys of data sorted by their bytes, numbers as they came. */
export function writeJson(value: JsonValue): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return writeString(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null';
  if (value instanceof JsonNumber) return value.text;
  if (isJsonArray(value)) return `[${value.map(writeJson).join(',')}]`;
  if (isJsonMap(value)) {
    const entries = [...value].sort(([a], [b]) => compareBytes(a, b));
    return `{${entries.map(([key, item]) => `${writeString(key)}:${writeJson(item)}`).join(',')}}`;
  }
  const members = Object.entries(value).flatMap(([key, item]) =>
    item === undefined ? [] : [`${writeString(key)}:${writeJson(item)}`],
  );
  return `{${members.join(',')}}`;
}
