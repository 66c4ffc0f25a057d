import { ManualClock } from '@strongroom/core/testing';
import { expect, test } from 'vitest';
import { VaultError } from '../vault-error.js';
import type { VaultAnswer } from './answer.js';
import { mayPass, type Outcome, repeat } from './retry.js';
import { transportDefaults } from './transport-defaults.js';

const answer = (status: number, retryAfter?: string): VaultAnswer => ({
  status,
  body: undefined,
  retryAfter,
  address: 'http://vault',
});
const failure = (repeatable: boolean) =>
  new VaultError('SOURCE_UNAVAILABLE', 'failed', { address: 'http://vault', repeatable });

async function play(outcomes: readonly Outcome[], rules: Partial<typeof transportDefaults> = {}) {
  const clock = new ManualClock();
  const [first, ...rest] = outcomes;
  if (first === undefined) throw new Error('no outcome');
  const waits: number[] = [];
  const attempt = async () => {
    const next = rest.shift();
    if (next === undefined) throw new Error('asked too often');
    if (next instanceof VaultError) throw next;
    return next;
  };
  const pause = async (ms: number) => {
    waits.push(ms);
    clock.advance(ms);
  };
  const result = await repeat(
    first,
    clock.now(),
    attempt,
    { ...transportDefaults, ...rules, clock },
    pause,
  ).catch((error: unknown) => error);
  return { result, waits, left: rest.length };
}

test.each([429, 412, 500, 502, 503, 599])('repeats after %i', async (status) => {
  const { result, waits } = await play([answer(status), answer(200)]);
  expect(result).toMatchObject({ status: 200 });
  expect(waits).toHaveLength(1);
});

test.each([200, 204, 400, 403, 404, 405, 501])('takes %i for an answer', (status) => {
  expect(mayPass(answer(status))).toBe(false);
});

test('repeats twice, waits between 0.25 and 1.5 s, and hands on the last answer', async () => {
  for (let round = 0; round < 50; round++) {
    const { result, waits, left } = await play([answer(503), failure(true), answer(502), answer(200)]);
    expect(result).toMatchObject({ status: 502 });
    expect(left).toBe(1);
    for (const wait of waits) expect(wait >= 250 && wait <= 1500).toBe(true);
  }
});

test('throws the last error', async () => {
  const last = failure(true);
  const { result } = await play([failure(true), answer(500), last]);
  expect(result).toBe(last);
});

test('does not repeat what stays as it is', async () => {
  const certificate = failure(false);
  expect(await play([certificate])).toMatchObject({ result: certificate, waits: [] });
  expect(await play([answer(503)], { retries: 0 })).toMatchObject({ result: { status: 503 }, waits: [] });
});

test('waits as long as Vault asks, in seconds or until a date', async () => {
  expect((await play([answer(429, '4'), answer(200)])).waits).toEqual([4000]);
  const date = new Date(new ManualClock().now() + 3000).toUTCString();
  expect((await play([answer(503, date), answer(200)])).waits).toEqual([3000]);
  expect((await play([answer(429, 'soon'), answer(200)])).waits[0]).toBeLessThanOrEqual(1500);
});

test('does not begin to wait for longer than repeats may take', async () => {
  expect(await play([answer(429, '3600'), answer(200)])).toMatchObject({ result: { status: 429 }, left: 1 });
});
