import { createResolver, defineSettings, secret } from '@strongroom/core';
import { ManualClock, memorySource } from '@strongroom/core/testing';
import { followSignals } from '@strongroom/node/signals';
import { expect, test } from 'vitest';
import { outage, polling, randomFrom, signalled } from '../src/fleet.mjs';

const minuteMs = 60_000;
const definition = defineSettings({
  application: 'fleet',
  environments: ['test'],
  settings: { PASSWORD: secret('database/password') },
});

/** Real resolvers on a clock that is moved, and how often each asked its source. */
async function live(instances, lastsMs, during = () => undefined, more = {}) {
  const clock = new ManualClock();
  const fleet = Array.from({ length: instances }, () => {
    const source = memorySource('store', { PASSWORD: 'x' });
    return {
      source,
      resolver: createResolver(definition, { ...more, environment: 'test', sources: [source], clock }),
    };
  });
  await Promise.all(fleet.map(({ resolver }) => resolver.load()));
  const before = clock.now();
  const at = [];
  for (let passed = 0; passed < lastsMs; passed += 1_000) {
    during(passed, fleet, clock);
    const asked = fleet.reduce((sum, { source }) => sum + source.lookups.length, 0);
    clock.advance(1_000);
    for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    at.push(fleet.reduce((sum, { source }) => sum + source.lookups.length, 0) - asked);
  }
  expect(clock.now() - before).toBe(lastsMs);
  await Promise.all(fleet.map(({ resolver }) => resolver.close()));
  return at;
}

const sum = (seconds) => seconds.reduce((total, each) => total + each, 0);

test('polls as often as real resolvers do', async () => {
  const real = sum(await live(50, 60 * minuteMs));
  const { mean } = polling(50, 1, randomFrom(1)).between(60 * minuteMs, 120 * minuteMs);
  expect(mean * 3_600).toBeGreaterThan(real * 0.97);
  expect(mean * 3_600).toBeLessThan(real * 1.03);
}, 60_000);

test('tries as often in an outage, and comes back as fast, as real resolvers do', async () => {
  const real = await live(50, 24 * minuteMs, (passed, fleet) => {
    for (const { source } of fleet) {
      if (passed === 10 * minuteMs) source.fail();
      if (passed === 20 * minuteMs) source.recover();
    }
  });
  const load = outage(50, 1, randomFrom(1));
  const tries = load.between(10 * minuteMs, 20 * minuteMs).mean * 600;
  const realTries = sum(real.slice(600, 1_200));
  expect(tries).toBeGreaterThan(realTries * 0.9);
  expect(tries).toBeLessThan(realTries * 1.1);
  const back = load.between(20 * minuteMs, 22 * minuteMs).mean * 120;
  const realBack = sum(real.slice(1_200, 1_320));
  expect(back).toBeGreaterThan(realBack * 0.8);
  expect(back).toBeLessThan(realBack * 1.2);
}, 60_000);

test('looks again at a signal, and polls after it, when real resolvers do', async () => {
  // Between two polls of those that start at once and poll every quarter of an hour.
  const signalAt = 22 * minuteMs;
  const listeners = [];
  const broker = {
    name: 'test',
    listen(_, listener) {
      listeners.push(listener);
      return async () => undefined;
    },
  };
  const follow = (passed, fleet, clock) => {
    if (passed === 0) for (const { resolver } of fleet) followSignals(resolver, broker, { clock });
    if (passed === signalAt) for (const { heard } of listeners) heard();
  };
  const real = await live(50, 40 * minuteMs, follow, { refreshEveryMs: 15 * minuteMs });
  const load = signalled(50, 1, randomFrom(1));
  const simulatedAt = 30 * minuteMs;
  // All within the spread; then nobody, until the intervals that began with it are over.
  const times = [
    [0, 2_000, 50],
    [2_000, 13 * minuteMs, 0],
    [13 * minuteMs, 17 * minuteMs, 50],
  ];
  for (const [from, until, looks] of times) {
    expect(sum(real.slice((signalAt + from) / 1_000, (signalAt + until) / 1_000))).toBe(looks);
    const { mean } = load.between(simulatedAt + from, simulatedAt + until);
    // What was rotated is read beside what is looked at.
    const requests = from === 0 ? 2 * looks : looks;
    expect((mean * (until - from)) / 1_000).toBeCloseTo(requests, 6);
  }
}, 60_000);
