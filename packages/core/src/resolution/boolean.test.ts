import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseBoolean } from './boolean.js';

test.each(['true', 'TRUE', ' True\n', '1', 'yes', 'YES'])('%j is true', (text) => {
  expect(parseBoolean(text)).toBe(true);
});

test.each(['false', 'False', '0', 'no', 'No '])('%j is false', (text) => {
  expect(parseBoolean(text)).toBe(false);
});

test.each(['', ' ', 'maybe', 'on', 'off', 'y', 'n', '2', '-1', 'truetrue', 'null'])(
  '%j is neither',
  (text) => {
    expect(parseBoolean(text)).toBeUndefined();
  },
);

test('no other text is a boolean', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const known = /^(true|false|1|0|yes|no)$/i.test(text.trim());
      expect(parseBoolean(text) !== undefined).toBe(known);
    }),
  );
});
