import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonSyntaxError, parseFirstJson, parseJson } from './json-parser.js';
import { JsonNumber } from './json-value.js';
import { writeJson } from './json-writer.js';

test('what is read and written again means the same', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const again = writeJson(parseJson(text));
      expect(JSON.parse(again)).toEqual(JSON.parse(text));
      expect(writeJson(parseJson(again))).toBe(again);
    }),
  );
});

test('whatever JSON.parse refuses is refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:0123.eE+-\\u \ntrufalsn') }), (text) => {
      let valid = true;
      try {
        JSON.parse(text);
      } catch {
        valid = false;
      }
      if (valid) expect(() => parseJson(text)).not.toThrow();
      else expect(() => parseJson(text)).toThrow(JsonSyntaxError);
    }),
    { numRuns: 2_000 },
  );
});

describe('as Vault does it', () => {
  test('numbers keep their text, and names of prototypes are names', () => {
    const text = '{"":1e400,"__proto__":{"a":1.0},"constructor":12345678901234567890}';
    expect(writeJson(parseJson(text))).toBe(text);
    expect(parseJson('1.50')).toEqual(new JsonNumber('1.50'));
  });

  test('the last of equal keys counts, and a lone surrogate becomes U+FFFD', () => {
    expect(writeJson(parseJson('{"a":1,"a":"\\ud800x\\udc00 \\ud83d\\udd11"}'))).toBe(
      '{"a":"\ufffdx\ufffd 🔑"}',
    );
  });

  test('keys are sorted by their bytes, and what is unsafe in HTML is escaped', () => {
    const value = new Map([
      ['\u{10000}', '<a>&'],
      ['\uffff', '\u2028'],
    ]);
    expect(writeJson(value)).toBe('{"\uffff":"\\u2028","\u{10000}":"\\u003ca\\u003e\\u0026"}');
  });

  test('only the first value of a body is read', () => {
    expect(parseFirstJson('{"a":1} rest')).toEqual(new Map([['a', new JsonNumber('1')]]));
    expect(parseFirstJson('  \n')).toBeUndefined();
    expect(parseFirstJson('null')).toBeNull();
    expect(() => parseFirstJson('nullx')).toThrow(JsonSyntaxError);
  });
});
