import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frozenCopy } from './frozen-copy.js';

function isDeeplyFrozen(value: unknown): boolean {
  return (
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen))
  );
}

describe('frozenCopy', () => {
  test('is equal to any JSON value, frozen all the way down, and shares no object with it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const before = JSON.stringify(value);
        const copy = frozenCopy(value);
        expect(JSON.stringify(copy)).toBe(before);
        expect(isDeeplyFrozen(copy)).toBe(true);
        if (typeof value === 'object' && value !== null) expect(copy).not.toBe(value);
        expect(JSON.stringify(value)).toBe(before);
      }),
    );
  });

  test('keeps __proto__ as data', () => {
    const copy = frozenCopy(JSON.parse('{"__proto__": {"admin": true}}')) as Record<string, unknown>;
    expect(Object.keys(copy)).toEqual(['__proto__']);
    expect(copy['admin']).toBeUndefined();
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  });

  test('copies a date, which cannot be frozen', () => {
    const date = new Date(0);
    const copy = frozenCopy({ date }) as { readonly date: Date };
    date.setTime(1);
    expect(copy.date.getTime()).toBe(0);
  });

  test('hands on instances of classes', () => {
    const url = new URL('https://example.com');
    expect(frozenCopy([url])).toEqual([url]);
    expect((frozenCopy([url]) as unknown[])[0]).toBe(url);
  });
});
