import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AnswerBody } from '../../src/http/answer-body.js';

test('a body is the same in whatever pieces it comes, and the pieces stay what they were', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 40 }), (pieces) => {
      const body = new AnswerBody();
      const given = pieces.map((piece) => Buffer.from(piece));
      for (const piece of given) body.add(piece);
      expect(body.size).toBe(pieces.reduce((sum, { length }) => sum + length, 0));
      expect(body.text()).toBe(Buffer.concat(pieces).toString());
      expect(given).toEqual(pieces.map((piece) => Buffer.from(piece)));
    }),
  );
});

test('keeps nothing alive that its bytes came with', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const before = process.memoryUsage().arrayBuffers;
  const body = new AnswerBody();
  for (let count = 0; count < 4_000; count++) body.add(Buffer.alloc(64 * 1024, 'a').subarray(7, 8));
  // 250 MiB came. What is collected is given back a little later.
  const kept = () => {
    collect();
    return process.memoryUsage().arrayBuffers - before;
  };
  await expect.poll(kept).toBeLessThan(64 * 1024 * 1024);
  expect(body.text()).toBe('a'.repeat(4_000));
});
