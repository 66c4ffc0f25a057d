import { createResolver, defineSettings, leased, type SourceActivity, secret } from '@strongroom/core';
import { canarySecret, expectNoCanary, findCanary, ManualClock } from '@strongroom/core/testing';
import { startDevServer } from '@strongroom/dev-server';
import { administer, serverKinds, startFaultProxy } from '@strongroom/test-servers';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import * as z from 'zod';
import { appRole, createVault, userpass, type Vault, vaultSource } from '../src/index.js';
import { failureOf, makeAppRole, makeReadable, makeToken, open, read, startTimed } from './auth/setting.js';
import { json, startHostileServer } from './hostile-server.js';
import { hour, withDatabase } from './lease/database.js';
import { limits, PassingClock } from './lease/passing-clock.js';

// In the middle of its range, so that the moments are exact.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0.5));
afterEach(() => void vi.restoreAllMocks());

/** What a client tells from now on. */
function heard(vault: Vault): SourceActivity[] {
  const activities: SourceActivity[] = [];
  vault.onEvent((activity) => activities.push(activity));
  return activities;
}

const requestId = expect.stringMatching(/^[\da-f-]{36}$/);

test('tells of logins and renewals, with how long the token lasts', async () => {
  const { server, clock, pass } = await startTimed();
  const auth = appRole(await makeAppRole(server, { token_ttl: 9, token_max_ttl: 27 }));
  const vault = open(server, { auth, clock });
  const activities = heard(vault);
  await read(vault);
  expect(activities).toEqual([
    { type: 'login', outcome: 'success', locator: 'auth/approle', requestId, ttlMs: 9_000 },
  ]);
  await pass(7_000);
  expect(activities.splice(1)).toEqual([
    { type: 'renewal', outcome: 'success', locator: 'auth/token/renew-self', requestId, ttlMs: 9_000 },
  ]);
  const mend = server.fail({ path: '/v1/auth/token/renew-self', answer: { status: 503, body: '' } });
  await pass(7_000);
  expect(activities[1]).toEqual({
    type: 'renewal',
    outcome: 'failure',
    locator: 'auth/token/renew-self',
    code: 'SOURCE_UNAVAILABLE',
    ttlMs: expect.toSatisfy((left: number) => left > 0 && left < 9_000),
  });
  mend();
});

test('tells of a login that is denied, and not of what is logged in with', async () => {
  const { server, clock } = await startTimed();
  const [username, password] = [canarySecret(), canarySecret()];
  await administer(server).call('POST', 'sys/auth/userpass', { type: 'userpass' });
  const vault = open(server, { auth: userpass({ username: encodeURIComponent(username), password }), clock });
  const activities = heard(vault);
  await failureOf(read(vault));
  // The error of this login stands for the next one, which is not made: nothing is to be told of it.
  await failureOf(read(vault));
  expect(activities).toEqual([
    { type: 'login', outcome: 'failure', locator: 'auth/userpass', code: 'SOURCE_DENIED' },
  ]);
  for (const canary of [username, encodeURIComponent(username), password]) {
    expect(findCanary(canary, activities)).toBeUndefined();
  }
});

test('tells how long a token that was given lasts, once that is known', async () => {
  const { server, clock, pass } = await startTimed();
  await makeReadable(server);
  const token = await makeToken(server, { ttl: '100s' });
  const vault = open(server, { token, clock });
  const activities = heard(vault);
  await read(vault);
  await pass(11_000);
  const locator = 'auth/token/lookup-self';
  const [first] = activities;
  expect(activities).toHaveLength(1);
  expect(first).toMatchObject({ type: 'login', outcome: 'success', locator, requestId });
  expect(first?.ttlMs).toSatisfy((left: number) => left > 80_000 && left <= 100_000);
  await pass(80_000);
  expect(activities[1]).toMatchObject({ type: 'renewal', outcome: 'success' });
  expect(activities).toHaveLength(2);
});

test('tells of leases: obtained, renewed, replaced, and lost', async () => {
  const clock = new PassingClock();
  const server = await startDevServer({ now: () => clock.now() });
  onTestFinished(() => server.close());
  await withDatabase(server);
  const { address, rootToken } = server;
  const vault = createVault({ address, token: () => rootToken, clock, retries: 0, ...limits });
  onTestFinished(() => vault.close());
  const activities = heard(vault);
  const locator = 'database/creds/app';
  await vault.lease(locator);
  const good = { type: 'lease', outcome: 'success', locator, requestId, ttlMs: hour };
  expect(activities.splice(0)).toEqual([good]);
  await clock.pass(hour * 0.75);
  expect(activities.splice(0)).toEqual([good]);
  server.fail({ path: /database|leases/, answer: { status: 503, body: '' } });
  await clock.pass(hour * 1.5);
  const failures = activities.splice(0);
  expect(failures.length).toBeGreaterThan(1);
  for (const failure of failures) {
    expect(failure).toMatchObject({ type: 'lease', outcome: 'failure', locator, code: 'SOURCE_UNAVAILABLE' });
  }
  const left = failures.map(({ ttlMs }) => ttlMs ?? Number.NaN);
  expect(left).toEqual(left.toSorted((a, b) => b - a));
  expect(left[0]).toBeGreaterThan(0);
  expect(left.at(-1)).toBe(0);
});

test.each(serverKinds)(
  '$name that denies a read: a refusal, and none for what may be denied',
  async (kind) => {
    const server = await kind.start();
    onTestFinished(() => server.close());
    const { call, tokenWith } = administer(server);
    await call('POST', 'secret/data/shop/test/open', { data: { a: 'x' } });
    await call('POST', 'secret/data/shop/test/closed', { data: { b: 'y' } });
    const token = await tokenWith('path "secret/data/shop/test/open" { capabilities = ["read"] }');
    const source = vaultSource({ address: server.address, token: () => token, retries: 0 });
    const definition = defineSettings({
      application: 'shop',
      environments: ['test'],
      settings: {
        A: secret('open/a', z.string()),
        B: secret('closed/b', z.string().optional()),
        C: secret(leased('database/creds/shop', 'username'), z.string().optional()),
      },
    });
    const resolver = createResolver(definition, { environment: 'test', sources: [source] });
    onTestFinished(() => resolver.close());
    const activities: unknown[] = [];
    resolver.events.on('source', (activity) => activities.push(activity));
    await resolver.load();
    const refusal = { source: 'vault', type: 'refusal', outcome: 'failure', code: 'SOURCE_DENIED' };
    const mostly = (locator: string) => expect.objectContaining({ ...refusal, locator });
    const denied = [mostly('secret/data/shop/test/closed'), mostly('database/creds/shop')];
    const lost = expect.objectContaining({
      type: 'lease',
      outcome: 'failure',
      locator: 'database/creds/shop',
    });
    expect(activities.splice(0)).toEqual(expect.arrayContaining([...denied, lost]));
    // That the metadata of the other secret is denied too is found out, and nothing to be told.
    await resolver.refresh();
    expect(activities).toHaveLength(3);
    expect(activities).toEqual(expect.arrayContaining(denied));
  },
);

test('carries the id of the request of a refusal, where there is one, and only if it is one', async () => {
  const ids = ['6f2c3f2e-0d3c-4f0f-9d57-0c6c5d6b8a11', canarySecret(), undefined];
  const hostile = await startHostileServer((response) =>
    json(response, 403, { request_id: ids[0], errors: ['permission denied'] }),
  );
  onTestFinished(() => hostile[Symbol.asyncDispose]() as Promise<void>);
  const vault = open(hostile, { token: () => 'dev-only-token' });
  const activities = heard(vault);
  for (const id of [...ids]) {
    const error = await failureOf(vault.kv('secret', { version: 2 }).read('a'));
    const real = id?.startsWith('6f2c') ? id : undefined;
    expect(error.requestId).toBe(real);
    expect(activities.splice(0)).toEqual([
      {
        type: 'refusal',
        outcome: 'failure',
        locator: 'secret/data/a',
        code: 'SOURCE_DENIED',
        ...(real === undefined ? {} : { requestId: real }),
      },
    ]);
    ids.shift();
  }
});

test('tells of an address that is left alone, and of its return', async () => {
  const server = await startDevServer();
  const proxy = await startFaultProxy(server.address);
  onTestFinished(async () => {
    await proxy[Symbol.asyncDispose]();
    await server.close();
  });
  const clock = new ManualClock();
  const vault = open(proxy, { token: () => server.rootToken, clock, breakerFailures: 3 });
  const activities = heard(vault);
  proxy.fault = 'refuse';
  for (let round = 0; round < 5; round++) await failureOf(read(vault));
  proxy.fault = 'pass';
  clock.advance(1_000);
  await read(vault);
  await read(vault);
  expect(activities).toEqual([
    { type: 'breaker', outcome: 'failure', locator: proxy.address, code: 'SOURCE_UNAVAILABLE' },
    { type: 'breaker', outcome: 'success', locator: proxy.address },
  ]);
});

test('a listener hears until it is called off, and cannot change what others hear', async () => {
  const { server, clock } = await startTimed();
  const auth = appRole(await makeAppRole(server));
  const vault = open(server, { auth, clock });
  const [first, second] = [vi.fn(), vi.fn()];
  const off = vault.onEvent(first);
  vault.onEvent(second);
  off();
  await read(vault);
  expect(first).not.toHaveBeenCalled();
  expect(second).toHaveBeenCalledTimes(1);
  expect(Object.isFrozen(second.mock.calls[0]?.[0])).toBe(true);
});

test('a listener that throws has a fault of its own: nothing here fails for it', async () => {
  const uncaught: unknown[] = [];
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => uncaught.push(error));
  try {
    const { server, clock } = await startTimed();
    const vault = open(server, { auth: appRole(await makeAppRole(server)), clock });
    const fault = new Error('a fault of a listener');
    vault.onEvent(() => {
      throw fault;
    });
    const activities = heard(vault);
    expect(await read(vault)).toMatchObject({ status: 'found' });
    expect(activities).toHaveLength(1);
    expect(uncaught).toEqual([fault]);
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of others) process.on('uncaughtException', listener);
  }
});

test('never tells a token, an accessor or a value', async () => {
  const { server, clock, pass } = await startTimed();
  const value = canarySecret();
  await administer(server).call('POST', 'secret/data/app/database', { data: { url: value } });
  const role = await makeAppRole(server, { token_ttl: 9 });
  await administer(server).call('POST', 'secret/data/app/database', { data: { url: value } });
  const tokens: string[] = [];
  const auth = appRole(role);
  const vault = open(server, {
    auth: async (context) => {
      const response = await auth(context);
      tokens.push(response.token, response.accessor ?? '');
      return response;
    },
    clock,
  });
  const activities = heard(vault);
  await read(vault);
  await failureOf(vault.kv().read('other'));
  await pass(7_000);
  expect(activities.map(({ type }) => type).sort()).toEqual(['login', 'refusal', 'renewal']);
  expect(tokens.filter((text) => text !== '')).toHaveLength(2);
  for (const text of [value, role.secretId, role.roleId, ...tokens]) expectNoCanary(text, activities);
});
