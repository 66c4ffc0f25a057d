import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { Body } from '../../src/http/body.js';

test('is all that was added, as text', () => {
  const body = new Body();
  expect([body.size, body.toString()]).toEqual([0, '']);
  const text = 'ü€𝄞'.repeat(20_000);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 7) body.add(bytes.subarray(at, at + 7));
  expect(body.size).toBe(bytes.length);
  expect(body.toString() === text).toBe(true);
});

test('leaves what it is given as it is', () => {
  const body = new Body();
  const first = Buffer.from('abcdef');
  body.add(first.subarray(0, 3));
  body.add(Buffer.from('xyz'));
  expect([body.toString(), first.toString()]).toEqual(['abcxyz', 'abcdef']);
});

test('keeps nothing alive that its bytes came with', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const before = process.memoryUsage().arrayBuffers;
  const body = new Body();
  for (let count = 0; count < 4_000; count++) body.add(Buffer.alloc(64 * 1024, 'a').subarray(7, 8));
  // 250 MiB came.
  collect();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  expect(body.toString()).toBe('a'.repeat(4_000));
});
