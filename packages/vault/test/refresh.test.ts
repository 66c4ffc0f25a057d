import { defineSettings, secret } from '@strongroom/core';
import { ManualClock } from '@strongroom/core/testing';
import { startDevServer } from '@strongroom/dev-server';
import { administer, serverKinds, type TestServer } from '@strongroom/test-servers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { openCounted } from './counted.js';
import { json, secretBody, startHostileServer } from './hostile-server.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['test'],
  settings: {
    URL: secret('database/url', z.string()),
    POOL: secret('database/pool', z.string().optional()),
    KEY: secret('api/key', z.string().optional()),
  },
});

const dataOf = (group: string) => `GET secret/data/shop/test/${group}`;
const metadataOf = (group: string) => `GET secret/metadata/shop/test/${group}`;

describe.each(serverKinds)('on $name', ({ start }) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());

  const call = (method: string, path: string, body?: object) => administer(server).call(method, path, body);
  const put = (group: string, data: object) => call('POST', `secret/data/shop/test/${group}`, { data });
  const fresh = async () => {
    for (const group of ['database', 'api']) await call('DELETE', `secret/metadata/shop/test/${group}`);
    await put('database', { url: 'one', pool: '5' });
    await put('api', { key: 'k' });
  };
  const read = 'path "secret/data/shop/test/*" { capabilities = ["read"] }';

  test('what has not changed is looked at by its metadata, once for each secret', async () => {
    await fresh();
    const { resolver, asked } = openCounted(definition, server.address, { token: server.rootToken });
    await resolver.load();
    expect(asked()).toEqual([dataOf('api'), dataOf('database')]);
    const readAt = resolver.explain()[0]?.readAt ?? Number.NaN;
    await resolver.refresh();
    expect(asked()).toEqual([metadataOf('api'), metadataOf('database')]);
    expect(resolver.explain()[0]?.readAt).toBeGreaterThanOrEqual(readAt);
    expect(resolver.explain()[0]).toMatchObject({ version: 1, freshness: 'fresh' });
  });

  test('what has changed is read, and nothing else', async () => {
    await fresh();
    const { resolver, asked } = openCounted(definition, server.address, { token: server.rootToken });
    await resolver.load();
    asked();
    await put('database', { url: 'two', pool: '5' });
    expect(await resolver.refresh()).toMatchObject({ URL: 'two', KEY: 'k' });
    expect(asked()).toEqual([dataOf('database'), metadataOf('api'), metadataOf('database')]);
    expect(resolver.explain()[0]).toMatchObject({ version: 2 });
  });

  test('a secret that is deleted with its metadata and written anew is not the one before', async () => {
    await fresh();
    const { resolver } = openCounted(definition, server.address, { token: server.rootToken });
    await resolver.load();
    await call('DELETE', 'secret/metadata/shop/test/database');
    await put('database', { url: 'anew' });
    expect(await resolver.refresh()).toMatchObject({ URL: 'anew' });
    expect(resolver.explain()[0]).toMatchObject({ version: 1 });
  });

  test('a mount of version 2 that is replaced by one of version 1 at its path is read as that', async () => {
    await call('POST', 'sys/mounts/changing', { type: 'kv', options: { version: '2' } });
    onTestFinished(async () => void (await call('DELETE', 'sys/mounts/changing')));
    const write = (group: string, data: object) => call('POST', `changing/data/shop/test/${group}`, { data });
    // A new mount of version 2 may be upgrading for a moment.
    await expect.poll(() => write('database', { url: 'two' }).then(() => 'written', String)).toBe('written');
    await write('api', { key: 'k' });
    const options = { token: server.rootToken, mount: 'changing' };
    const { resolver, asked } = openCounted(definition, server.address, options);
    await resolver.load();
    await call('DELETE', 'sys/mounts/changing');
    await call('POST', 'sys/mounts/changing', { type: 'kv', options: { version: '1' } });
    await call('POST', 'changing/shop/test/database', { url: 'one' });
    await call('POST', 'changing/shop/test/api', { key: 'other' });
    expect(await resolver.refresh()).toMatchObject({ URL: 'one', KEY: 'other' });
    expect(resolver.state).toMatchObject({ status: 'ready', deleted: [] });
    asked();
    await resolver.refresh();
    expect(asked()).toEqual(['GET changing/shop/test/api', 'GET changing/shop/test/database']);
  });

  test('whether a secret that is gone was deleted or its mount replaced is asked once', async () => {
    await fresh();
    const { resolver, asked } = openCounted(definition, server.address, { token: server.rootToken });
    await resolver.load();
    await call('DELETE', 'secret/metadata/shop/test/database');
    await resolver.refresh();
    expect(resolver.state.deleted).toEqual(['URL', 'POOL']);
    expect(asked()).toContain('GET sys/internal/ui/mounts/secret');
    await resolver.refresh();
    expect(asked()).toEqual([dataOf('database'), metadataOf('api')]);
  });

  test('a version that is deleted or destroyed, or a secret that is gone, is absent for its reason', async () => {
    await fresh();
    const { source } = openCounted(definition, server.address, { token: server.rootToken });
    const context = { application: 'shop', environment: 'test', signal: new AbortController().signal };
    const asked = [definition.settings.URL];
    const found = (await source.lookup(asked, context)).get('URL');
    if (found?.status !== 'found' || found.revision === undefined) throw new Error('not found');
    const { locator, revision } = found;
    const again = async () => {
      const known = new Map([['URL', { locator, revision }]]);
      return (await source.lookup(asked, { ...context, known })).get('URL');
    };
    expect(await again()).toMatchObject({ status: 'unchanged', readAt: expect.any(Number) });
    await call('DELETE', 'secret/data/shop/test/database');
    expect(await again()).toMatchObject({ status: 'absent', reason: 'version-deleted' });
    await call('PUT', 'secret/undelete/shop/test/database', { versions: [1] });
    expect(await again()).toMatchObject({ status: 'found', revision });
    await call('PUT', 'secret/destroy/shop/test/database', { versions: [1] });
    expect(await again()).toMatchObject({ status: 'absent', reason: 'version-destroyed' });
    await call('DELETE', 'secret/metadata/shop/test/database');
    expect(await again()).toMatchObject({ status: 'absent', reason: 'no-such-path' });
  });

  test('where metadata is denied, one try for all is enough, and the data is read', async () => {
    await fresh();
    const clock = new ManualClock(Date.now());
    const token = await administer(server).tokenWith(read);
    const { resolver, asked } = openCounted(definition, server.address, { token, clock });
    await resolver.load();
    asked();
    await put('database', { url: 'two', pool: '5' });
    expect(await resolver.refresh()).toMatchObject({ URL: 'two' });
    expect(resolver.health()).toMatchObject({ status: 'ready' });
    const metadata = asked().filter((request) => request.includes('metadata'));
    expect(metadata).toHaveLength(1);
    await resolver.refresh();
    expect(asked()).toEqual([dataOf('api'), dataOf('database')]);
    clock.advance(59 * 60_000);
    await resolver.refresh();
    expect(asked()).toEqual([dataOf('api'), dataOf('database')]);
    // Looks again for the permission.
    clock.advance(32 * 60_000);
    await resolver.refresh();
    expect(asked().filter((request) => request.includes('metadata'))).toHaveLength(1);
  });

  test('a key that is not there leaves the rest to the metadata, until it is there', async () => {
    await fresh();
    await put('database', { url: 'one' });
    const { resolver, asked } = openCounted(definition, server.address, { token: server.rootToken });
    await resolver.load();
    asked();
    expect(await resolver.refresh()).toMatchObject({ URL: 'one', POOL: undefined });
    expect(asked()).toEqual([metadataOf('api'), metadataOf('database')]);
    await put('database', { url: 'one', pool: '7' });
    expect(await resolver.refresh()).toMatchObject({ URL: 'one', POOL: '7' });
    await put('database', { url: 'one' });
    for (const _ of [1, 2]) expect(await resolver.refresh()).toMatchObject({ URL: 'one', POOL: '7' });
    expect(resolver.state.deleted).toEqual(['POOL']);
    asked();
    await resolver.refresh();
    expect(asked()).toEqual([metadataOf('api'), metadataOf('database')]);
    expect(resolver.state.deleted).toEqual(['POOL']);
  });

  test('of `refreshBy: data` the data is read', async () => {
    await fresh();
    const { resolver, asked } = openCounted(definition, server.address, {
      token: server.rootToken,
      refreshBy: 'data',
    });
    await resolver.load();
    asked();
    await resolver.refresh();
    expect(asked()).toEqual([dataOf('api'), dataOf('database')]);
  });

  test('a denial for one path leaves the others alone', async () => {
    await fresh();
    const token = await administer(server).tokenWith(
      `${read}\npath "secret/metadata/shop/test/database" { capabilities = ["read"] }`,
    );
    const { resolver, asked } = openCounted(definition, server.address, { token });
    await resolver.load();
    asked();
    for (const _ of [1, 2]) await resolver.refresh();
    asked();
    expect(await resolver.refresh()).toMatchObject({ URL: 'one', KEY: 'k' });
    expect(asked()).toEqual([dataOf('api'), metadataOf('database')]);
  });

  test('of KV version 1 the data is read, always, and nothing is asked beside', async () => {
    await administer(server).mountKv('old', 1);
    await call('POST', 'old/shop/test/database', { url: 'one' });
    const { resolver, asked } = openCounted(definition, server.address, {
      token: server.rootToken,
      mount: 'old',
      kvVersion: 1,
    });
    await resolver.load();
    asked();
    await call('POST', 'old/shop/test/database', { url: 'two' });
    expect(await resolver.refresh()).toMatchObject({ URL: 'two' });
    expect(asked()).toEqual(['GET old/shop/test/api', 'GET old/shop/test/database']);
    await call('DELETE', 'sys/mounts/old');
  });

  test('whatever is done to secrets, a refresh by metadata sees what a read would', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('write' as const), value: fc.constantFrom('a', 'b') }),
      fc.record({
        do: fc.constantFrom('delete' as const, 'undelete' as const, 'destroy' as const, 'purge' as const),
      }),
      fc.record({ do: fc.constant('refresh' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        await fresh();
        const path = 'shop/test/database';
        const { resolver } = openCounted(definition, server.address, { token: server.rootToken });
        const reader = openCounted(definition, server.address, { token: server.rootToken });
        await resolver.load();
        let last = 'one';
        for (const one of steps) {
          const versions = { versions: [await current()] };
          if (one.do === 'write') await put('database', { url: one.value });
          else if (one.do === 'delete') await call('DELETE', `secret/data/${path}`).catch(() => undefined);
          else if (one.do === 'undelete')
            await call('PUT', `secret/undelete/${path}`, versions).catch(() => 0);
          else if (one.do === 'destroy') await call('PUT', `secret/destroy/${path}`, versions).catch(() => 0);
          else if (one.do === 'purge') await call('DELETE', `secret/metadata/${path}`);
          else await compare();
        }
        await compare();

        async function compare(): Promise<void> {
          const context = { application: 'shop', environment: 'test', signal: new AbortController().signal };
          const truth = (await reader.source.lookup([definition.settings.URL], context)).get('URL');
          if (truth?.status === 'found') last = truth.value as string;
          expect(await resolver.refresh()).toMatchObject({ URL: last });
          const deleted = resolver.state.deleted.includes('URL');
          expect(deleted).toBe(truth?.status === 'absent');
        }

        async function current(): Promise<number> {
          const found = (await call('GET', `secret/metadata/${path}`).catch(() => undefined)) as
            | { readonly data: { readonly current_version: number } }
            | undefined;
          return found?.data.current_version ?? 1;
        }
      }),
      { numRuns: 15 },
    );
  });
});

test('a version that will delete itself is read again when that is near', async () => {
  let now = Date.parse('2024-01-01T00:00:00Z');
  const server = await startDevServer({ now: () => now });
  onTestFinished(() => server.close());
  const clock = { now: () => now, after: () => () => undefined };
  const { call } = administer(server);
  await call('POST', 'secret/metadata/shop/test/database', { delete_version_after: '3600s' });
  await call('POST', 'secret/data/shop/test/database', { data: { url: 'one' } });
  const { resolver, asked } = openCounted(definition, server.address, { token: server.rootToken, clock });
  await resolver.load();
  asked();
  await resolver.refresh();
  expect(asked()).toContain(metadataOf('database'));
  now += 3_400_000;
  await resolver.refresh();
  // Whose clock is right is for Vault to say.
  expect(asked()).toEqual(expect.arrayContaining([dataOf('database'), metadataOf('database')]));
  expect(resolver.state.deleted).toEqual([]);
  now += 300_000;
  await resolver.refresh();
  expect(resolver.state.deleted).toEqual(['URL']);
});

test('lookups at one time share the looks under way; one that is called off leaves them to the others', async () => {
  const answers: (() => void)[] = [];
  const metadata = {
    data: {
      current_version: 1,
      created_time: '2024-01-01T00:00:00.1Z',
      updated_time: '2024-01-01T00:00:00.1Z',
      versions: {
        1: { created_time: '2024-01-01T00:00:00.123456789Z', deletion_time: '', destroyed: false },
      },
    },
  };
  const slow = await startHostileServer((response, request) => {
    if (!request.url?.includes('/metadata/')) json(response, 200, secretBody({ url: 'x' }));
    else answers.push(() => json(response, 200, metadata));
  });
  onTestFinished(() => slow[Symbol.asyncDispose]() as Promise<void>);
  const { source } = openCounted(definition, slow.address, { token: 'dev-only-token' });
  const asked = [definition.settings.URL];
  const controller = new AbortController();
  const context = { application: 'shop', environment: 'test', signal: new AbortController().signal };
  const found = (await source.lookup(asked, context)).get('URL');
  if (found?.status !== 'found' || found.revision === undefined) throw new Error('not found');
  const known = new Map([['URL', { locator: found.locator, revision: found.revision }]]);
  const first = source.lookup(asked, { ...context, known, signal: controller.signal });
  const others = [1, 2, 3].map(() => source.lookup(asked, { ...context, known }));
  await expect.poll(() => answers.length, { interval: 1 }).toBe(1);
  controller.abort();
  await expect(first).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  const answered = Promise.all(others);
  // The first one's request was called off with it, so that another one was made.
  await expect
    .poll(() => {
      for (const answer of answers.splice(0)) answer();
      return slow.requests.length;
    })
    .toBeGreaterThanOrEqual(3);
  const timer = setInterval(() => {
    for (const answer of answers.splice(0)) answer();
  }, 1);
  for (const lookups of await answered) expect(lookups.get('URL')).toMatchObject({ status: 'unchanged' });
  clearInterval(timer);
});
