import { defineSettings, leased, secret } from '@strongroom/core';
import { type DevServer, type FailureAnswer, startDevServer } from '@strongroom/dev-server';
import { administer, serverKinds } from '@strongroom/test-servers';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { bumpMarker, createVault } from '../src/index.js';
import { openCounted } from './counted.js';

const groups = Array.from({ length: 10 }, (_, group) => group);
const definition = defineSettings({
  application: 'shop',
  environments: ['test'],
  settings: {
    ...Object.fromEntries(groups.map((group) => [`S${group}`, secret(`group${group}/key`, z.string())])),
    USER: secret(leased('database/creds/shop', 'username'), z.string().optional()),
  },
});
const placed = defineSettings({
  application: 'shop',
  environments: ['test'],
  settings: Object.fromEntries(groups.map((group) => [`S${group}`, secret(`group${group}/key`, z.string())])),
});
const seed = Object.fromEntries(groups.map((group) => [`shop/test/group${group}`, { key: 'a' }]));

const answer = (status: number, ...errors: readonly string[]): FailureAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ errors }),
});

describe('after a lookup in which Vault was unavailable for everything', () => {
  let server: DevServer;
  beforeEach(async () => {
    server = await startDevServer({ seed });
  });
  afterEach(() => server.close());

  test.each([
    ['sealed', answer(503, 'Vault is sealed')],
    ['broken', answer(500, 'internal error')],
    ['overloaded', answer(429, 'request path "secret": rate limit quota exceeded')],
    ['not reachable', 'reset' as const],
  ])('%s: one probe, until it is answered', async (_, how) => {
    const { resolver, asked } = openCounted(placed, server.address, {
      token: server.rootToken,
      // That is another thing, tested elsewhere.
      breakerFailures: 1_000,
    });
    await resolver.load();
    // Now it is known that metadata may be asked for: before that one look would be the probe.
    await resolver.refresh();
    const mend = server.fail({ answer: how });
    asked();
    await resolver.refresh();
    // A connection that turned out to be closed is not held against Vault: such a request is made again.
    expect(asked().length).toBeGreaterThanOrEqual(10);
    expect(resolver.state.status).toBe('degraded');
    for (const _ of [1, 2]) {
      await resolver.refresh();
      expect(asked()).toHaveLength(1);
      const [failure] = resolver.state.failures;
      expect(failure).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
      expect(failure?.settings).toHaveLength(10);
    }
    mend();
    server.seed({ 'shop/test/group3': { key: 'new' } });
    expect(await resolver.refresh()).toMatchObject({ S0: 'a', S3: 'new' });
    expect(resolver.state.status).toBe('ready');
    expect(asked()).toHaveLength(11);
  });

  test('one that begins before the first look at metadata is told by its cause, and not asked once for each secret', async () => {
    const { resolver, asked } = openCounted(placed, server.address, { token: server.rootToken });
    await resolver.load();
    server.fail({ answer: answer(503, 'Vault is sealed') });
    asked();
    await resolver.refresh();
    expect(asked()).toHaveLength(1);
    expect(resolver.state.failures).toMatchObject([{ message: expect.stringMatching(/is sealed$/) }]);
    expect(resolver.state.failures[0]?.settings).toHaveLength(10);
  });

  test('what is denied, malformed or only partly unavailable is asked for as ever', async () => {
    const { resolver, asked } = openCounted(placed, server.address, { token: server.rootToken });
    await resolver.load();
    asked();
    const ways: readonly [RegExp, FailureAnswer][] = [
      [/group[1-9]/, answer(500, 'internal error')],
      [/group/, 'truncate'],
      [/group/, answer(403, 'permission denied')],
    ];
    for (const [path, how] of ways) {
      const mend = server.fail({ path, answer: how });
      await resolver.refresh();
      asked();
      await resolver.refresh();
      expect(asked().filter((request) => request.includes('/shop/test/')).length).toBeGreaterThanOrEqual(10);
      mend();
    }
  });

  test('the version marker is the probe where there is one', async () => {
    const vault = createVault({ address: server.address, token: server.rootToken });
    await bumpMarker(vault.kv(), { application: 'shop', environment: 'test' });
    await vault.close();
    const { resolver, asked } = openCounted(placed, server.address, {
      token: server.rootToken,
      marker: true,
    });
    await resolver.load();
    await resolver.refresh();
    server.fail({ answer: answer(503, 'Vault is sealed') });
    asked();
    for (const _ of [1, 2]) {
      await resolver.refresh();
      expect(asked()).toEqual(['GET secret/data/shop/test/.strongroom']);
    }
    expect(resolver.state.failures[0]?.settings).toHaveLength(10);
  });

  test('leases that are still to be got wait for the probe too', async () => {
    const { resolver, asked } = openCounted(definition, server.address, { token: server.rootToken });
    const mend = server.fail({ answer: answer(503, 'Vault is sealed') });
    await expect(resolver.load()).rejects.toMatchObject({ name: 'ConfigurationError' });
    expect(asked()).toHaveLength(11);
    await expect(resolver.load()).rejects.toMatchObject({ name: 'ConfigurationError' });
    expect(asked()).toHaveLength(1);
    mend();
    await resolver.load();
    expect(asked()).toHaveLength(11);
  });
});

test.each(serverKinds)(
  '$name that was sealed is probed once, and taken up again when it is not',
  async (kind) => {
    const server = await kind.start();
    onTestFinished(() => server.close());
    const { call } = administer(server);
    for (const group of groups)
      await call('POST', `secret/data/shop/test/group${group}`, { data: { key: 'a' } });
    const { resolver, asked } = openCounted(placed, server.address, { token: server.rootToken });
    await resolver.load();
    await call('PUT', 'sys/seal');
    await resolver.refresh();
    asked();
    await resolver.refresh();
    expect(asked()).toHaveLength(1);
    await call('PUT', 'sys/unseal', { key: server.unsealKey });
    await expect
      .poll(async () => {
        await resolver.refresh();
        return resolver.state.status;
      })
      .toBe('ready');
  },
);
