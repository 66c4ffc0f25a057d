import fc from 'fast-check';
import { expect, test } from 'vitest';
import { divide, multiply } from './galois-field.js';
import { combineShares, splitSecret } from './shamir.js';

const secret = fc.uint8Array({ minLength: 1, maxLength: 40 });
const sharing = fc
  .integer({ min: 2, max: 12 })
  .chain((threshold) =>
    fc.record({ threshold: fc.constant(threshold), shares: fc.integer({ min: threshold, max: 20 }) }),
  );

test('any threshold of the shares, in any order, give the secret back', () => {
  fc.assert(
    fc.property(
      secret,
      sharing,
      fc.infiniteStream(fc.double({ noNaN: true })),
      (bytes, { shares, threshold }, order) => {
        const parts = splitSecret(bytes, shares, threshold).map((part) => ({
          part,
          rank: order.next().value,
        }));
        const chosen = parts.sort((a, b) => a.rank - b.rank).slice(0, threshold);
        expect(combineShares(chosen.map(({ part }) => part))).toEqual(Buffer.from(bytes));
      },
    ),
  );
});

test('one share less gives something else, but for rare luck', () => {
  const bytes = Buffer.alloc(32, 7);
  for (let round = 0; round < 20; round += 1) {
    const parts = splitSecret(bytes, 5, 3);
    expect(combineShares(parts.slice(0, 2))).not.toEqual(bytes);
  }
});

test('no two shares have the same coordinate, and none has 0', () => {
  const coordinates = splitSecret(Buffer.from('s'), 255, 2).map((part) => part.at(-1));
  expect(new Set(coordinates).size).toBe(255);
  expect(coordinates).not.toContain(0);
});

test('shares that do not belong together are refused', () => {
  const [a = Buffer.alloc(0), b = Buffer.alloc(0)] = splitSecret(Buffer.from('secret'), 3, 2);
  expect(() => combineShares([a])).toThrow('less than two parts');
  expect(() => combineShares([a, a])).toThrow('duplicate part');
  expect(() => combineShares([a, b.subarray(1)])).toThrow('same length');
  expect(() => combineShares([Buffer.alloc(1), Buffer.alloc(1)])).toThrow('at least two bytes');
});

test('secrets cannot be split into fewer parts than are needed', () => {
  expect(() => splitSecret(Buffer.from('x'), 2, 3)).toThrow('less than threshold');
  expect(() => splitSecret(Buffer.from('x'), 256, 2)).toThrow('exceed 255');
  expect(() => splitSecret(Buffer.from('x'), 2, 1)).toThrow('at least 2');
  expect(() => splitSecret(Buffer.alloc(0), 2, 2)).toThrow('empty');
});

test('division undoes multiplication', () => {
  const byte = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(byte, fc.integer({ min: 1, max: 255 }), (a, b) => {
      expect(divide(multiply(a, b), b)).toBe(a);
    }),
  );
  expect(() => divide(1, 0)).toThrow(RangeError);
  // A known product, from the definition of AES.
  expect(multiply(0x57, 0x83)).toBe(0xc1);
});
