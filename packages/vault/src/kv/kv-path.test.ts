import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodePath, readPolicy, shellWord } from './kv-path.js';

test('encodes each segment', () => {
  expect(encodePath('path', 'a b/c?d#e/ü/100%/__proto__/...')).toBe(
    'a%20b/c%3Fd%23e/%C3%BC/100%25/__proto__/...',
  );
});

test.each([
  '',
  '/a',
  'a/',
  'a//b',
  '.',
  '..',
  'a/../b',
  'a/./b',
  'a\n',
  'a\u0000b',
  'a\u007f',
  '\u200b',
  'a\ud800',
])('refuses %j', (path) => {
  expect(() => encodePath('path', path)).toThrow(expect.objectContaining({ code: 'SETTINGS_INVALID' }));
});

test('what it lets through has as many segments as before, and no character that ends a path', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      let encoded: string;
      try {
        encoded = encodePath('path', text);
      } catch {
        return;
      }
      expect(encoded).toMatch(/^[\w.~!*'()%/-]+$/);
      expect(encoded.split('/').map(decodeURIComponent)).toEqual(text.split('/'));
    }),
  );
});

test('writes paths for shells and policies', () => {
  expect(shellWord('secret/a_b/c-d')).toBe('secret/a_b/c-d');
  expect(shellWord("it's; rm")).toBe(`'it'\\''s; rm'`);
  expect(readPolicy('secret/data/a')).toBe('path "secret/data/a" { capabilities = ["read"] }');
});
