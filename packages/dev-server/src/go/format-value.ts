import { isJsonArray, isJsonMap, JsonNumber, type JsonValue } from '../json/json-value.js';
import { compareBytes } from './compare-bytes.js';

/** A value as Go's `%v` prints it, which Vault's messages repeat: `map[a:1 b:[x y]]`. */
export function formatValue(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return '<nil>';
  if (value instanceof JsonNumber) return value.text;
  if (typeof value !== 'object') return String(value);
  if (isJsonArray(value)) return `[${value.map(formatValue).join(' ')}]`;
  const entries = isJsonMap(value) ? [...value] : Object.entries(value);
  const sorted = entries.sort(([a], [b]) => compareBytes(a, b));
  return `map[${sorted.map(([key, item]) => `${key}:${formatValue(item)}`).join(' ')}]`;
}

/** A string as Go's `%q` prints it. */
export const quote = (text: string): string =>
  JSON.stringify(text)
    .replace(/\\u00(0[0-9a-f]|1[0-9a-f])/g, '\\x$1')
    .replaceAll('\x7f', '\\x7f');

/** A list of strings as Go's `%q` prints it: `["a" "b"]`. */
export const quoteList = (items: readonly string[]): string => `[${items.map(quote).join(' ')}]`;
