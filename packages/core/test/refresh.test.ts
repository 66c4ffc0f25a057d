import { afterEach, expect, test, vi } from 'vitest';
import * as z from 'zod';
import {
  createResolver,
  defineSettings,
  type Logger,
  plain,
  Resolver,
  type ResolverOptions,
  type SettingChange,
  type Source,
  type SourceEvent,
  secret,
} from '../src/index.js';
import {
  canarySecret,
  expectNoCanary,
  ManualClock,
  type MemorySource,
  memorySource,
} from '../src/testing/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['test'],
  settings: {
    USER: secret('database/user', z.string().min(2)),
    PASSWORD: secret('database/password', z.string()),
    HOSTS: plain(z.array(z.string()), { default: ['localhost'] }),
    NOTE: plain(z.string().optional()),
  },
});
const first = { USER: 'ann', PASSWORD: 'one', HOSTS: ['a', 'b'] };

/** A source in memory that can say that it changed. */
function changing(values: Readonly<Record<string, unknown>> = first) {
  const memory = memorySource('store', values);
  const listeners = new Set<(event: SourceEvent) => void>();
  const source: Source = {
    name: 'store',
    lookup: (settings, context) => memory.lookup(settings, context),
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const change = () => {
    for (const listener of [...listeners]) listener({ type: 'changed' });
  };
  return { memory, source, listeners, change };
}

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const resolver of opened.splice(0)) await resolver.close();
});

function open(source: Source, options: Partial<ResolverOptions<'test'>> = {}) {
  const resolver = createResolver(definition, { environment: 'test', sources: [source], ...options });
  opened.push(resolver);
  const events: unknown[] = [];
  resolver.events.on('ready', (state) => events.push(state.status));
  resolver.events.on('degraded', (state) => events.push(state.status));
  resolver.events.on('change', (changes) => events.push(changes.map(({ name }) => name)));
  return { resolver, events };
}

test('brings all that is new in one swap, and names it with where it came from', async () => {
  const { memory, source } = changing();
  const { resolver, events } = open(source);
  const before = await resolver.load();
  const told: (readonly SettingChange[])[] = [];
  resolver.events.on('change', (changes) => {
    told.push(changes);
    expect(resolver.current()).toMatchObject({ USER: 'bob', PASSWORD: 'two' });
  });
  memory.set('USER', 'bob').set('PASSWORD', 'two').set('HOSTS', ['a', 'b']);
  memory.answer('NOTE', { status: 'found', value: 'new', locator: 'store:NOTE', version: 7 });
  const after = await resolver.refresh();
  expect(after).toBe(resolver.current());
  expect([after.USER, after.PASSWORD, after.NOTE]).toEqual(['bob', 'two', 'new']);
  // What is not new stays the very object.
  expect(after.HOSTS).toBe(before.HOSTS);
  expect(before.USER).toBe('ann');
  expect(events).toEqual(['ready', ['USER', 'PASSWORD', 'NOTE']]);
  expect(told[0]?.at(-1)).toMatchObject({
    name: 'NOTE',
    before: { source: undefined, version: undefined },
    after: { source: 'store', locator: 'store:NOTE', version: 7 },
  });
});

test('that brings nothing new leaves the snapshot as it is', async () => {
  const { resolver, events } = open(changing().source);
  const before = await resolver.load();
  expect(await resolver.refresh()).toBe(before);
  expect(events).toEqual(['ready']);
});

test('that fails keeps every value, is degraded, and says so once', async () => {
  const { memory, source } = changing();
  const warn = vi.fn<Logger['warn']>();
  const info = vi.fn<Logger['info']>();
  const logger: Logger = { debug: () => {}, info, warn, error: () => {} };
  const { resolver, events } = open(source, { logger });
  const before = await resolver.load();
  memory.fail();
  expect(await resolver.refresh()).toBe(before);
  expect(await resolver.refresh()).toBe(before);
  // The declared default does not step in for a value that was there.
  expect(resolver.current().HOSTS).toEqual(['a', 'b']);
  expect(resolver.state).toMatchObject({
    status: 'degraded',
    failures: [{ source: 'store', code: 'SOURCE_UNAVAILABLE' }],
  });
  expect(resolver.explain().map(({ freshness }) => freshness)).toEqual(['stale', 'stale', 'stale', 'stale']);
  expect(warn).toHaveBeenCalledTimes(1);
  memory.recover().set('PASSWORD', 'two');
  expect((await resolver.refresh()).PASSWORD).toBe('two');
  expect(resolver.explain().every(({ freshness }) => freshness === 'fresh')).toBe(true);
  expect(events).toEqual(['ready', 'degraded', 'ready', ['PASSWORD']]);
  expect(info.mock.calls.map(([, message]) => message)).toEqual([
    'the settings are ready again',
    'settings changed',
  ]);
});

test('that fails for some settings brings the others', async () => {
  const { memory, source } = changing();
  const failing = memorySource('other', {});
  failing.set('HOSTS', ['x']);
  const { resolver } = open(source, { sources: [failing, source] });
  await resolver.load();
  failing.fail();
  memory.set('PASSWORD', 'two');
  const { PASSWORD } = await resolver.refresh();
  // Whatever the source in front holds by now for any of them cannot be known.
  expect(PASSWORD).toBe('one');
  failing.recover();
  failing.answer('HOSTS', { status: 'failed', error: await failureOf(failing) });
  expect(await resolver.refresh()).toMatchObject({ PASSWORD: 'two', HOSTS: ['x'] });
  expect(resolver.state.status).toBe('degraded');
});

async function failureOf(source: MemorySource) {
  const context = { application: 'a', environment: 'b', signal: new AbortController().signal };
  source.fail();
  const error = await source.lookup([], context).catch((thrown: unknown) => thrown);
  source.recover();
  return error as never;
}

test.each([
  ['a value that is not valid', 'x', 'SETTINGS_INVALID'],
  ['a value that is gone', undefined, 'SETTINGS_MISSING'],
])('with %s changes nothing and says why', async (_what, user, code) => {
  const { memory, source } = changing();
  const { resolver, events } = open(source, { onDeletion: 'drop' });
  const before = await resolver.load();
  memory.set('USER', user).set('PASSWORD', 'two');
  expect(await resolver.refresh()).toBe(before);
  expect(before.PASSWORD).toBe('one');
  expect(resolver.state).toMatchObject({ status: 'degraded', failures: [], error: { code } });
  expect(resolver.health().problems).toEqual([{ name: 'USER', code }]);
  memory.set('USER', 'bob');
  await resolver.refresh();
  expect(resolver.state.error).toBeUndefined();
  expect(events).toEqual(['ready', 'degraded', 'ready', ['USER', 'PASSWORD']]);
});

test('is one for all who ask at the same time, and a load when nothing is loaded', async () => {
  const { memory, source } = changing();
  const { resolver } = open(source);
  await Promise.all([resolver.refresh(), resolver.load(), resolver.refresh()]);
  expect(memory.lookups).toHaveLength(1);
  await Promise.all([resolver.refresh(), resolver.refresh()]);
  expect(memory.lookups).toHaveLength(2);
});

test('ends at the deadline, with the last good snapshot', async () => {
  const clock = new ManualClock();
  const { memory, source } = changing();
  const { resolver } = open(source, { clock, startDeadlineMs: 1_000 });
  const before = await resolver.load();
  memory.hang({ deaf: true });
  const refreshed = resolver.refresh();
  await vi.waitFor(() => expect(clock.pending).toBe(1));
  clock.advance(1_000);
  expect(await refreshed).toBe(before);
  expect(resolver.state.status).toBe('degraded');
  await resolver.close();
  expect(clock.pending).toBe(0);
});

test('happens when a source says that it changed, also when it says so meanwhile', async () => {
  const { memory, source, listeners, change } = changing();
  const { resolver, events } = open(source);
  expect(listeners.size).toBe(0);
  const loading = resolver.load();
  change();
  await loading;
  await vi.waitFor(() => expect(memory.lookups).toHaveLength(2));
  memory.set('PASSWORD', 'two');
  change();
  change();
  await vi.waitFor(() => expect(resolver.current().PASSWORD).toBe('two'));
  expect(events).toEqual(['ready', ['PASSWORD']]);
  await resolver.close();
  expect(listeners.size).toBe(0);
});

test('of a closed resolver is refused, and closing ends one that is under way', async () => {
  const { memory, source } = changing();
  const { resolver } = open(source);
  await resolver.load();
  memory.hang();
  const refreshed = resolver.refresh();
  await resolver.close();
  await expect(refreshed).rejects.toMatchObject({ code: 'RESOLVER_CLOSED' });
  await expect(resolver.refresh()).rejects.toMatchObject({ code: 'RESOLVER_CLOSED' });
  expect(resolver.current().USER).toBe('ann');
});

test('shows no value in events, states and logs', async () => {
  const [one, two] = [canarySecret(), canarySecret()];
  const { memory, source } = changing({ ...first, PASSWORD: one });
  const seen: unknown[] = [];
  const log = (...line: unknown[]) => void seen.push(line);
  const { resolver } = open(source, { logger: { debug: log, info: log, warn: log, error: log } });
  for (const event of ['ready', 'degraded', 'change'] as const) resolver.events.on(event, log);
  await resolver.load();
  memory.set('PASSWORD', two);
  await resolver.refresh();
  memory.set('PASSWORD', one).set('USER', { [two]: two });
  await resolver.refresh();
  seen.push(resolver.state, resolver.explain(), resolver.current(), resolver);
  expect(resolver).toBeInstanceOf(Resolver);
  for (const value of [one, two]) expectNoCanary(value, seen);
});
