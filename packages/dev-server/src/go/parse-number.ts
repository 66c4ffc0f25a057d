import { quote } from './format-value.js';

const INTEGER = /^[+-]?(?:0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|[1-9]\d*|0)$/;
const DECIMAL = /^[+-]?\d+$/;
const MAX = 2n ** 63n;

export const invalidInt = (text: string): string =>
  `strconv.ParseInt: parsing ${quote(text)}: ${DECIMAL.test(text) ? 'value out of range' : 'invalid syntax'}`;

const toInteger = (text: string): bigint => {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[+-]/, '');
  const plain = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  return negative ? -BigInt(plain) : BigInt(plain);
};

/** Reads an integer as Go's `ParseInt(text, 0, 64)`; undefined where Go reports an error. */
export function parseInteger(text: string): number | undefined {
  if (!INTEGER.test(text)) return undefined;
  const value = toInteger(text);
  return value >= -MAX && value < MAX ? Number(value) : undefined;
}

/** Reads a decimal integer as Go's `ParseInt(text, 10, 64)`; undefined where Go reports an error. */
export function parseDecimal(text: string): number | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return value >= -MAX && value < MAX ? Number(value) : undefined;
}

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** Reads a boolean as Go's `ParseBool`; undefined where Go reports an error. */
export const parseBool = (text: string): boolean | undefined =>
  TRUE.has(text) ? true : FALSE.has(text) ? false : undefined;
