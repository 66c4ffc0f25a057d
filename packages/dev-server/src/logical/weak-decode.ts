import { formatValue, quote } from '../go/format-value.js';
import { invalidInt, parseBool, parseInteger } from '../go/parse-number.js';
import { isJsonArray, isJsonMap, type JsonMap, JsonNumber, type JsonValue } from '../json/json-value.js';

/** A value does not fit a field; the message is Vault's. */
export class DecodeError extends Error {
  constructor(
    message: string,
    /** What is wrong, one by one, where the value has several parts. */
    readonly problems: readonly string[] = [message],
  ) {
    super(message);
  }
}

/** Several problems in one text. */
export const listProblems = (problems: readonly string[]): string => {
  const points = [...problems].sort().map((problem) => `* ${problem}`);
  return `${points.length} error(s) decoding:\n\n${points.join('\n')}`;
};

/** Decodes the parts of a value, and reports all that do not fit at once. */
function decodeParts<TPart, TResult>(
  parts: readonly TPart[],
  decode: (part: TPart, index: number) => TResult,
): TResult[] {
  const problems: string[] = [];
  const results: TResult[] = [];
  for (const [index, part] of parts.entries()) {
    try {
      results.push(decode(part, index));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new DecodeError(listProblems(problems), problems);
  return results;
}

const goType = (value: JsonValue): string => {
  if (typeof value === 'boolean') return 'bool';
  if (isJsonArray(value)) return '[]interface {}';
  return isJsonMap(value) ? 'map[string]interface {}' : 'string';
};

const goKind = (value: JsonValue): string => (typeof value === 'boolean' ? 'bool' : 'string');

const textOf = (value: JsonValue): string | undefined =>
  typeof value === 'string' ? value : value instanceof JsonNumber ? value.text : undefined;

const unconvertible = (value: JsonValue, name: string, type: string): DecodeError =>
  new DecodeError(
    `'${name}' expected type '${type}', got unconvertible type '${goType(value)}', value: '${formatValue(value)}'`,
  );

export function decodeString(value: JsonValue, name = ''): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? '1' : '0';
  const text = textOf(value);
  if (text === undefined) throw unconvertible(value, name, 'string');
  return text;
}

export function decodeInt(value: JsonValue, name = ''): number {
  if (value === null) return 0;
  if (typeof value === 'boolean') return value ? 1 : 0;
  const text = textOf(value);
  if (text === undefined) throw unconvertible(value, name, 'int');
  const number = parseInteger(text);
  if (number === undefined) throw new DecodeError(`cannot parse '${name}' as int: ${invalidInt(text)}`);
  return number;
}

export function decodeFloat(value: JsonValue, name = ''): number {
  if (value === null) return 0;
  if (typeof value === 'boolean') return value ? 1 : 0;
  const text = textOf(value);
  if (text === undefined) throw unconvertible(value, name, 'float64');
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isNaN(number)) return number;
  throw new DecodeError(
    `cannot parse '${name}' as float: strconv.ParseFloat: parsing ${quote(text)}: invalid syntax`,
  );
}

export function decodeBool(value: JsonValue, name = ''): boolean {
  if (value === null) return false;
  if (typeof value === 'boolean') return value;
  const text = textOf(value);
  if (text === undefined) throw unconvertible(value, name, 'bool');
  if (text === '') return false;
  const bool = parseBool(text);
  if (bool !== undefined) return bool;
  throw new DecodeError(
    `cannot parse '${name}' as bool: strconv.ParseBool: parsing ${quote(text)}: invalid syntax`,
  );
}

/** A map; a list of maps counts as their union, as it does for Vault. */
export function decodeMap(value: JsonValue, name = ''): JsonMap {
  if (value === null) return new Map();
  if (isJsonMap(value)) return value;
  if (!isJsonArray(value)) throw new DecodeError(`'${name}' expected a map, got '${goKind(value)}'`);
  return new Map(value.flatMap((item, index) => [...decodeMap(item, `${name}[${index}]`)]));
}

/** A list; anything else counts as a list of one. */
export function decodeList<TItem>(
  value: JsonValue,
  decodeItem: (item: JsonValue, name: string) => TItem,
  name = '',
): TItem[] {
  if (value === null || (isJsonMap(value) && value.size === 0)) return [];
  const items = isJsonArray(value) ? value : [value];
  return decodeParts(items, (item, index) => decodeItem(item, `${name}[${index}]`));
}

/** A map of strings. */
export function decodeStringMap(value: JsonValue, name = ''): ReadonlyMap<string, string> {
  const entries = [...decodeMap(value, name)];
  return new Map(
    decodeParts(entries, ([key, item]): [string, string] => [key, decodeString(item, `${name}[${key}]`)]),
  );
}
