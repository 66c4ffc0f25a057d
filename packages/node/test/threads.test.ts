import { once } from 'node:events';
import { createResolver, type Resolver, SourceError } from '@strongroom/core';
import {
  canarySecret,
  expectNoCanary,
  ManualClock,
  type MemorySource,
  memorySource,
} from '@strongroom/core/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { shareSettings } from '../src/threads/index.js';
import { shop } from './programs/shop.mjs';
import { endReaders, type Reader, startChild, startThread } from './reader.js';

const [token, password] = [canarySecret(), canarySecret()];
let vault: MemorySource;
let clock: ManualClock;
let settings: Resolver<(typeof shop)['settings']>;
beforeEach(async () => {
  clock = new ManualClock();
  vault = memorySource('vault', { TOKEN: token, PASSWORD: password, LIMITS: { low: 1 } });
  settings = createResolver(shop, {
    environment: 'production',
    sources: [memorySource('environment', { PORT: '9000' }), vault],
    refreshEveryMs: false,
    lastGoodForMs: 60_000,
    clock,
  });
  await settings.load();
});
afterEach(async () => {
  await settings.close();
  await endReaders();
});

const kinds = {
  thread: (options = {}) => {
    const { worker, reader } = startThread(options);
    return { target: worker, reader };
  },
  'child process': (options = {}) => {
    const { child, reader } = startChild(options);
    return { target: child, reader };
  },
} as const;

describe.each(Object.entries(kinds))('a %s', (_, start) => {
  /** One that is handed settings. */
  const receiving = async (options = {}) => {
    const { target, reader } = start(options);
    shareSettings(settings, target);
    await reader.received;
    return reader;
  };
  /** What is handed over at a change is there a moment later. */
  const told = (reader: Reader, question: string) =>
    expect.poll(() => reader.ask(question), { timeout: 20_000 });

  test('has the values and the provenance of the primary', async () => {
    const reader = await receiving();
    expect(await reader.ask('values')).toEqual({
      TOKEN: token,
      PASSWORD: password,
      LIMITS: { low: 1 },
      HOSTS: ['localhost'],
      PORT: 9000,
    });
    expect(await reader.ask('environment')).toBe('production');
    expect(await reader.ask('explain')).toEqual(JSON.parse(JSON.stringify(settings.explain())));
    expect(await reader.ask('survey')).toEqual(await reader.ask('explain'));
    expect(await reader.ask('state')).toMatchObject({ status: 'ready', failures: [], deleted: [] });
    expect(await reader.ask('health')).toMatchObject({ ready: true, live: true, freshness: 'fresh' });
  });

  test('follows a rotation: its snapshot, its changes, what is bound to it', async () => {
    const reader = await receiving();
    vault.set('PASSWORD', 'two').set('LIMITS', { low: 2 });
    await settings.refresh();
    await told(reader, 'built').toEqual([
      ['one', 'two'].map((text) => (text === 'one' ? password : text)),
      2,
    ]);
    expect(await reader.ask('values')).toMatchObject({ TOKEN: token, PASSWORD: 'two', LIMITS: { low: 2 } });
    vault.set('PASSWORD', 'three');
    await settings.refresh();
    await told(reader, 'built').toEqual([[password, 'two', 'three'], 3]);
    const where = { source: 'vault', locator: 'vault:PASSWORD' };
    expect(await reader.ask('changed')).toMatchObject([
      [{ name: 'PASSWORD', before: where, after: where }, { name: 'LIMITS' }],
      [{ name: 'PASSWORD', before: where, after: where }],
    ]);
  });

  test('that is started later, or anew, has what holds then', async () => {
    const first = await receiving();
    vault.set('TOKEN', 'two');
    await settings.refresh();
    await first.end();
    const second = await receiving();
    expect(await second.ask('values')).toMatchObject({ TOKEN: 'two' });
  });

  test('that asks before anybody shares is answered all the same', async () => {
    const { target, reader } = start();
    await once(target, 'message');
    shareSettings(settings, target);
    await reader.received;
    expect(await reader.ask('values')).toMatchObject({ TOKEN: token });
  });

  test('waits for settings that are not loaded yet', async () => {
    const late = createResolver(shop, { environment: 'production', sources: [vault], refreshEveryMs: false });
    const { target, reader } = start();
    shareSettings(late, target);
    await once(target, 'message');
    await late.load();
    await reader.received;
    expect(await reader.ask('values')).toMatchObject({ TOKEN: token, PORT: 8000 });
    await late.close();
  });

  test('gets no more than it asks for, and than it may have', async () => {
    const { target, reader } = start({ receive: { only: ['PORT', 'TOKEN'] } });
    shareSettings(settings, target, { only: ['TOKEN', 'PORT', 'HOSTS'] });
    await reader.received;
    expect(await reader.ask('values')).toEqual({ TOKEN: token, PORT: 9000 });
    expect(await reader.ask('explain')).toHaveLength(2);

    const greedy = start();
    shareSettings(settings, greedy.target, { only: ['TOKEN', 'PORT', 'HOSTS', 'LIMITS'] });
    const { code, message, inspected } = await greedy.reader.failed;
    expect(code).toBe('SETTINGS_MISSING');
    expect(message).toContain('PASSWORD: this secret is not handed over');
    for (const canary of [token, password]) expectNoCanary(canary, message, inspected);
  });

  test('shows no secret by itself, and none of its messages holds one', async () => {
    const reader = await receiving({ listenFirst: true });
    vault.set('TOKEN', 'two');
    await settings.refresh();
    await told(reader, 'changed').toHaveLength(1);
    for (const canary of [token, password]) {
      expectNoCanary(canary, await reader.ask('shown'), await reader.ask('all'), reader.messages);
    }
    expect(await reader.ask('shown')).toMatchObject([
      '[Settings of shop (production)]',
      expect.stringContaining('"TOKEN":"[secret]"'),
      expect.anything(),
    ]);
  });

  test('stands where the primary stands: without a source, and with it again', async () => {
    const reader = await receiving();
    vault.fail(new SourceError('SOURCE_DENIED', 'vault says no'));
    await settings.refresh();
    await told(reader, 'state').toMatchObject({
      status: 'degraded',
      reason: 'vault could not be asked (SOURCE_DENIED)',
      failures: [{ source: 'vault', code: 'SOURCE_DENIED', message: 'vault says no' }],
    });
    expect(await reader.ask('explain')).toEqual(JSON.parse(JSON.stringify(settings.explain())));
    const late = await receiving();
    expect(await late.ask('values')).toMatchObject({ TOKEN: token });
    expect(await late.ask('state')).toMatchObject({ status: 'degraded' });
    vault.recover();
    await settings.refresh();
    for (const one of [reader, late])
      await told(one, 'state').toMatchObject({ status: 'ready', failures: [] });
    expect(await reader.ask('events')).toEqual(['degraded', 'ready']);
  });

  test('is served nothing that the primary may not serve', async () => {
    const reader = await receiving();
    vault.fail();
    await settings.refresh();
    clock.advance(60_000);
    await told(reader, 'current').toBe('SNAPSHOT_EXPIRED');
    expect(await reader.ask('health')).toMatchObject({ status: 'failed', ready: false });
    expect(await reader.ask('events')).toEqual(['degraded', 'failed']);
    const late = start({ receive: { startDeadlineMs: 700 } });
    shareSettings(settings, late.target);
    expect((await late.reader.failed).code).toBe('SOURCE_UNAVAILABLE');
    vault.recover();
    await settings.refresh();
    await told(reader, 'current').toBe(9000);
    expect(await reader.ask('state')).toMatchObject({ status: 'ready' });
  });

  test('is told of what was deleted, and of what was refused', async () => {
    const reader = await receiving();
    vault.set('TOKEN', undefined);
    await settings.refresh();
    await told(reader, 'state').toMatchObject({ status: 'degraded', deleted: ['TOKEN'] });
    vault.set('TOKEN', 'two').set('LIMITS', { low: 'nothing' });
    await settings.refresh();
    await told(reader, 'state').toMatchObject({
      status: 'degraded',
      reason: 'what the sources say now is not valid: LIMITS',
    });
    await settings.refresh();
    expect(await reader.ask('values')).toMatchObject({ TOKEN: token, LIMITS: { low: 1 } });
    const late = await receiving();
    expect(await late.ask('values')).toMatchObject({ TOKEN: token, LIMITS: { low: 1 } });
    expect(await late.ask('state')).toEqual({
      ...(JSON.parse(JSON.stringify(settings.state)) as object),
      since: expect.any(Number) as number,
    });
    vault.set('LIMITS', { low: 3 });
    await settings.refresh();
    for (const one of [reader, late]) {
      await told(one, 'state').toMatchObject({ status: 'ready' });
      expect(await one.ask('values')).toMatchObject({ TOKEN: 'two', LIMITS: { low: 3 } });
    }
    expect(await reader.ask('events')).toEqual(['degraded', 'deleted', 'refused', 'degraded', 'ready']);
  });

  test('goes on with what it has when the primary closes its settings, and says so', async () => {
    const reader = await receiving();
    await settings.close();
    await told(reader, 'state').toMatchObject({
      status: 'degraded',
      failures: [{ source: 'primary', code: 'SOURCE_UNAVAILABLE' }],
    });
    expect(await reader.ask('values')).toMatchObject({ TOKEN: token, PORT: 9000 });
  });

  test('ends by itself when it has closed them, and leaves nothing in the primary', async () => {
    const { target, reader } = start();
    shareSettings(settings, target);
    await reader.received;
    expect(target.listenerCount('disconnect')).toBe(1);
    expect(settings.events.listenerCount('refresh')).toBe(1);
    await reader.ask('close');
    expect(await reader.ended).toBe(0);
    expect(target.listenerCount('disconnect')).toBe(0);
    expect(settings.events.eventNames()).toEqual([]);
  });

  test('is told no more when sharing is ended, and nobody listens any longer', async () => {
    const { target, reader } = start();
    const own = target.listenerCount('message');
    const end = shareSettings(settings, target);
    expect(target.listenerCount('message')).toBe(own + 1);
    await reader.received;
    end();
    await told(reader, 'state').toMatchObject({ status: 'degraded', failures: [{ source: 'primary' }] });
    // One waited for it to be received.
    expect(target.listenerCount('message')).toBeLessThanOrEqual(own);
    expect(settings.events.eventNames()).toEqual([]);
    shareSettings(settings, target);
    expect(settings.events.eventNames()).toEqual(['refresh', 'failed', 'closed']);
  });
});

test('a resolver is listened to once, however many threads there are', async () => {
  const readers = Array.from({ length: 12 }, () => startThread({ receive: { only: ['TOKEN'] } }));
  for (const { worker } of readers) shareSettings(settings, worker);
  expect(settings.events.listenerCount('refresh')).toBe(1);
  await Promise.all(readers.map(({ reader }) => reader.received));
  vault.set('TOKEN', 'two');
  await settings.refresh();
  for (const { reader } of readers) {
    await expect.poll(() => reader.ask('values'), { timeout: 20_000 }).toEqual({ TOKEN: 'two' });
  }
});
