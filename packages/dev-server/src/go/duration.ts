import { isJsonArray, JsonNumber, type JsonValue } from '../json/json-value.js';
import { quote } from './format-value.js';
import { invalidInt, parseDecimal } from './parse-number.js';

/** A duration could not be read; the message is Vault's. */
export class DurationError extends Error {}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

const PART = /(\d*\.?\d*)([^\d.]+)/y;

/**
 * Reads Go's duration text such as `1h30m` or `-1.5s`, which has a unit.
 *
 * @returns milliseconds
 * @throws DurationError
 */
export function parseGoDuration(text: string): number {
  const invalid = (): DurationError => new DurationError(`time: invalid duration ${quote(text)}`);
  const rest = text.replace(/^[+-]/, '');
  if (rest === '0') return 0;
  if (rest === '') throw invalid();
  let total = 0;
  let at = 0;
  while (at < rest.length) {
    PART.lastIndex = at;
    const found = PART.exec(rest);
    const number = found?.[1] ?? '';
    if (!/\d/.test(number)) throw /^[\d.]+$/.test(rest.slice(at)) ? missingUnit(text) : invalid();
    const unit = UNITS.get(found?.[2] ?? '');
    if (unit === undefined) {
      throw new DurationError(`time: unknown unit ${quote(found?.[2] ?? '')} in duration ${quote(text)}`);
    }
    total += Number(number) * unit;
    at = PART.lastIndex;
  }
  return text.startsWith('-') ? -total : total;
}

const missingUnit = (text: string): DurationError =>
  new DurationError(`time: missing unit in duration ${quote(text)}`);

/**
 * Reads a duration in any form that Vault takes: a number of seconds, its text, or Go's text (`90`, `"90"`,
 * `"1m30s"`).
 *
 * @returns milliseconds
 * @throws DurationError
 */
export function parseDuration(input: JsonValue): number {
  if (typeof input === 'number') return input * 1000;
  if (input instanceof JsonNumber) {
    const seconds = parseDecimal(input.text);
    if (seconds === undefined) throw new DurationError(invalidInt(input.text));
    return seconds * 1000;
  }
  if (typeof input !== 'string' || isJsonArray(input)) {
    throw new DurationError('could not parse duration from input');
  }
  if (input === '') return 0;
  if (/[smh]$/.test(input)) return parseGoDuration(input);
  const seconds = parseDecimal(input);
  if (seconds === undefined) throw new DurationError(invalidInt(input));
  return seconds * 1000;
}

/** Prints milliseconds as Go prints a duration: `1h30m0s`, `1.5s`, `0s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  const sign = milliseconds < 0 ? '-' : '';
  const rest = Math.abs(milliseconds);
  if (rest < 1000) return `${sign}${rest}ms`;
  const hours = Math.floor(rest / 3_600_000);
  const minutes = Math.floor((rest % 3_600_000) / 60_000);
  const seconds = (rest % 60_000) / 1000;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}
