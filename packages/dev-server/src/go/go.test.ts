import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonNumber } from '../json/json-value.js';
import { cidrsWithin, inCidrs, isCidr } from './cidr.js';
import { formatDuration, parseDuration } from './duration.js';
import { formatValue, quote } from './format-value.js';
import { parseDecimal, parseInteger } from './parse-number.js';
import { shortDuration } from './short-duration.js';
import { formatTime } from './timestamp.js';

describe('durations', () => {
  test.each([
    ['90', 90_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1_500],
    ['-5m', -300_000],
    ['250ms', 250],
    ['0s', 0],
    ['', 0],
  ])('%j are read', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each([
    ['soon', 'strconv.ParseInt: parsing "soon": invalid syntax'],
    ['1d', 'strconv.ParseInt: parsing "1d": invalid syntax'],
    ['5xs', 'time: unknown unit "xs" in duration "5xs"'],
    ['s', 'time: invalid duration "s"'],
    ['99999999999999999999', 'strconv.ParseInt: parsing "99999999999999999999": value out of range'],
  ])('%j are refused', (text, message) => {
    expect(() => parseDuration(text)).toThrow(message);
  });

  test('a number stands for seconds, but no fraction of them', () => {
    expect(parseDuration(new JsonNumber('60'))).toBe(60_000);
    expect(() => parseDuration(new JsonNumber('1.5'))).toThrow('parsing "1.5": invalid syntax');
    expect(() => parseDuration(true)).toThrow('could not parse duration from input');
  });

  test('what is printed is read as the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds * 1000))).toBe(seconds * 1000);
        expect(parseDuration(shortDuration(seconds))).toBe(seconds * 1000);
      }),
    );
    expect([0, 90_000, 12_319_000, 3_600_000].map(formatDuration)).toEqual([
      '0s',
      '1m30s',
      '3h25m19s',
      '1h0m0s',
    ]);
    expect([0, 60, 3_600, 3_605, 2_764_800].map(shortDuration)).toEqual(['0s', '1m', '1h', '1h0m5s', '768h']);
  });
});

test('values are printed as Go prints them', () => {
  const value = new Map<string, string | null | JsonNumber | string[]>([
    ['b', ['x', 'y']],
    ['a', new JsonNumber('1')],
    ['c', null],
  ]);
  expect(formatValue(value)).toBe('map[a:1 b:[x y] c:<nil>]');
  expect(quote('a"b\\\n\u0001')).toBe('"a\\"b\\\\\\n\\x01"');
});

test('integers are read as Go reads them', () => {
  expect(
    ['10', '-3', '0x1F', '0b11', '017', '0o17', '', '1.0', '1e3', '9223372036854775808'].map(parseInteger),
  ).toEqual([10, -3, 31, 3, 15, 15, undefined, undefined, undefined, undefined]);
  expect(['010', '+5', '0x1'].map(parseDecimal)).toEqual([10, 5, undefined]);
});

test('times lose the zeros at their end', () => {
  expect([0, 120, 1_050].map(formatTime)).toEqual([
    '1970-01-01T00:00:00Z',
    '1970-01-01T00:00:00.12Z',
    '1970-01-01T00:00:01.05Z',
  ]);
});

test('addresses are found in blocks of either kind', () => {
  expect(inCidrs('127.0.0.1', ['10.0.0.0/8', '127.0.0.0/8'])).toBe(true);
  expect(inCidrs('::ffff:10.1.2.3', ['10.0.0.0/8'])).toBe(true);
  expect(inCidrs('::1', ['::/64'])).toBe(true);
  expect(inCidrs('127.0.0.1', ['127.0.0.1'])).toBe(true);
  expect(inCidrs('nonsense', ['0.0.0.0/0'])).toBe(false);
  expect(['10.0.0.0/8', '10.0.0.0/33', '10.0.0.0', 'x/8'].map(isCidr)).toEqual([true, false, false, false]);
  expect(cidrsWithin(['10.1.0.0/16'], ['10.0.0.0/8'])).toBe(true);
  expect(cidrsWithin(['10.0.0.0/7'], ['10.0.0.0/8'])).toBe(false);
});
