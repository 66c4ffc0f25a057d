import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createResolver, defineSettings, plain, type ResolverOptions, secret } from '../src/index.js';
import { type ObserveOptions, observe } from '../src/opentelemetry/index.js';
import type { metricTable } from '../src/opentelemetry/metric-table.js';
import { canarySecret, expectNoCanary, ManualClock, memorySource } from '../src/testing/index.js';
import { tellingSource } from './telling-source.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: {
    PASSWORD: secret('database/password', z.string()),
    TOKEN: secret('api/token', z.string()),
    LEVEL: plain(z.string(), { default: 'info' }),
  },
});
const common = { 'strongroom.application': 'shop', 'strongroom.environment': 'production' };

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

/** The SDK repeats what was observed last for ever, unless it is asked for what is new. */
const onlyNew = AggregationTemporality.DELTA;

function open(
  options: ObserveOptions = {},
  resolverOptions: Partial<ResolverOptions<'production'>> = {},
  temporality = AggregationTemporality.CUMULATIVE,
) {
  const clock = new ManualClock();
  const vault = tellingSource('vault', { PASSWORD: 'one' });
  const resolver = createResolver(definition, {
    environment: 'production',
    sources: [vault, memorySource('file', { TOKEN: 'sesame' })],
    clock,
    refreshEveryMs: false,
    ...resolverOptions,
  });
  const exporter = new InMemoryMetricExporter(temporality);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1_000_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const end = observe(resolver, { meter: provider.getMeter('test'), clock, ...options });
  opened.push(
    () => resolver.close(),
    () => provider.shutdown(),
  );
  /** Everything that is collected now. */
  const collect = async () => {
    exporter.reset();
    await provider.forceFlush();
    return exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
  };
  /** The points of one metric, with what tells them apart. */
  const points = async (name: keyof typeof metricTable) => {
    const metric = (await collect()).find(({ descriptor }) => descriptor.name === name);
    return (metric?.dataPoints ?? []).map(({ attributes, value }) => {
      expect(attributes).toMatchObject(common);
      const own = Object.entries(attributes).filter(([key]) => !(key in common));
      return [Object.fromEntries(own), (value as Histogram).sum ?? value];
    });
  };
  return { clock, vault, resolver, end, collect, points };
}

describe('OpenTelemetry is told', () => {
  test('how long loads and refreshes take, and how they come out', async () => {
    const { resolver, vault, clock, collect } = open();
    await resolver.load();
    vault.memory.hang();
    const refreshed = resolver.refresh();
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(15_000);
    await refreshed;
    const metric = (await collect()).find(
      ({ descriptor }) => descriptor.name === 'strongroom.refresh.duration',
    );
    const said = ((metric?.dataPoints ?? []) as DataPoint<Histogram>[]).map(({ attributes, value }) => [
      attributes['strongroom.refresh.trigger'],
      attributes['strongroom.refresh.outcome'],
      value.count,
      value.sum,
    ]);
    expect(said).toEqual([
      ['load', 'changed', 1, 0],
      ['request', 'incomplete', 1, 15],
    ]);
  });

  test('which source could not be asked, how often, and by which code', async () => {
    const { resolver, vault, points } = open();
    await resolver.load();
    vault.memory.fail('SOURCE_DENIED');
    await resolver.refresh();
    await resolver.refresh();
    vault.memory.fail('SOURCE_UNAVAILABLE');
    await resolver.refresh();
    expect(await points('strongroom.refresh.failures')).toEqual([
      [{ 'strongroom.source': 'vault', 'error.type': 'SOURCE_DENIED' }, 2],
      [{ 'strongroom.source': 'vault', 'error.type': 'SOURCE_UNAVAILABLE' }, 1],
    ]);
  });

  test('how old the snapshot is', async () => {
    const { resolver, vault, clock, points } = open();
    expect(await points('strongroom.snapshot.age')).toEqual([]);
    await resolver.load();
    clock.advance(1_500);
    expect(await points('strongroom.snapshot.age')).toEqual([[{}, 1.5]]);
    vault.memory.fail();
    await resolver.refresh();
    expect(await points('strongroom.snapshot.age')).toEqual([[{}, 1.5]]);
    vault.memory.recover();
    await resolver.refresh();
    expect(await points('strongroom.snapshot.age')).toEqual([[{}, 0]]);
  });

  test('how long it was degraded or failed, up to this moment', async () => {
    const { resolver, vault, clock, points } = open({}, { lastGoodForMs: 10_000 });
    const seconds = async () =>
      Object.fromEntries(
        (await points('strongroom.degraded.time')).map(([attributes, value]) => [
          (attributes as Record<string, string>)['strongroom.status'],
          value,
        ]),
      );
    await resolver.load();
    clock.advance(1_000);
    expect(await seconds()).toEqual({ degraded: 0, failed: 0 });
    vault.memory.fail();
    await resolver.refresh();
    clock.advance(2_000);
    expect(await seconds()).toEqual({ degraded: 2, failed: 0 });
    // The last good values expire 9 s after the outage began; the last of 12 s is 3 s after that.
    clock.advance(10_000);
    expect(await seconds()).toEqual({ degraded: 9, failed: 3 });
    vault.memory.recover();
    await resolver.refresh();
    clock.advance(5_000);
    expect(await seconds()).toEqual({ degraded: 9, failed: 3 });
  });

  test('how long the token of a source still lasts', async () => {
    const { resolver, vault, clock, points } = open({}, {}, onlyNew);
    await resolver.load();
    const tell = (type: 'login' | 'renewal', outcome: 'success' | 'failure', ttlMs?: number) =>
      vault.tell({ type, outcome, locator: 'auth', ...(ttlMs === undefined ? {} : { ttlMs }) });
    expect(await points('strongroom.token.ttl')).toEqual([]);
    tell('login', 'success', 60_000);
    clock.advance(10_000);
    const source = { 'strongroom.source': 'vault' };
    expect(await points('strongroom.token.ttl')).toEqual([[source, 50]]);
    tell('renewal', 'failure');
    expect(await points('strongroom.token.ttl')).toEqual([[source, 50]]);
    tell('renewal', 'success', 90_000);
    expect(await points('strongroom.token.ttl')).toEqual([[source, 90]]);
    clock.advance(100_000);
    expect(await points('strongroom.token.ttl')).toEqual([[source, 0]]);
    tell('login', 'success');
    expect(await points('strongroom.token.ttl')).toEqual([]);
  });

  test('which addresses are left alone', async () => {
    const { resolver, vault, points } = open();
    await resolver.load();
    vault.tell({ type: 'breaker', outcome: 'failure', locator: 'http://a' });
    vault.tell({ type: 'breaker', outcome: 'failure', locator: 'http://b' });
    vault.tell({ type: 'breaker', outcome: 'success', locator: 'http://a' });
    expect(await points('strongroom.breaker.state')).toEqual([
      [{ 'strongroom.source': 'vault', 'strongroom.locator': 'http://a' }, 0],
      [{ 'strongroom.source': 'vault', 'strongroom.locator': 'http://b' }, 1],
    ]);
  });

  test('how many times secrets were read, by source, when it is asked for', async () => {
    const { resolver, vault, points } = open({ reads: true });
    await resolver.load();
    resolver.current().PASSWORD;
    resolver.current().PASSWORD;
    resolver.current().TOKEN;
    resolver.current().LEVEL;
    const by = (source: string) => ({ 'strongroom.source': source });
    expect(await points('strongroom.settings.reads')).toEqual([
      [by('vault'), 2],
      [by('file'), 1],
    ]);
    vault.memory.set('TOKEN', 'of Vault');
    await resolver.refresh();
    resolver.current().TOKEN;
    expect(await points('strongroom.settings.reads')).toEqual([
      [by('vault'), 3],
      [by('file'), 1],
    ]);
  });

  test('of reads nothing, and at no cost, unless it is asked for', async () => {
    const { resolver, points } = open();
    await resolver.load();
    resolver.current().PASSWORD;
    expect(await points('strongroom.settings.reads')).toEqual([]);
    const secrets = Object.getPrototypeOf(resolver.current());
    expect(Object.getOwnPropertyDescriptor(secrets, 'PASSWORD')).toHaveProperty('value', 'one');
  });
});

test.each(['by hand', 'with the resolver'])(
  'nothing is told and nothing is left when it ends %s',
  async (how) => {
    const { resolver, end, collect, clock, vault } = open({ reads: true }, {}, onlyNew);
    await resolver.load();
    vault.memory.fail();
    await resolver.refresh();
    vault.tell({ type: 'login', outcome: 'success', locator: 'auth', ttlMs: 1_000 });
    const snapshot = resolver.current();
    snapshot.PASSWORD;
    expect((await collect()).length).toBeGreaterThan(4);
    if (how === 'by hand') end();
    else await resolver.close();
    // The resolver itself listens for those who come after its end.
    const left = resolver.events.eventNames().filter((event) => String(event) !== 'newListener');
    expect(left).toEqual([]);
    snapshot.PASSWORD;
    const observed = (await collect()).filter(({ descriptor }) => !/refresh/.test(descriptor.name));
    expect(observed.flatMap(({ dataPoints }) => dataPoints as unknown[])).toEqual([]);
    expect(clock.pending).toBe(0);
    const secrets = Object.getPrototypeOf(resolver.current());
    expect(Object.getOwnPropertyDescriptor(secrets, 'PASSWORD')).toHaveProperty('value', 'one');
  },
);

test('an option that there is not is refused', () => {
  expect(() => open({ metre: 1 } as ObserveOptions)).toThrow(/metre is no option of observe\(\)/);
});

test('no metric holds a value', async () => {
  const canary = canarySecret();
  const { resolver, vault, collect } = open({ reads: true });
  vault.memory.set('PASSWORD', canary);
  await resolver.load();
  expect(resolver.current().PASSWORD).toBe(canary);
  vault.memory.fail(new Error(canary));
  await resolver.refresh();
  const metrics = await collect();
  expect(metrics.length).toBeGreaterThan(4);
  expectNoCanary(canary, metrics);
});
