import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import {
  createResolver,
  type DiagnosticsMessage,
  defineSettings,
  type Known,
  plain,
  type ResolverOptions,
  type Source,
  type SourceEvent,
  secret,
} from '../src/index.js';
import { canarySecret, expectNoCanary, type MemorySource, memorySource } from '../src/testing/index.js';

const validated = vi.fn((_value: string) => true);
const definition = defineSettings({
  application: 'shop',
  environments: ['test'],
  settings: {
    USER: secret('database/user', z.string().refine(validated)),
    PASSWORD: secret('database/password', z.string().min(2)),
    LEVEL: plain(z.string(), { default: 'info', place: 'app/level' }),
    ONCE: plain(z.string(), { default: 'none', place: 'app/once', onDeletion: 'drop' }),
  },
});

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  validated.mockClear();
  for (const resolver of opened.splice(0)) await resolver.close();
});

function open(source: Source, options: Partial<ResolverOptions<'test'>> = {}) {
  const resolver = createResolver(definition, {
    environment: 'test',
    sources: [source],
    refreshEveryMs: false,
    ...options,
  });
  opened.push(resolver);
  return resolver;
}

/** Answers with a revision for each value, as a store that counts versions does. */
function versioned(memory: MemorySource, values: Record<string, readonly [value: unknown, version: number]>) {
  for (const [name, [value, version]] of Object.entries(values)) {
    const locator = `store:${name}`;
    memory.answer(name, { status: 'found', value, locator, version, revision: `r${version}` });
  }
  return memory;
}

describe('what a source knows not to have changed', () => {
  test('is not validated again', async () => {
    const memory = versioned(memorySource('store'), { USER: ['ann', 1], PASSWORD: ['one', 1] });
    const resolver = open(memory);
    await resolver.load();
    expect(validated).toHaveBeenCalledTimes(1);
    versioned(memory, { PASSWORD: ['two', 2] });
    await resolver.refresh();
    expect(resolver.current().PASSWORD).toBe('two');
    expect(validated).toHaveBeenCalledTimes(1);
    // Another version of the path with the same value in it.
    versioned(memory, { USER: ['ann', 2] });
    await resolver.refresh();
    expect(validated).toHaveBeenCalledTimes(1);
    expect(resolver.explain()[0]).toMatchObject({ version: 2, freshness: 'fresh' });
  });

  test('a source is told what it found, and may say that it still holds', async () => {
    const told: (ReadonlyMap<string, Known> | undefined)[] = [];
    const memory = versioned(memorySource('store'), { USER: ['ann', 7], PASSWORD: ['one', 3] });
    const source: Source = {
      name: 'store',
      async lookup(settings, context) {
        told.push(context.known);
        const answers = new Map(await memory.lookup(settings, context));
        for (const name of context.known?.keys() ?? []) answers.set(name, { status: 'unchanged', readAt: 5 });
        return answers;
      },
    };
    const resolver = open(source);
    const before = await resolver.load();
    expect(await resolver.refresh()).toBe(before);
    expect(told[0]).toBeUndefined();
    expect(Object.fromEntries(told[1] ?? [])).toEqual({
      USER: { locator: 'store:USER', version: 7, revision: 'r7' },
      PASSWORD: { locator: 'store:PASSWORD', version: 3, revision: 'r3' },
    });
    expect(resolver.explain()[0]).toMatchObject({
      source: 'store',
      locator: 'store:USER',
      version: 7,
      readAt: 5,
      freshness: 'fresh',
    });
  });

  test('a source that says so of what it was not told is not understood', async () => {
    const memory = memorySource('store', { USER: 'ann', PASSWORD: 'one' });
    const resolver = open(memory);
    await resolver.load();
    memory.answer('USER', { status: 'unchanged' });
    await resolver.refresh();
    expect(resolver.state).toMatchObject({
      status: 'degraded',
      failures: [{ code: 'SOURCE_MALFORMED', settings: ['USER'] }],
    });
    expect(resolver.current().USER).toBe('ann');
  });
});

describe('a new value that is not valid', () => {
  test('is refused with all that came with it, and reported once for each version', async () => {
    const memory = versioned(memorySource('store'), { USER: ['ann', 1], PASSWORD: ['one', 1] });
    const warn = vi.fn();
    const logger = { debug: vi.fn(), info: vi.fn(), warn, error: vi.fn() };
    const resolver = open(memory, { logger });
    const before = await resolver.load();
    const refused: string[][] = [];
    resolver.events.on('refused', ({ problems }) => refused.push(problems.map(({ name }) => name)));
    versioned(memory, { USER: ['bob', 2], PASSWORD: ['x', 2] });
    expect(await resolver.refresh()).toBe(before);
    await resolver.refresh();
    expect(refused).toEqual([['PASSWORD']]);
    expect(warn).toHaveBeenCalledTimes(1);
    versioned(memory, { PASSWORD: ['y', 3] });
    await resolver.refresh();
    await resolver.refresh();
    expect(refused).toHaveLength(2);
    // Whoever corrects it by the log is to read there that it is not right yet.
    expect(warn).toHaveBeenCalledTimes(2);
    versioned(memory, { PASSWORD: ['two', 4] });
    expect(await resolver.refresh()).toMatchObject({});
    expect([resolver.current().USER, resolver.current().PASSWORD]).toEqual(['bob', 'two']);
    expect(resolver.state.status).toBe('ready');
    // The version that was refused before, once more: news again.
    versioned(memory, { PASSWORD: ['y', 5] });
    await resolver.refresh();
    expect(refused).toHaveLength(3);
  });

  test('is told apart from another one without versions too', async () => {
    const memory = memorySource('store', { USER: 'ann', PASSWORD: 'one' });
    const resolver = open(memory);
    await resolver.load();
    const refused = vi.fn();
    resolver.events.on('refused', refused);
    for (const bad of ['x', 'x', 'y', 'y']) {
      memory.set('PASSWORD', bad);
      await resolver.refresh();
    }
    expect(refused).toHaveBeenCalledTimes(2);
  });
});

describe('a value that was deleted where it came from', () => {
  test.each(['no-such-path', 'no-such-key', 'version-deleted', 'version-destroyed'] as const)(
    'with %s keeps the last one, and says so once',
    async (reason) => {
      const memory = memorySource('store', { USER: 'ann', PASSWORD: 'one', LEVEL: 'debug' });
      const resolver = open(memory);
      const before = await resolver.load();
      const told = vi.fn();
      resolver.events.on('deleted', told);
      memory.answer('PASSWORD', { status: 'absent', reason }).answer('LEVEL', { status: 'absent', reason });
      expect(await resolver.refresh()).toBe(before);
      expect(await resolver.refresh()).toBe(before);
      expect(told.mock.calls).toEqual([[['PASSWORD', 'LEVEL']]]);
      expect(resolver.state).toMatchObject({
        status: 'degraded',
        failures: [],
        deleted: ['PASSWORD', 'LEVEL'],
        reason: 'deleted where they came from: PASSWORD, LEVEL',
      });
      expect(resolver.explain()[1]).toMatchObject({ source: 'store', freshness: 'stale' });
      expect(resolver.explain()[1]?.sources[0]).toMatchObject({ outcome: 'absent' });
      memory.set('PASSWORD', 'two').set('LEVEL', 'debug');
      await resolver.refresh();
      expect(resolver.current().PASSWORD).toBe('two');
      expect(resolver.state).toMatchObject({ status: 'ready', deleted: [] });
    },
  );

  test('falls to the next source or the default where it is declared so', async () => {
    const memory = memorySource('store', { USER: 'ann', PASSWORD: 'one', ONCE: 'there' });
    const resolver = open(memory);
    await resolver.load();
    memory.set('ONCE', undefined);
    await resolver.refresh();
    expect(resolver.current().ONCE).toBe('none');
    expect(resolver.state.status).toBe('ready');
  });

  test('keeps the whole snapshot where it is dropped and nothing takes its place', async () => {
    const memory = memorySource('store', { USER: 'ann', PASSWORD: 'one' });
    const resolver = open(memory, { onDeletion: 'drop' });
    const before = await resolver.load();
    memory.set('USER', undefined).set('PASSWORD', 'two');
    expect(await resolver.refresh()).toBe(before);
    expect(resolver.health().problems).toEqual([{ name: 'USER', code: 'SETTINGS_MISSING' }]);
  });

  test('is taken from an earlier source that has it by now', async () => {
    const memory = memorySource('store', { USER: 'ann', PASSWORD: 'one' });
    const first = memorySource('first');
    const resolver = open(memory, { sources: [first, memory] });
    await resolver.load();
    memory.set('USER', undefined);
    first.set('USER', 'bob');
    await resolver.refresh();
    expect(resolver.current().USER).toBe('bob');
    expect(resolver.state.status).toBe('ready');
  });

  test('is not taken for deleted when the source could not be asked', async () => {
    const memory = memorySource('store', { USER: 'ann', PASSWORD: 'one' });
    const resolver = open(memory);
    await resolver.load();
    memory.fail();
    await resolver.refresh();
    expect(resolver.state).toMatchObject({ status: 'degraded', deleted: [] });
  });
});

test('a source that says which settings changed is asked about these alone', async () => {
  const memory = memorySource('store', { USER: 'ann', PASSWORD: 'one' });
  let tell: (event: SourceEvent) => void = () => undefined;
  const source: Source = {
    name: 'store',
    lookup: (settings, context) => memory.lookup(settings, context),
    onEvent(listener) {
      tell = listener;
      return () => undefined;
    },
  };
  const resolver = open(source);
  await resolver.load();
  const activities = vi.fn();
  resolver.events.on('source', activities);
  memory.set('USER', 'bob').set('PASSWORD', 'two');
  tell({ type: 'changed', settings: ['PASSWORD', 'UNKNOWN'] });
  // Somebody who asks for all meanwhile does not get the answer about some.
  expect(await resolver.refresh()).toMatchObject({});
  expect(memory.lookups.slice(1)).toEqual([['PASSWORD'], ['USER', 'PASSWORD', 'LEVEL', 'ONCE']]);
  expect([resolver.current().USER, resolver.current().PASSWORD]).toEqual(['bob', 'two']);
  tell({ type: 'login', outcome: 'success', locator: 'auth/approle', ttlMs: 5 });
  expect(activities.mock.calls).toEqual([
    [{ type: 'login', outcome: 'success', locator: 'auth/approle', ttlMs: 5, source: 'store' }],
  ]);
});

describe('changes', () => {
  test('come as they happen, none is lost, and end with the resolver', async () => {
    const memory = memorySource('store', { USER: 'ann', PASSWORD: 'one' });
    const resolver = open(memory);
    await resolver.load();
    const changes = resolver.changes();
    memory.set('USER', 'bob');
    await resolver.refresh();
    memory.set('PASSWORD', 'two').set('LEVEL', 'debug');
    await resolver.refresh();
    await resolver.close();
    const seen: string[][] = [];
    for await (const change of changes) seen.push(change.map(({ name }) => name));
    expect(seen).toEqual([['USER'], ['PASSWORD', 'LEVEL']]);
  });

  test('can be left, and called off', async () => {
    const memory = memorySource('store', { USER: 'ann', PASSWORD: 'one' });
    const resolver = open(memory);
    await resolver.load();
    const left = resolver.changes();
    memory.set('USER', 'bob');
    await resolver.refresh();
    for await (const _ of left) break;
    const controller = new AbortController();
    const next = resolver.changes({ signal: controller.signal }).next();
    controller.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
    expect(() => resolver.changes({ signal: AbortSignal.abort(new Error('no')) })).toThrow('no');
    expect(resolver.events.listenerCount('change')).toBe(0);
  });

  test('the next one of a setting can be awaited', async () => {
    const memory = versioned(memorySource('store'), { USER: ['ann', 1], PASSWORD: ['one', 1] });
    const resolver = open(memory);
    await resolver.load();
    const change = resolver.nextChange('PASSWORD');
    versioned(memory, { USER: ['bob', 2] });
    await resolver.refresh();
    versioned(memory, { PASSWORD: ['two', 2] });
    await resolver.refresh();
    expect(await change).toMatchObject({ name: 'PASSWORD', before: { version: 1 }, after: { version: 2 } });
    expect(resolver.events.listenerCount('change')).toBe(0);
  });

  test('the wait ends with its signal and with the resolver', async () => {
    const resolver = open(memorySource('store', { USER: 'ann', PASSWORD: 'one' }));
    await resolver.load();
    await expect(resolver.nextChange('USER', { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow(
      'no',
    );
    const controller = new AbortController();
    const aborted = resolver.nextChange('USER', { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    const closed = resolver.nextChange('USER');
    await resolver.close();
    await expect(closed).rejects.toMatchObject({ code: 'RESOLVER_CLOSED' });
  });
});

test('every event is on its diagnostics channel, without a value', async () => {
  const [one, two] = [canarySecret(), canarySecret()];
  const messages: unknown[] = [];
  const events = ['refresh', 'ready', 'change', 'refused', 'degraded', 'deleted', 'closed'] as const;
  const hear = (message: unknown, channel: string | symbol) => messages.push([channel, message]);
  for (const event of events) subscribe(`strongroom:${event}`, hear);
  try {
    const memory = memorySource('store', { USER: 'ann', PASSWORD: one });
    const resolver = open(memory);
    await resolver.load();
    memory.set('PASSWORD', two);
    await resolver.refresh();
    memory.set('PASSWORD', { [one]: two });
    await resolver.refresh();
    memory.set('PASSWORD', undefined);
    await resolver.refresh();
    await resolver.close();
  } finally {
    for (const event of events) unsubscribe(`strongroom:${event}`, hear);
  }
  const channels = messages.map((message) => (message as [string, DiagnosticsMessage])[0]);
  expect(new Set(channels)).toEqual(new Set(events.map((event) => `strongroom:${event}`)));
  expect(messages[0]).toMatchObject(['strongroom:refresh', { application: 'shop', environment: 'test' }]);
  for (const canary of [one, two]) expectNoCanary(canary, messages);
});
