import { expect, test } from 'vitest';
import { mergePatch } from './merge-patch.js';

/** As JSON, so that a prototype makes no difference. */
const merged = (target: string, patch: string) =>
  JSON.stringify(mergePatch(JSON.parse(target), JSON.parse(patch)));

// The examples of RFC 7396 that are objects.
test.each([
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', '{}'],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
])('%s changed by %s is %s', (target, patch, result) => {
  expect(merged(target, patch)).toBe(result);
});

test('names such as __proto__ are keys, and what was given stays as it was', () => {
  const target = JSON.parse('{"__proto__":{"a":1},"kept":1}');
  expect(merged(JSON.stringify(target), '{"__proto__":{"b":2}}')).toBe(
    '{"__proto__":{"a":1,"b":2},"kept":1}',
  );
  mergePatch(target, { kept: 2 });
  expect(target.kept).toBe(1);
  expect(Object.prototype).not.toHaveProperty('b');
});
