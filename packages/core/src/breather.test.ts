import { expect, test } from 'vitest';
import { Breather } from './breather.js';

test('a pause lets everything go first that was due before it', async () => {
  const happened: string[] = [];
  setImmediate(() => happened.push('what was due'));
  await new Breather().pause();
  happened.push('the work');
  expect(happened).toEqual(['what was due', 'the work']);
});

test('those who work side by side wait for the same pause, and for another one the next time', async () => {
  const breather = new Breather();
  const first = breather.pause();
  expect(breather.pause()).toBe(first);
  await first;
  const second = breather.pause();
  expect(second).not.toBe(first);
  await second;
});
