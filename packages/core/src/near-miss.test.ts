import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nearMiss } from './near-miss.js';

describe('nearMiss', () => {
  test.each([
    ['DATABASE_URL', 'DATABSE_URL', 'a missing letter'],
    ['DATABASE_URL', 'DATABASEE_URL', 'a letter too many'],
    ['DATABASE_URL', 'DATABASE_ULR', 'a swap'],
    ['DATABASE_URL', 'DATABASE_UBL', 'a wrong letter'],
    ['DATABASE_URL', 'database_url', 'case'],
    ['DATABASE_URL', 'DATABASE-URL', 'a hyphen'],
    ['DATABASE_URL', 'DATABASEURL', 'no separator'],
    ['DATABASE_URL', 'DATBAASE_ULR', 'two swaps'],
    ['PORT', 'PROT', 'a swap in a short name'],
    ['DSN', 'DNS', 'a swap in a name of three letters'],
    ['ID', 'id', 'case in a name of two letters'],
  ])('for %s finds %s (%s)', (name, candidate) => {
    expect(nearMiss(name, ['PATH', 'HOME', candidate, 'LANG'])).toBe(candidate);
  });

  test.each([
    ['DATABASE_URL', 'DATABASE_HOST'],
    ['DATABASE_URL', 'REDIS_URL'],
    ['PORT', 'SMTP'],
    ['PORT', 'PATH'],
    ['A', 'B'],
    ['A', '_'],
    ['ID', 'IP'],
  ])('for %s does not find %s', (name, candidate) => {
    expect(nearMiss(name, [candidate])).toBeUndefined();
  });

  test('finds the nearest of several', () => {
    expect(nearMiss('DATABASE_URL', ['DATBASE_ULR', 'DATABASE_UR', 'DATABSE_UR'])).toBe('DATABASE_UR');
  });

  test('never finds the name itself', () => {
    fc.assert(fc.property(fc.string(), (name) => nearMiss(name, [name]) === undefined));
  });

  test('finds every name with two mistakes, one in each half', () => {
    const mistake = fc.tuple(fc.constantFrom('drop', 'double', 'wrong', 'swap'), fc.nat());
    const made = (text: string, [kind, at]: [string, number]) => {
      const i = at % (text.length - 1);
      const [before, here, next, after] = [text.slice(0, i), text[i], text[i + 1], text.slice(i + 2)];
      if (kind === 'drop') return `${before}${next}${after}`;
      if (kind === 'double') return `${before}${here}${here}${next}${after}`;
      return kind === 'wrong' ? `${before}X${next}${after}` : `${before}${next}${here}${after}`;
    };
    const half = fc.stringMatching(/^[A-Z]{3,6}$/);
    fc.assert(
      fc.property(half, half, mistake, mistake, (start, end, first, second) => {
        const wanted = start + end;
        const candidate = made(start, first) + made(end, second);
        expect(nearMiss(wanted, [candidate])).toBe(candidate === wanted ? undefined : candidate);
      }),
    );
  });

  test('finds every name that lacks one letter, and every one with two neighbours swapped', () => {
    const name = fc.stringMatching(/^[A-Z]{6,12}$/);
    fc.assert(
      fc.property(name, fc.nat(), (wanted, at) => {
        const i = at % (wanted.length - 1);
        const shorter = wanted.slice(0, i) + wanted.slice(i + 1);
        const swapped = wanted.slice(0, i) + wanted[i + 1] + wanted[i] + wanted.slice(i + 2);
        expect(nearMiss(wanted, [shorter])).toBe(shorter);
        expect(nearMiss(wanted, [swapped])).toBe(swapped === wanted ? undefined : swapped);
      }),
    );
  });
});
