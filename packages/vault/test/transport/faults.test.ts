import { canarySecret, findCanary, ManualClock } from '@strongroom/core/testing';
import type { Fault } from '@strongroom/test-servers';
import { expect, test } from 'vitest';
import { delivered, failureOf, open, passing, read, rootToken, startProxy, startServer } from './setting.js';

test.each<readonly [Fault, string, string]>([
  ['refuse', 'SOURCE_UNAVAILABLE', 'closed the connection without an answer'],
  ['garbage', 'SOURCE_MALFORMED', 'does not speak HTTP as Vault does'],
  [{ reset: 0 }, 'SOURCE_UNAVAILABLE', 'closed the connection without an answer'],
  [{ end: 0 }, 'SOURCE_UNAVAILABLE', 'closed the connection without an answer'],
  [{ reset: 300 }, 'SOURCE_MALFORMED', 'ended its answer before it was complete'],
  [{ end: 300 }, 'SOURCE_MALFORMED', 'ended its answer before it was complete'],
])('a connection that fails so ends at once: %j is %s', async (fault, code, words) => {
  const proxy = await startProxy(await startServer());
  const clock = new ManualClock();
  const vault = open(proxy.address, { clock });
  proxy.fault = fault;
  const error = await failureOf(read(vault));
  expect(error).toMatchObject({ code, address: proxy.address, hint: expect.stringMatching(/\S/) });
  expect(error.message).toContain(words);
  expect(clock.pending).toBe(0);
  proxy.fault = 'pass';
  expect(await read(vault)).toMatchObject({ status: 'found' });
});

test.each<readonly [Fault, string]>([
  ['swallow', 'did not answer within 10 s'],
  [{ stall: 0 }, 'did not answer within 10 s'],
  [{ stall: 300 }, 'did not finish its answer within 10 s'],
  ['drip', 'did not answer within 10 s'],
])('a connection that says no more ends at the deadline: %j', async (fault, words) => {
  const proxy = await startProxy(await startServer());
  const clock = new ManualClock();
  const vault = open(proxy.address, { clock });
  // With a connection from the pool, which is what a peer that has gone leaves half open.
  await read(vault);
  proxy.fault = fault;
  const spoiled = proxy.spoiled();
  const failure = failureOf(read(vault));
  await spoiled;
  for (let byte = 0; byte < 20; byte++) proxy.drip();
  await delivered();
  clock.advance(9_999);
  clock.advance(1);
  expect(await failure).toMatchObject({
    code: 'SOURCE_UNAVAILABLE',
    message: expect.stringContaining(words),
  });
  expect(clock.pending).toBe(0);
});

test('a half-open connection costs one attempt; the repeat is made with a new one', async () => {
  const proxy = await startProxy(await startServer());
  const clock = new ManualClock();
  const vault = open(proxy.address, { clock, retries: 1, requestTimeoutMs: 5_000 });
  await read(vault);
  proxy.fault = 'swallow';
  const spoiled = proxy.spoiled();
  const answer = read(vault);
  await spoiled;
  proxy.fault = 'pass';
  clock.advance(5_000);
  // The wait before the repeat.
  await expect.poll(() => clock.pending, { interval: 1 }).toBe(1);
  clock.advance(1_500);
  expect(await answer).toMatchObject({ status: 'found' });
  expect(proxy.connections.made).toBe(2);
});

test('a timeout says which limit it was, and which option sets it', async () => {
  const proxy = await startProxy(await startServer());
  proxy.fault = 'swallow';
  for (const [limits, words, option] of [
    [{ retries: 0 }, /did not answer within 10 s$/, 'requestTimeoutMs, or VAULT_CLIENT_TIMEOUT.'],
    [{ retries: 0, headersTimeoutMs: 2_000 }, /did not answer within 2 s$/, 'headersTimeoutMs.'],
    [
      { retries: 2, deadlineMs: 12_000, retryMinWaitMs: 500, retryMaxWaitMs: 500 },
      /did not answer within the 1\.5 s that were left of 12 s for all attempts$/,
      'deadlineMs.',
    ],
  ] as const) {
    const clock = new ManualClock();
    const error = await passing(clock, failureOf(read(open(proxy.address, { clock, ...limits }))));
    expect(error.message).toMatch(words);
    expect(error.hint).toBe(`Check that Vault is well, or allow it more time: ${option}`);
  }
});

test('the headers have a deadline of their own, where it is given; the body has the whole', async () => {
  const proxy = await startProxy(await startServer());
  const clock = new ManualClock();
  const vault = open(proxy.address, { clock, headersTimeoutMs: 2_000 });
  await read(vault);
  for (const [fault, ms, words] of [
    ['swallow', 2_000, 'did not answer within 2 s'],
    [{ stall: 300 }, 10_000, 'did not finish its answer within 10 s'],
  ] as const) {
    proxy.fault = fault;
    const spoiled = proxy.spoiled();
    const failure = failureOf(read(vault));
    await spoiled;
    await delivered();
    clock.advance(ms);
    expect((await failure).message).toContain(words);
  }
  expect(clock.pending).toBe(0);
});

test('all attempts together end at the deadline', async () => {
  const proxy = await startProxy(await startServer());
  const clock = new ManualClock();
  const vault = open(proxy.address, { clock, retries: 5 });
  proxy.fault = 'swallow';
  const begun = clock.now();
  const failure = passing(clock, failureOf(read(vault)));
  expect((await failure).code).toBe('SOURCE_UNAVAILABLE');
  expect(clock.now() - begun).toBeLessThanOrEqual(14_500);
  expect(clock.pending).toBe(0);
});

test('a write is not repeated when its connection is lost, unless that is safe', async () => {
  const server = await startServer();
  const proxy = await startProxy(server);
  const vault = open(proxy.address, { retries: 2, retryMinWaitMs: 1, retryMaxWaitMs: 1 });
  await vault.kv().version();
  proxy.fault = { reset: 0 };
  server.clearRequests();
  await failureOf(vault.kv().write('app/test/other', { a: 1 }));
  expect(server.requests).toHaveLength(1);
  await failureOf(vault.kv().write('app/test/new', { a: 1 }, { cas: 0 }));
  expect(server.requests).toHaveLength(4);
});

test('a storm of 429 with Retry-After is waited for, within the deadline', async () => {
  const server = await startServer();
  const clock = new ManualClock();
  const vault = open(server.address, { clock, retries: 2 });
  await read(vault);
  server.fail({ times: 2, answer: { status: 429, headers: { 'retry-after': '3' } } });
  server.clearRequests();
  const begun = clock.now();
  expect(await passing(clock, read(vault))).toMatchObject({ status: 'found' });
  expect(server.requests).toHaveLength(3);
  expect(clock.now() - begun).toBeGreaterThanOrEqual(6_000);
  server.fail({ answer: { status: 429, headers: { 'retry-after': '60' } } });
  expect(await failureOf(read(vault))).toMatchObject({ code: 'SOURCE_UNAVAILABLE', status: 429 });
});

test('a sealed server is told from one that is away', async () => {
  const server = await startServer();
  const vault = open(server.address);
  await fetch(`${server.address}/v1/sys/seal`, { method: 'PUT', headers: { 'X-Vault-Token': rootToken } });
  expect(await failureOf(read(vault))).toMatchObject({
    code: 'SOURCE_UNAVAILABLE',
    status: 503,
    message: `Vault at ${server.address} is sealed`,
    hint: 'Unseal it: vault operator unseal.',
  });
});

test('a line that is full turns the next one away at once', async () => {
  const server = await startServer();
  const vault = open(server.address, { maxSockets: 2, maxWaiting: 3 });
  await read(vault);
  const reads = Array.from({ length: 6 }, (_, index) => vault.kv().read(`app/test/${index}`));
  const answers = await Promise.allSettled(reads);
  expect(answers.map(({ status }) => status)).toEqual([...Array(5).fill('fulfilled'), 'rejected']);
  expect(await failureOf(reads[5] ?? Promise.resolve())).toMatchObject({
    code: 'SOURCE_UNAVAILABLE',
    message: `2 requests to Vault at ${server.address} are under way and 3 wait for them already`,
    hint: expect.stringContaining('maxWaiting'),
  });
});

test('however many reads, there are no more connections than allowed', async () => {
  const proxy = await startProxy(await startServer());
  const vault = open(proxy.address, { maxSockets: 4 });
  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: 60 }, (_, index) => vault.kv().read(`app/test/${index}`)));
  }
  expect(proxy.connections.made).toBeLessThanOrEqual(4);
});

test('no failure shows the token or a value', async () => {
  const [token, value] = [canarySecret().replace(' ', '.').replace('/', '.'), canarySecret()];
  const server = await startServer({ rootToken: token, seed: { 'app/test/database': { value } } });
  const proxy = await startProxy(server);
  const seen: unknown[] = [];
  const log = (...line: unknown[]) => void seen.push(line);
  const logger = { debug: log, info: log, warn: log, error: log };
  for (const fault of ['refuse', 'garbage', { reset: 300 }, { end: 300 }, { end: 0 }] as const) {
    const vault = open(proxy.address, { token: () => token, logger, breakerFailures: 1 });
    proxy.fault = fault;
    for (let round = 0; round < 3; round++) seen.push(await failureOf(read(vault)));
  }
  for (const canary of [token, value]) expect(findCanary(canary, seen)).toBeUndefined();
});

test('closing leaves no socket, neither here nor there, whatever is under way', async () => {
  const proxy = await startProxy(await startServer());
  const vault = open(proxy.address);
  await Promise.all(Array.from({ length: 20 }, (_, index) => vault.kv().read(`app/test/${index}`)));
  proxy.fault = 'swallow';
  const spoiled = proxy.spoiled();
  const failures = ['a', 'b'].map((path) => failureOf(vault.kv().read(path)));
  await spoiled;
  await vault.close();
  for (const failure of failures) expect((await failure).message).toContain('was closed');
  await expect.poll(() => proxy.connections.open, { interval: 1 }).toBe(0);
});
