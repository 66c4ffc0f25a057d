import { createResolver, defineSettings, leased, type SettingChange, secret } from '@strongroom/core';
import { type DevServer, startDevServer } from '@strongroom/dev-server';
import { administer } from '@strongroom/test-servers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { type VaultOptions, vaultSource } from '../../src/index.js';
import { hour, isLeased, withDatabase } from './database.js';
import { limits, PassingClock } from './passing-clock.js';

const place = 'database/creds/{application}-{environment}';
const definition = defineSettings({
  application: 'app',
  environments: ['test'],
  settings: {
    DB_USER: secret(leased(place, 'username'), z.string()),
    DB_PASSWORD: secret(leased(place, 'password'), z.string()),
    API_KEY: secret('api/key', z.string()),
  },
});

let clock: PassingClock;
let server: DevServer;
const closing: (() => Promise<void>)[] = [];
beforeEach(async () => {
  clock = new PassingClock();
  server = await startDevServer({
    now: () => clock.now(),
    seed: { 'app/test/api': { key: 'k' } },
  });
  await withDatabase(server);
  server.clearRequests();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await server.close();
});

function open(options: Partial<VaultOptions> = {}) {
  const { address, rootToken: token } = server;
  const source = vaultSource({ address, token, clock, retries: 0, ...limits, ...options });
  const resolver = createResolver(definition, { environment: 'test', sources: [source], clock });
  closing.push(() => resolver.close());
  return resolver;
}

const asked = (path: string) => server.requests.filter((request) => request.path === `/v1/${path}`).length;

/** Asked at a low level, since a lookup by id needs one. */
async function leaseIds(): Promise<readonly string[]> {
  const path = 'database/creds/app-test';
  const found = await administer(server)
    .call('LIST', `sys/leases/lookup/${path}`)
    .catch(() => undefined);
  const { data } = (found ?? { data: { keys: [] } }) as {
    readonly data: { readonly keys: readonly string[] };
  };
  return data.keys.map((key) => `${path}/${key}`);
}

test('all keys of one lease come from one read, with path and key as the locator', async () => {
  const resolver = open();
  const { DB_USER, DB_PASSWORD } = await resolver.load();
  expect(DB_USER).toMatch(/^v-app-test-/);
  expect(DB_PASSWORD).toMatch(/^A1a-/);
  expect(asked('database/creds/app-test')).toBe(1);
  expect(resolver.explain()[0]).toMatchObject({
    source: 'vault',
    locator: 'database/creds/app-test#username',
    version: undefined,
    readAt: clock.now(),
  });
  await Promise.all([resolver.refresh(), resolver.survey(), resolver.survey()]);
  expect(asked('database/creds/app-test')).toBe(1);
});

test('lookups at one time share one lease', async () => {
  const { address, rootToken: token } = server;
  const source = vaultSource({ address, token, clock });
  closing.push(async () => source.close?.());
  const context = { application: 'app', environment: 'test', signal: new AbortController().signal };
  const all = Object.values(definition.settings);
  const answers = await Promise.all([1, 2, 3].map(() => source.lookup(all, context)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer.get('DB_USER')))).size).toBe(1);
  expect(asked('database/creds/app-test')).toBe(1);
});

test('a replaced lease changes both keys in one swap, and the pair before it is still good', async () => {
  const resolver = open();
  const before = await resolver.load();
  const [leaseId = ''] = await leaseIds();
  const changes: (readonly SettingChange[])[] = [];
  resolver.events.on('change', (change) => {
    const now = resolver.current();
    expect(now.DB_USER).not.toBe(before.DB_USER);
    expect(now.DB_PASSWORD).not.toBe(before.DB_PASSWORD);
    changes.push(change);
  });
  await clock.pass(4 * hour, () => changes.length > 0);
  expect(changes.map((change) => change.map(({ name }) => name))).toEqual([['DB_USER', 'DB_PASSWORD']]);
  expect(await isLeased(server, leaseId)).toBe(true);
  expect(asked('sys/leases/renew')).toBeGreaterThan(1);
  expect(asked('database/creds/app-test')).toBe(2);
  expect(resolver.state.status).toBe('ready');
  expect(resolver.current().API_KEY).toBe('k');
});

test('an outage keeps the last pair; once that has ended the resolver says so, and it recovers', async () => {
  const resolver = open();
  const before = await resolver.load();
  const recover = server.fail({ path: /database|leases/, answer: { status: 503 } });
  await clock.pass(hour - 1_000);
  expect(resolver.state.status).toBe('ready');
  expect(asked('sys/leases/renew')).toBeGreaterThan(3);
  await clock.pass(10_000);
  expect(resolver.current()).toBe(before);
  expect(resolver.state).toMatchObject({
    status: 'degraded',
    failures: [{ source: 'vault', code: 'SOURCE_UNAVAILABLE', settings: ['DB_USER', 'DB_PASSWORD'] }],
  });
  expect(resolver.current().DB_USER).toBe(before.DB_USER);
  expect(resolver.explain().map(({ freshness }) => freshness)).toEqual(['stale', 'stale', 'fresh']);
  recover();
  const changes: unknown[] = [];
  resolver.events.on('change', (change) => changes.push(change));
  await clock.pass(300_000, () => changes.length > 0);
  expect(changes).toHaveLength(1);
  expect(resolver.current().DB_USER).not.toBe(before.DB_USER);
  expect(resolver.state.status).toBe('ready');
});

test('after a long outage a lease that has ended is there again with the refresh that finds Vault', async () => {
  const resolver = open();
  const before = await resolver.load();
  const recover = server.fail({ answer: { status: 503 } });
  await clock.pass(3 * hour);
  expect(resolver.state.status).toBe('degraded');
  recover();
  // Time stands still: the next attempt of the lease by itself is minutes away.
  const after = await resolver.refresh();
  expect(after.DB_USER).not.toBe(before.DB_USER);
  expect(resolver.current()).toBe(after);
  expect(resolver.state.status).toBe('ready');
});

test('a database that is away after an outage of all does not keep Vault from being read', async () => {
  const resolver = open();
  await resolver.load();
  const recover = server.fail({ answer: { status: 503 } });
  await clock.pass(2 * hour);
  server.fail({ path: /creds/, answer: { status: 500 } });
  recover();
  await resolver.refresh();
  expect(resolver.state).toMatchObject({
    status: 'degraded',
    failures: [{ code: 'SOURCE_UNAVAILABLE', settings: ['DB_USER', 'DB_PASSWORD'] }],
  });
});

test.each([true, false])('closing the resolver with revokeLeases: %s', async (revokeLeases) => {
  const resolver = open({ revokeLeases });
  await resolver.load();
  expect(await leaseIds()).toHaveLength(1);
  await resolver.close();
  expect(await leaseIds()).toHaveLength(revokeLeases ? 0 : 1);
  expect(clock.pending).toBe(0);
});

test('a key that the lease has not, and a role that is not there, are told', async () => {
  const wrong = defineSettings({
    application: 'app',
    environments: ['test', 'other'],
    settings: {
      USER: secret(leased(place, 'user_name'), z.string()),
      BAD: secret(leased('nowhere/{environment}', 'x'), z.string()),
    },
  });
  const load = async (environment: string) => {
    const source = vaultSource({ address: server.address, token: server.rootToken, clock, retries: 0 });
    await using resolver = createResolver(wrong, { environment, sources: [source], clock });
    return await resolver.load().catch((error: Error) => error.message);
  };
  const message = await load('test');
  expect(message).toContain('no such key: database/creds/app-test#user_name');
  expect(message).toContain('gives the key "username": was it meant to be "user_name"?');
  expect(message).toContain('has no mount for nowhere/test');
  expect(await load('other')).toContain('unknown role: app-other');
});

test('an environment variable goes before a lease', async () => {
  const { environmentSource } = await import('@strongroom/core');
  const source = vaultSource({ address: server.address, token: server.rootToken, clock });
  await using resolver = createResolver(definition, {
    environment: 'test',
    sources: [environmentSource({ DB_USER: 'ann', DB_PASSWORD: 'p', API_KEY: 'k' }), source],
  });
  expect((await resolver.load()).DB_USER).toBe('ann');
  expect(server.requests).toHaveLength(0);
});
