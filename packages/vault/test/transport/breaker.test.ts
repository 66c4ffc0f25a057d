import { ManualClock } from '@strongroom/core/testing';
import { expect, test } from 'vitest';
import { failureOf, open, passing, read, startProxy, startServer } from './setting.js';

const probes = { breakerFailures: 3, probeMinWaitMs: 1_000, probeMaxWaitMs: 8_000 };

test('an address that is dead costs one attempt a probe, at growing distances, until it answers', async () => {
  const proxy = await startProxy(await startServer());
  const clock = new ManualClock();
  const vault = open(proxy.address, { clock, ...probes });
  proxy.fault = 'refuse';
  for (let round = 0; round < 3; round++) await failureOf(read(vault));
  expect(proxy.connections.made).toBe(3);

  for (const wait of [1_000, 2_000, 4_000, 8_000, 8_000]) {
    const made = proxy.connections.made;
    for (let round = 0; round < 50; round++) {
      const error = await failureOf(read(vault));
      expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', cause: { code: 'ECONNRESET' } });
    }
    clock.advance(wait / 2 - 1);
    await failureOf(read(vault));
    expect(proxy.connections.made).toBe(made);
    // Whatever the jitter, the wait is over now, and of many reads one is the probe.
    clock.advance(wait / 2 + 1);
    await Promise.all(Array.from({ length: 50 }, () => failureOf(read(vault))));
    expect(proxy.connections.made).toBe(made + 1);
  }

  proxy.fault = 'pass';
  clock.advance(8_000);
  expect(await read(vault)).toMatchObject({ status: 'found' });
  await Promise.all(Array.from({ length: 50 }, () => read(vault)));
  expect(clock.pending).toBe(0);
});

test('a clock that is set back meanwhile makes no hours of the wait', async () => {
  const proxy = await startProxy(await startServer());
  const clock = new ManualClock();
  const vault = open(proxy.address, { clock, ...probes });
  proxy.fault = 'refuse';
  for (let round = 0; round < 3; round++) await failureOf(read(vault));
  proxy.fault = 'pass';
  expect((await failureOf(read(vault))).message).toContain('not asked again before');
  clock.advance(-3_600_000);
  expect(await read(vault)).toMatchObject({ status: 'found' });
});

test('says since when, why, and when the next probe is', async () => {
  const proxy = await startProxy(await startServer());
  const clock = new ManualClock(Date.UTC(2030, 0, 1, 12));
  const lines: unknown[] = [];
  const log = (...line: unknown[]) => void lines.push(line);
  const logger = { debug: () => undefined, info: log, warn: log, error: log };
  const vault = open(proxy.address, { clock, logger, ...probes });
  await proxy.stop();
  for (let round = 0; round < 3; round++) await failureOf(read(vault));
  const error = await failureOf(read(vault));
  const [before, after] = error.message.split('not asked again before ');
  expect(before).toBe(
    `Vault at ${proxy.address} refuses the connection (out of reach since 2030-01-01T12:00:00.000Z, `,
  );
  expect(after).toMatch(/^2030-01-01T12:00:0[01]\.\d+Z\)$/);
  expect(error.hint).toMatch(/^Check that Vault is running/);
  expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' });
  await proxy.start();
  clock.advance(1_000);
  await read(vault);
  expect(lines).toMatchObject([
    [{ address: proxy.address, code: 'SOURCE_UNAVAILABLE' }, expect.stringContaining('left alone')],
    [{ address: proxy.address }, 'Vault answers again'],
  ]);
});

test('what answers is not left alone, whatever it answers', async () => {
  const server = await startServer();
  const vault = open(server.address, { breakerFailures: 1 });
  server.fail({ times: 20, answer: { status: 503 } });
  for (let round = 0; round < 20; round++) expect((await failureOf(read(vault))).status).toBe(503);
  expect(await read(vault)).toMatchObject({ status: 'found' });
});

test('a probe that nobody waits for any more leaves the way to the next one', async () => {
  const proxy = await startProxy(await startServer());
  const clock = new ManualClock();
  const vault = open(proxy.address, { clock, ...probes, breakerFailures: 1 });
  proxy.fault = 'refuse';
  await failureOf(read(vault));
  clock.advance(1_000);
  proxy.fault = 'swallow';
  const controller = new AbortController();
  const spoiled = proxy.spoiled();
  const probe = failureOf(vault.kv().read('app/test/database', { signal: controller.signal }));
  await spoiled;
  expect((await failureOf(read(vault))).message).toContain('being tried again now');
  controller.abort();
  expect((await probe).message).toContain('called off');
  proxy.fault = 'pass';
  expect(await read(vault)).toMatchObject({ status: 'found' });
});

test('a call that began before goes on to its last attempt', async () => {
  const proxy = await startProxy(await startServer());
  const clock = new ManualClock();
  // No wait ends before the address may be tried again.
  const waits = { retries: 3, retryMinWaitMs: probes.probeMinWaitMs };
  const vault = open(proxy.address, { clock, ...waits, ...probes, breakerFailures: 1 });
  proxy.fault = 'refuse';
  const answers = Array.from({ length: 16 }, () => read(vault));
  await expect.poll(() => clock.pending, { interval: 1 }).toBe(16);
  proxy.fault = 'pass';
  for (const answer of answers) expect(await passing(clock, answer)).toMatchObject({ status: 'found' });
});
