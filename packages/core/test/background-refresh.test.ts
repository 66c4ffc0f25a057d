import { afterEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import {
  createResolver,
  defineSettings,
  plain,
  type RefreshReport,
  type ResolverOptions,
  SourceError,
  secret,
} from '../src/index.js';
import { ManualClock, type MemorySource, memorySource } from '../src/testing/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['test'],
  settings: {
    PASSWORD: secret('database/password', z.string()),
    LEVEL: plain(z.string(), { default: 'info', place: 'app/level' }),
  },
});

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const resolver of opened.splice(0)) await resolver.close();
});

function open(source: MemorySource, options: Partial<ResolverOptions<'test'>> = {}) {
  const clock = new ManualClock();
  const resolver = createResolver(definition, { environment: 'test', sources: [source], clock, ...options });
  opened.push(resolver);
  const reports: RefreshReport[] = [];
  resolver.events.on('refresh', (report) => reports.push(report));
  /** Moves time on, in steps below the deadline, and lets a refresh that has begun come to its end at each. */
  const pass = async (ms: number, stepMs = 10_000) => {
    for (let left = ms; left > 0; left -= stepMs) {
      clock.advance(Math.min(left, stepMs));
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { resolver, clock, reports, pass };
}

const store = () => memorySource('store', { PASSWORD: 'one' });

describe('in the background', () => {
  test('the sources are looked at again after every interval, give or take the jitter', async () => {
    const random = vi.spyOn(Math, 'random');
    const source = store();
    const { resolver, pass, reports } = open(source);
    random.mockReturnValue(0);
    await resolver.load();
    await pass(53_999);
    expect(source.lookups).toHaveLength(1);
    random.mockReturnValue(1 - Number.EPSILON);
    source.set('PASSWORD', 'two');
    await pass(1);
    expect(source.lookups).toHaveLength(2);
    expect(resolver.current().PASSWORD).toBe('two');
    await pass(65_900);
    expect(source.lookups).toHaveLength(2);
    await pass(100);
    expect(source.lookups).toHaveLength(3);
    expect(reports.map(({ trigger, outcome, changed }) => [trigger, outcome, changed])).toEqual([
      ['load', 'changed', []],
      ['schedule', 'changed', ['PASSWORD']],
      ['schedule', 'unchanged', []],
    ]);
  });

  test('the interval begins anew with a refresh by hand', async () => {
    const source = store();
    const { resolver, pass } = open(source, { refreshEveryMs: 1_000, refreshJitter: 0 });
    await resolver.load();
    await pass(900);
    await resolver.refresh();
    await pass(999);
    expect(source.lookups).toHaveLength(2);
    await pass(1);
    expect(source.lookups).toHaveLength(3);
  });

  test('nothing happens when it is turned off, or when the resolver is closed', async () => {
    const source = store();
    const off = open(source, { refreshEveryMs: false });
    await off.resolver.load();
    expect(off.clock.pending).toBe(0);
    const { resolver, clock } = open(source);
    await resolver.load();
    expect(clock.pending).toBe(1);
    await resolver.close();
    expect(clock.pending).toBe(0);
  });

  test('waits double while a source fails, spread over half of each, up to the interval', async () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(1 - Number.EPSILON);
    const source = store();
    const { resolver, pass } = open(source, { refreshEveryMs: 10_000, refreshJitter: 0 });
    await resolver.load();
    source.fail();
    await pass(10_000);
    expect(resolver.state.status).toBe('degraded');
    for (const wait of [2_000, 4_000, 8_000, 10_000, 10_000]) {
      const before = source.lookups.length;
      await pass(wait - 1);
      expect(source.lookups).toHaveLength(before);
      await pass(1);
      expect(source.lookups).toHaveLength(before + 1);
    }
    random.mockReturnValue(0);
    source.recover();
    await pass(10_000);
    expect(resolver.state.status).toBe('ready');
    source.fail();
    await pass(10_000);
    // The count begins anew, and the least of the first wait is half of it.
    const before = source.lookups.length;
    await pass(999);
    expect(source.lookups).toHaveLength(before);
    await pass(1);
    expect(source.lookups).toHaveLength(before + 1);
  });

  test('a start without a source is made good as soon as the source is back', async () => {
    const source = store().fail();
    const { resolver, pass } = open(source, { sources: [memorySource('first', { PASSWORD: 'x' }), source] });
    await resolver.load();
    expect(resolver.explain()[1]?.freshness).toBe('fallback');
    source.recover().set('LEVEL', 'debug');
    await pass(2_000);
    expect(resolver.current().LEVEL).toBe('debug');
    expect(resolver.state.status).toBe('ready');
  });

  test('a refresh that was never answered ends at the deadline, and the next one comes', async () => {
    const source = store();
    const { resolver, pass, reports } = open(source, { startDeadlineMs: 500, refreshJitter: 0 });
    await resolver.load();
    source.hang({ deaf: true });
    await pass(60_000);
    await pass(500);
    expect(reports.at(-1)).toMatchObject({ outcome: 'incomplete', durationMs: 500 });
    source.recover().set('PASSWORD', 'two');
    await pass(2_000);
    expect(resolver.current().PASSWORD).toBe('two');
  });
});

test.each([
  ['refreshEveryMs', 0],
  ['refreshEveryMs', Number.NaN],
  ['refreshRetryMs', -1],
  ['lastGoodForMs', 0],
  ['startDeadlineMs', 0],
  ['refreshJitter', 1.1],
  ['onSourceError', 'refuse'],
  ['onDeletion', 'forget'],
])('%s of %s is refused', (name, value) => {
  const make = () => createResolver(definition, { environment: 'test', sources: [], [name]: value });
  expect(make).toThrow(
    expect.objectContaining({ code: 'DEFINITION_INVALID', message: expect.stringContaining(name) }),
  );
});

describe('last good values', () => {
  test('are served without end when nothing is declared', async () => {
    const source = store();
    const { resolver, pass } = open(source);
    await resolver.load();
    source.fail();
    for (let day = 0; day < 30; day += 1) await pass(86_400_000, 3_600_000);
    expect(resolver.current().PASSWORD).toBe('one');
    expect(resolver.health()).toMatchObject({
      status: 'degraded',
      live: true,
      ready: true,
      freshness: 'stale',
      ageMs: 30 * 86_400_000,
      failing: [{ source: 'store', code: 'SOURCE_UNAVAILABLE' }],
    });
  });

  test('that may be served no longer are given by no way, until the source is back', async () => {
    const source = store();
    const { resolver, pass } = open(source, { lastGoodForMs: 100_000, refreshEveryMs: false });
    await resolver.load();
    source.fail();
    await resolver.refresh();
    await pass(100_000);
    const expired = { code: 'SNAPSHOT_EXPIRED' };
    expect(() => resolver.current()).toThrow(expect.objectContaining(expired));
    await expect(resolver.load()).rejects.toMatchObject(expired);
    await expect(resolver.refresh()).rejects.toMatchObject(expired);
    await expect(resolver.bind(['PASSWORD'], () => 'a pool')).rejects.toMatchObject(expired);
    source.recover();
    expect((await resolver.refresh()).PASSWORD).toBe('one');
    expect((await resolver.load()).PASSWORD).toBe('one');
  });

  test('are served as long as declared, and again when the source is back', async () => {
    const source = store();
    const lines: [level: string, message: string][] = [];
    const at = (level: string) => (_details: object, message: string) => void lines.push([level, message]);
    const logger = { debug: () => {}, info: at('info'), warn: at('warn'), error: at('error') };
    const { resolver, pass } = open(source, { lastGoodForMs: 100_000, refreshJitter: 0, logger });
    const events: unknown[] = [];
    resolver.events.on('failed', ({ reason }, { code }) => events.push([code, reason]));
    resolver.events.on('ready', () => events.push('ready'));
    await resolver.load();
    source.fail();
    await pass(60_000);
    await pass(39_999);
    expect(resolver.current().PASSWORD).toBe('one');
    await pass(1);
    expect(() => resolver.current()).toThrow(expect.objectContaining({ code: 'SNAPSHOT_EXPIRED' }));
    expect(resolver.health()).toMatchObject({ status: 'failed', ready: false, live: true });
    const since = resolver.state.since;
    await pass(120_000);
    expect(resolver.state).toMatchObject({ status: 'failed', since });
    source.recover();
    await pass(66_000);
    expect(resolver.current().PASSWORD).toBe('one');
    expect(resolver.health()).toMatchObject({
      status: 'ready',
      ready: true,
      freshness: 'fresh',
      failing: [],
    });
    expect(events).toEqual(['ready', ['SNAPSHOT_EXPIRED', expect.stringContaining('store')], 'ready']);
    expect(lines).toEqual([
      ['warn', 'the last good settings stay: store could not be asked (SOURCE_UNAVAILABLE)'],
      ['error', 'The settings of shop may be served no longer: store could not be asked for 100 s'],
      ['info', 'the settings are ready again'],
    ]);
  });

  test('that were made sure of in time never expire', async () => {
    const source = store();
    const { resolver, pass } = open(source, { lastGoodForMs: 100_000, refreshJitter: 0 });
    await resolver.load();
    for (let round = 0; round < 5; round += 1) {
      source.fail();
      await pass(60_000);
      source.recover();
      await pass(2_000);
      expect(resolver.state.status).toBe('ready');
    }
    await pass(99_000);
    expect(resolver.current().PASSWORD).toBe('one');
  });
});

test('the state says since when and why, and an equal one is not said again', async () => {
  const source = store();
  const { resolver, pass } = open(source, { refreshJitter: 0 });
  const said: unknown[] = [];
  resolver.events.on('degraded', ({ since, reason }) => said.push([since, reason]));
  await resolver.load();
  source.fail();
  await pass(60_000);
  const { since } = resolver.state;
  await pass(2_000);
  await pass(4_000);
  expect(resolver.state.since).toBe(since);
  source.fail('SOURCE_DENIED');
  await pass(8_000);
  expect(said).toEqual([
    [since, 'store could not be asked (SOURCE_UNAVAILABLE)'],
    [since, 'store could not be asked (SOURCE_DENIED)'],
  ]);
});

test('a failure that reaches further settings is said again, and one that comes and goes in them is not', async () => {
  const warn = vi.fn();
  const logger = { debug: vi.fn(), info: vi.fn(), warn, error: vi.fn() };
  const source = memorySource('store', { PASSWORD: 'one', LEVEL: 'debug' });
  const { resolver } = open(source, { refreshEveryMs: false, logger });
  const said: unknown[] = [];
  resolver.events.on('degraded', ({ failures }) => said.push(failures.flatMap(({ settings }) => settings)));
  await resolver.load();
  const deny = (name: string) => {
    const error = new SourceError('SOURCE_DENIED', `no policy for ${name}`);
    source.answer(name, { status: 'failed', error });
  };
  deny('PASSWORD');
  await resolver.refresh();
  deny('LEVEL');
  await resolver.refresh();
  expect(resolver.health().failing).toEqual([{ source: 'store', code: 'SOURCE_DENIED' }]);
  for (const _ of [1, 2]) {
    source.set('LEVEL', 'debug');
    await resolver.refresh();
    deny('LEVEL');
    await resolver.refresh();
  }
  expect(said).toEqual([['PASSWORD'], ['PASSWORD', 'LEVEL']]);
  expect(warn).toHaveBeenCalledTimes(2);
  source.set('LEVEL', 'debug').set('PASSWORD', 'one');
  await resolver.refresh();
  // After all was well it is news again.
  deny('LEVEL');
  await resolver.refresh();
  expect(said).toHaveLength(3);
});
