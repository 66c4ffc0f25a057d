import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createResolver, defineSettings, plain, type ResolverOptions, secret } from '../src/index.js';
import { observe } from '../src/opentelemetry/index.js';
import { canarySecret, expectNoCanary, ManualClock, memorySource } from '../src/testing/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: {
    PASSWORD: secret('database/password', z.string().max(100)),
    LEVEL: plain(z.string(), { default: 'info' }),
  },
});

/** What the SDK for Node.js does: the context of now is that of the asynchronous call chain. */
function contextManager(): ContextManager {
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, callback, self, ...args) =>
      storage.run(active, () => callback.call(self as never, ...args)),
    bind: (_, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}
beforeAll(() => void context.setGlobalContextManager(contextManager()));
afterAll(() => context.disable());

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

const turns = async () => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

function open(options: Partial<ResolverOptions<'production'>> = {}) {
  const clock = new ManualClock();
  const store = memorySource('store', { PASSWORD: 'one' });
  const resolver = createResolver(definition, {
    environment: 'production',
    sources: [store],
    clock,
    refreshEveryMs: false,
    ...options,
  });
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer('test');
  const end = observe(resolver, { tracer, clock });
  opened.push(
    () => resolver.close(),
    () => provider.shutdown(),
  );
  /** The spans since this was asked last, the outer ones first. */
  const spans = () => {
    const finished = exporter.getFinishedSpans();
    exporter.reset();
    return finished.toReversed();
  };
  return { clock, store, resolver, tracer, end, spans };
}

const timesOf = ({ startTime, endTime }: ReadableSpan) =>
  [startTime, endTime].map(([seconds, nanoseconds]) => seconds * 1000 + nanoseconds / 1e6);

describe('a span', () => {
  test('is made of a load, with one for each source that was asked below it, at their own times', async () => {
    const { resolver, store, clock, spans } = open({ startDeadlineMs: 2_500 });
    const begun = clock.now();
    store.hang();
    const failed = expect(resolver.load()).rejects.toThrow();
    await turns();
    clock.advance(2_500);
    await failed;
    const [load, ...asked] = spans();
    expect(load?.name).toBe('strongroom.load');
    expect(load && timesOf(load)).toEqual([begun, begun + 2_500]);
    expect(load?.attributes).toEqual({
      'strongroom.application': 'shop',
      'strongroom.environment': 'production',
      'strongroom.refresh.trigger': 'load',
      'strongroom.refresh.outcome': 'failed',
      'strongroom.settings.asked': 2,
      'error.type': 'SOURCE_UNAVAILABLE',
    });
    expect(load?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'there is nothing to serve' });
    expect(asked.map(({ name, attributes }) => [name, attributes['strongroom.source']])).toEqual([
      ['strongroom.ask', 'defaults'],
      ['strongroom.ask', 'store'],
    ]);
    const [defaults, ofStore] = asked;
    expect(ofStore && timesOf(ofStore)).toEqual([begun, begun + 2_500]);
    expect(defaults && timesOf(defaults)).toEqual([begun + 2_500, begun + 2_500]);
    expect(ofStore?.status.code).toBe(SpanStatusCode.ERROR);
    expect(ofStore?.attributes['error.type']).toBe('SOURCE_UNAVAILABLE');
    expect(defaults?.status.code).toBe(SpanStatusCode.UNSET);
    for (const one of asked) expect(one.parentSpanContext?.spanId).toBe(load?.spanContext().spanId);
  });

  test('names the settings that a refresh changed', async () => {
    const { resolver, store, spans } = open();
    await resolver.load();
    store.set('PASSWORD', 'two');
    spans();
    await resolver.refresh();
    expect(spans()[0]).toMatchObject({
      name: 'strongroom.refresh',
      attributes: {
        'strongroom.refresh.outcome': 'changed',
        'strongroom.settings.changed': ['PASSWORD'],
      },
      status: { code: SpanStatusCode.UNSET },
    });
    store.set('PASSWORD', 'x'.repeat(101));
    await resolver.refresh();
    expect(spans()[0]).toMatchObject({
      attributes: { 'error.type': 'refused' },
      status: { code: SpanStatusCode.ERROR, message: 'what the sources say is not valid' },
    });
    store.fail();
    await resolver.refresh();
    expect(spans()[0]?.status.message).toBe('a source could not be asked');
  });

  test('belongs to whoever asked for it, and one of the background to nobody', async () => {
    const { resolver, tracer, clock, spans } = open({ refreshEveryMs: 60_000, refreshJitter: 0 });
    const within = async <R>(name: string, work: () => Promise<R>) => {
      const span = tracer.startSpan(name);
      await context.with(trace.setSpan(context.active(), span), work);
      span.end();
      return span.spanContext().spanId;
    };
    const start = await within('start', () => resolver.load());
    expect(spans().find(({ name }) => name === 'strongroom.load')?.parentSpanContext?.spanId).toBe(start);
    const request = await within('request', () => resolver.refresh());
    expect(spans().find(({ name }) => name === 'strongroom.refresh')?.parentSpanContext?.spanId).toBe(
      request,
    );
    // Time passes within the very span in which the timer was set.
    await within('another', async () => {
      clock.advance(60_000);
      await turns();
    });
    const background = spans().find(({ name }) => name === 'strongroom.refresh');
    expect(background?.attributes['strongroom.refresh.trigger']).toBe('schedule');
    expect(background?.parentSpanContext).toBeUndefined();
  });

  test('is made no longer when it ends', async () => {
    const { resolver, spans, end } = open();
    await resolver.load();
    expect(spans().length).toBe(3);
    end();
    await resolver.refresh();
    expect(spans()).toEqual([]);
    for (const event of resolver.events.eventNames()) expect(resolver.events.listenerCount(event)).toBe(0);
  });

  test('holds no value', async () => {
    const canary = canarySecret();
    const { resolver, store, spans } = open();
    store.set('PASSWORD', canary);
    await resolver.load();
    store.fail(new Error(canary));
    await resolver.refresh();
    store.recover().set('PASSWORD', canary.repeat(10));
    await resolver.refresh();
    const all = spans();
    expect(all.length).toBeGreaterThan(6);
    for (const { name, attributes, status, events, links } of all) {
      expectNoCanary(canary, name, attributes, status, events, links);
    }
  });
});
