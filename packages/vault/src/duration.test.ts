import { expect, test } from 'vitest';
import { parseDuration } from './duration.js';

test.each([
  ['30', 30_000],
  [' 5 ', 5_000],
  ['500ms', 500],
  ['1m30s', 90_000],
  ['1.5h', 5_400_000],
  ['0', 0],
])('reads %j', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', 'soon', '-5', '5 s', '1d', '1e3', '.s', '10x'])('does not take %j for a duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});
