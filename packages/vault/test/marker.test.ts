import { createResolver, defineSettings, type Setting, secret } from '@strongroom/core';
import { ManualClock } from '@strongroom/core/testing';
import { startDevServer } from '@strongroom/dev-server';
import { administer, serverKinds, type TestServer } from '@strongroom/test-servers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { bumpMarker, createVault, type Vault, vaultSource } from '../src/index.js';
import { openCounted } from './counted.js';
import { exampleWith, runExample } from './readme-example.js';

const groups = Array.from({ length: 25 }, (_, group) => group);
const hundred = defineSettings({
  application: 'shop',
  environments: ['test'],
  settings: Object.fromEntries(
    Array.from({ length: 100 }, (_, i) => [
      `S${i}`,
      // The last one of each secret is not there.
      secret(`group${i % 25}/key${i}`, i < 75 ? z.string() : z.string().optional()),
    ]),
  ),
});
const place = { application: 'shop', environment: 'test' };
const markerRead = 'GET secret/data/shop/test/.strongroom';
const minute = 60_000;

describe.each(serverKinds)('on $name', ({ start }) => {
  let server: TestServer;
  let vault: Vault;
  beforeAll(async () => {
    server = await start();
    vault = createVault({ address: server.address, token: server.rootToken });
  });
  afterAll(async () => {
    await vault.close();
    await server.close();
  });

  const kv = () => vault.kv('secret');
  const write = (group: number, value: string) =>
    kv().write(`shop/test/group${group}`, {
      [`key${group}`]: value,
      [`key${group + 25}`]: 'b',
      [`key${group + 50}`]: 'c',
    });
  const fresh = async ({ marker }: { readonly marker: boolean }) => {
    await kv().deleteMetadata('shop/test/.strongroom');
    for (const group of groups) {
      await kv().deleteMetadata(`shop/test/group${group}`);
      await write(group, 'a');
    }
    if (marker) await bumpMarker(kv(), place);
  };
  const open = (options: { readonly clock?: ManualClock; readonly token?: string } = {}) =>
    openCounted(hundred, server.address, { token: server.rootToken, marker: true, ...options });

  test('a poll of 100 settings in 25 secrets is exactly one request', async () => {
    await fresh({ marker: true });
    const { resolver, asked } = open();
    await resolver.load();
    expect(asked()).toHaveLength(25);
    await resolver.refresh();
    expect(asked()).toHaveLength(26);
    for (const _ of [1, 2, 3]) {
      await resolver.refresh();
      expect(asked()).toEqual([markerRead]);
    }
    expect(resolver.health()).toMatchObject({ status: 'ready' });
    expect(resolver.current()).toMatchObject({ S0: 'a', S25: 'b', S99: undefined });
  });

  test('what was bumped is looked at: all of it, and only what has changed is read', async () => {
    await fresh({ marker: true });
    const { resolver, asked } = open();
    await resolver.load();
    await resolver.refresh();
    await write(7, 'new');
    asked();
    // Nobody has said so yet.
    expect(await resolver.refresh()).toMatchObject({ S7: 'a' });
    expect(asked()).toEqual([markerRead]);
    await bumpMarker(kv(), place);
    expect(await resolver.refresh()).toMatchObject({ S7: 'new' });
    const after = asked();
    expect(after).toHaveLength(27);
    expect(after.filter((request) => request.includes('/data/'))).toEqual([
      markerRead,
      'GET secret/data/shop/test/group7',
    ]);
    await resolver.refresh();
    expect(asked()).toEqual([markerRead]);
  });

  test('what was written without a bump is seen within `fullLookEveryMs`', async () => {
    await fresh({ marker: true });
    const clock = new ManualClock(Date.now());
    const { resolver, asked } = open({ clock });
    await resolver.load();
    await resolver.refresh();
    await write(3, 'forgotten');
    asked();
    clock.advance(11 * minute);
    await resolver.refresh();
    expect(asked()).toEqual([markerRead]);
    clock.advance(4 * minute);
    expect(await resolver.refresh()).toMatchObject({ S3: 'forgotten' });
    expect(asked()).toHaveLength(27);
  });

  test('what was deleted stays known as deleted, at one request a poll', async () => {
    await fresh({ marker: true });
    const { resolver, asked } = open();
    await resolver.load();
    await kv().delete('shop/test/group4');
    await resolver.refresh();
    expect(resolver.state.deleted).toEqual(['S4', 'S29', 'S54']);
    asked();
    await resolver.refresh();
    expect(asked()).toEqual([markerRead]);
    expect(resolver.state.deleted).toEqual(['S4', 'S29', 'S54']);
  });

  test.each(['is not there', 'was deleted'])('a marker that %s changes nothing', async (how) => {
    await fresh({ marker: how === 'was deleted' });
    if (how === 'was deleted') await kv().delete('shop/test/.strongroom');
    const { resolver, asked } = open();
    await resolver.load();
    await resolver.refresh();
    await write(1, 'new');
    asked();
    expect(await resolver.refresh()).toMatchObject({ S1: 'new' });
    expect(asked()).toHaveLength(27);
    // Once it is there, it counts.
    await bumpMarker(kv(), place);
    for (const _ of [1, 2]) await resolver.refresh();
    asked();
    await resolver.refresh();
    expect(asked()).toEqual([markerRead]);
  });

  test('a marker that is denied is left alone, and no error', async () => {
    await fresh({ marker: true });
    const token = await administer(server).tokenWith(
      [
        'path "secret/data/shop/test/*" { capabilities = ["read"] }',
        'path "secret/metadata/shop/test/*" { capabilities = ["read"] }',
        'path "secret/data/shop/test/.strongroom" { capabilities = ["deny"] }',
      ].join('\n'),
    );
    const { resolver, asked } = open({ token });
    await resolver.load();
    await resolver.refresh();
    expect(asked()).toContain(markerRead);
    await resolver.refresh();
    expect(asked()).toHaveLength(25);
    expect(resolver.health()).toMatchObject({ status: 'ready' });
  });

  test('bumps at one time all count, under a policy for no more than the marker', async () => {
    await fresh({ marker: false });
    const token = await administer(server).tokenWith(
      'path "secret/data/shop/test/.strongroom" { capabilities = ["create", "read", "update"] }',
    );
    const bumper = createVault({ address: server.address, token });
    onTestFinished(() => bumper.close());
    const bumped = await Promise.all(
      Array.from({ length: 8 }, () => bumpMarker(bumper.kv('secret', { version: 2 }), place)),
    );
    expect(bumped.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    await kv().delete('shop/test/.strongroom');
    expect(await bumpMarker(kv(), place)).toMatchObject({ version: 9 });
  });

  test('KV version 1 has no marker: it is not bumped, and the settings are read', async () => {
    await administer(server).mountKv('old', 1);
    await expect(bumpMarker(vault.kv('old'), place)).rejects.toMatchObject({ code: 'SOURCE_DENIED' });
    for (const group of groups) {
      const data = { [`key${group}`]: 'a', [`key${group + 25}`]: 'b', [`key${group + 50}`]: 'c' };
      await vault.kv('old').write(`shop/test/group${group}`, data);
    }
    const { resolver } = openCounted(hundred, server.address, {
      token: server.rootToken,
      mount: 'old',
      kvVersion: 1,
      marker: true,
    });
    await resolver.load();
    await vault
      .kv('old')
      .patch('x', {})
      .catch(() => undefined);
    await vault.kv('old').write('shop/test/group0', { key0: 'new', key25: 'b', key50: 'c' });
    expect(await resolver.refresh()).toMatchObject({ S0: 'new' });
  });

  test('whoever writes and then bumps is heard at the next poll, whatever else happens', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('write and bump' as const), group: fc.nat(3), value: fc.nat(9) }),
      fc.record({ do: fc.constant('write' as const), group: fc.nat(3), value: fc.nat(9) }),
      fc.record({ do: fc.constantFrom('bump' as const, 'poll' as const, 'delete the marker' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        await fresh({ marker: true });
        const { resolver } = open();
        await resolver.load();
        // What is in Vault, and which of it the application must have by the next poll.
        const written = new Map<number, string>();
        const due = new Map<number, string>();
        for (const one of steps) {
          if (one.do === 'write' || one.do === 'write and bump') {
            const value = String(one.value);
            await write(one.group, value);
            written.set(one.group, value);
            due.delete(one.group);
          }
          if (one.do === 'delete the marker') await kv().deleteMetadata('shop/test/.strongroom');
          if (one.do === 'bump' || one.do === 'write and bump') {
            await bumpMarker(kv(), place);
            for (const [group, value] of written) due.set(group, value);
          }
          if (one.do !== 'poll') continue;
          const values = await resolver.refresh();
          for (const [group, value] of due) expect(values).toMatchObject({ [`S${group}`]: value });
        }
      }),
      { numRuns: 8 },
    );
  });
});

test('no group of settings may have the name of the marker', async () => {
  const definition = defineSettings({
    application: 'shop',
    environments: ['test'],
    settings: { A: secret('.strongroom/a', z.string()), B: secret('.strongroom/deep/b', z.string()) },
  });
  const source = vaultSource({ address: 'http://127.0.0.1:9', token: 'dev-only-token' });
  const resolver = createResolver(definition, { environment: 'test', sources: [source] });
  onTestFinished(() => resolver.close());
  await expect(resolver.load()).rejects.toMatchObject({
    problems: [
      { name: 'A', reason: 'its group .strongroom is that of the version marker' },
      { name: 'B', reason: 'its group .strongroom is that of the version marker' },
    ],
  });
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('no `fullLookEveryMs` of %s', (fullLookEveryMs) => {
  const options = { address: 'http://127.0.0.1:9', token: 'dev-only-token', marker: true, fullLookEveryMs };
  expect(() => vaultSource(options)).toThrow(/fullLookEveryMs/);
});

test('what one resolver knows of its environment says nothing of another one', async () => {
  const [kind] = serverKinds;
  const server = await kind?.start();
  if (server === undefined) throw new Error('no server');
  onTestFinished(() => server.close());
  const vault = createVault({ address: server.address, token: server.rootToken });
  onTestFinished(() => vault.close());
  const source = vault.source({ marker: true });
  const settings: readonly Setting[] = [
    defineSettings({
      application: 'shop',
      environments: ['one', 'two'],
      settings: { A: secret('group/a', z.string()) },
    }).settings.A,
  ];
  const signal = new AbortController().signal;
  const known = new Map<string, ReadonlyMap<string, { locator: string; revision: string }>>();
  for (const environment of ['one', 'two']) {
    await vault.kv().write(`shop/${environment}/group`, { a: environment });
    await bumpMarker(vault.kv(), { application: 'shop', environment });
    const found = (await source.lookup(settings, { application: 'shop', environment, signal })).get('A');
    if (found?.status !== 'found' || found.revision === undefined) throw new Error('not found');
    known.set(environment, new Map([['A', { locator: found.locator, revision: found.revision }]]));
  }
  const look = async (environment: string) => {
    const of = known.get(environment);
    const context = { application: 'shop', environment, signal, ...(of === undefined ? {} : { known: of }) };
    return (await source.lookup(settings, context)).get('A')?.status;
  };
  for (const environment of ['one', 'two', 'one', 'two']) expect(await look(environment)).toBe('unchanged');
  await vault.kv().write('shop/two/group', { a: 'new' });
  await bumpMarker(vault.kv(), { application: 'shop', environment: 'two' });
  expect(await look('one')).toBe('unchanged');
  expect(await look('two')).toBe('found');
});

test('the example of the README prints what it says, on an empty server', async () => {
  const server = await startDevServer({ rootToken: 'dev-only-token' });
  onTestFinished(() => server.close());
  const example = await exampleWith('await bumpMarker(');
  expect(example.says).toHaveLength(1);
  expect(await runExample(example, server.address)).toEqual(example.says);
});
