import { describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import {
  createResolver,
  defineSettings,
  environmentSource,
  type Logger,
  leased,
  plain,
  type ResolverState,
  type Source,
  SourceError,
  secret,
} from '../src/index.js';
import { canarySecret, expectNoCanary, ManualClock, memorySource } from '../src/testing/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['development', 'production'],
  settings: {
    DATABASE_URL: secret('database/url', z.string()),
    PORT: plain(z.int(), { default: 8080 }),
    REGION: plain(z.string().optional()),
  },
});

const url = 'db://host/shop';

function resolverOf(...sources: Source[]) {
  return createResolver(definition, { environment: 'production', sources });
}

/** Lets everything go on that does not wait for a timer or the outside. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

function listen(resolver: ReturnType<typeof resolverOf>): string[] {
  const heard: string[] = [];
  for (const event of ['ready', 'degraded', 'failed'] as const) {
    resolver.events.on(event, (state: ResolverState) => heard.push(`${event} ${state.status}`));
  }
  return heard;
}

function recordingLogger(): Logger & { readonly lines: readonly unknown[][] } {
  const lines: unknown[][] = [];
  const method =
    (level: string) =>
    (details: object, message: string): void =>
      void lines.push([level, details, message]);
  return {
    lines,
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
  };
}

/** What reaches the process as an uncaught exception while something is done. */
async function uncaughtDuring(work: () => Promise<unknown>): Promise<readonly unknown[]> {
  const uncaught: unknown[] = [];
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => uncaught.push(error));
  try {
    await work();
    await settled();
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of others) process.on('uncaughtException', listener);
  }
  return uncaught;
}

describe('precedence', () => {
  test('is the order of the sources; the defaults come last', async () => {
    const settings = await resolverOf(
      memorySource('first', { DATABASE_URL: 'first' }),
      memorySource('second', { DATABASE_URL: 'second', REGION: 'eu' }),
    ).load();
    expect({ ...settings, DATABASE_URL: settings.DATABASE_URL }).toEqual({
      DATABASE_URL: 'first',
      PORT: 8080,
      REGION: 'eu',
    });
  });

  test('each source is asked once, in one batch, for what is still open', async () => {
    const first = memorySource('first', { DATABASE_URL: url });
    const second = memorySource('second', { PORT: '1' });
    const third = memorySource('third');
    await resolverOf(first, second, third).load();
    expect(first.lookups).toEqual([['DATABASE_URL', 'PORT', 'REGION']]);
    expect(second.lookups).toEqual([['PORT', 'REGION']]);
    expect(third.lookups).toEqual([['REGION']]);
  });

  test('a source is not asked when nothing is open', async () => {
    const second = memorySource('second').fail();
    const resolver = resolverOf(memorySource('first', { DATABASE_URL: url, PORT: 1, REGION: 'eu' }), second);
    await resolver.load();
    expect(second.lookups).toEqual([]);
    expect(resolver.state.status).toBe('ready');
  });

  test('a source in memory is asked about everything, and what it says of settled settings is no failure', async () => {
    const second = memorySource('second', {}, { local: true }).answer('DATABASE_URL', {
      status: 'failed',
      error: new SourceError('SOURCE_UNAVAILABLE', 'x'),
    });
    const resolver = resolverOf(memorySource('first', { DATABASE_URL: url }), second);
    await resolver.load();
    expect(second.lookups).toEqual([['DATABASE_URL', 'PORT', 'REGION']]);
    expect(resolver.state.status).toBe('ready');
  });

  test('a setting whose schema allows it may be missing', async () => {
    const settings = await resolverOf(memorySource('first', { DATABASE_URL: url })).load();
    expect(settings.REGION).toBeUndefined();
    expect('REGION' in settings).toBe(true);
  });

  test('a name declared beside its NAME_FILE is a value of its own, whoever answers for the other', async () => {
    const { settings, ...rest } = definition;
    const logging = defineSettings({
      ...rest,
      settings: { LOG: plain(z.string()), LOG_FILE: plain(z.string()) },
    });
    const loaded = await createResolver(logging, {
      environment: 'production',
      sources: [
        memorySource('first', { LOG_FILE: 'from first' }),
        environmentSource({ LOG: 'stdout', LOG_FILE: '/var/log/shop' }),
      ],
    }).load();
    expect(loaded).toMatchObject({ LOG: 'stdout', LOG_FILE: 'from first' });
    expect(settings).toBe(definition.settings);
  });
});

describe('load', () => {
  test('is shared by calls that overlap, and done once', async () => {
    const source = memorySource('first', { DATABASE_URL: url });
    const resolver = resolverOf(source);
    const [a, b] = await Promise.all([resolver.load(), resolver.load()]);
    expect(a).toBe(b);
    expect(await resolver.load()).toBe(a);
    expect(resolver.current()).toBe(a);
    expect(source.lookups.length).toBe(1);
  });

  test('may be tried again after it failed', async () => {
    const source = memorySource('first').fail();
    const resolver = resolverOf(source);
    const heard = listen(resolver);
    const first = resolver.load();
    expect(resolver.load()).toBe(first);
    await expect(first).rejects.toMatchObject({ code: 'SETTINGS_MISSING' });
    expect(resolver.state.status).toBe('failed');
    const cause = expect.objectContaining({ code: 'SETTINGS_MISSING' });
    expect(() => resolver.current()).toThrow(expect.objectContaining({ code: 'SNAPSHOT_NOT_READY', cause }));
    source.recover().set('DATABASE_URL', url);
    expect((await resolver.load()).DATABASE_URL).toBe(url);
    expect(heard).toEqual(['failed failed', 'ready ready']);
  });

  test('that fails is told of once for each way of failing, and whoever reads meanwhile is told why', async () => {
    const source = memorySource('first').fail();
    const logger = recordingLogger();
    const resolver = createResolver(definition, { environment: 'production', sources: [source], logger });
    const failing = async () => resolver.load().then(String, (error: Error) => error.message);
    const away = await failing();
    await failing();
    expect(() => resolver.current()).toThrow(
      expect.objectContaining({
        code: 'SNAPSHOT_NOT_READY',
        message: 'The settings of shop could not be loaded (SETTINGS_MISSING), see the cause',
        cause: expect.objectContaining({ message: away }),
      }),
    );
    source.fail('SOURCE_DENIED');
    const denied = await failing();
    source.recover().set('DATABASE_URL', url);
    await resolver.load();
    expect(logger.lines.filter(([level]) => level !== 'debug')).toMatchObject([
      ['error', { code: 'SETTINGS_MISSING', failures: [{ code: 'SOURCE_UNAVAILABLE' }] }, away],
      ['error', { code: 'SETTINGS_MISSING', failures: [{ code: 'SOURCE_DENIED' }] }, denied],
      ['info', {}, 'the settings are ready now'],
    ]);
    await resolver.close();
  });

  test('freezes and copies what it hands out', async () => {
    const list = [{ a: [1] }];
    const listed = defineSettings({
      application: 'shop',
      environments: ['production'],
      settings: {
        LIST: plain(z.array(z.unknown())),
        DEFAULT: plain(z.array(z.unknown()), { default: list }),
      },
    });
    const resolver = createResolver(listed, {
      environment: 'production',
      sources: [memorySource('first', { LIST: list })],
    });
    const settings = await resolver.load();
    list[0]?.a.push(2);
    for (const value of [settings.LIST, settings.DEFAULT]) {
      expect(value).toEqual([{ a: [1] }]);
      expect(() => (value as unknown[]).push(1)).toThrow(TypeError);
      expect(() => (value as { a: number[] }[])[0]?.a.push(1)).toThrow(TypeError);
    }
  });

  test('validates a default like any value, unless its schema transforms', async () => {
    const wrong = defineSettings({
      application: 'shop',
      environments: ['production'],
      settings: {
        PORT: plain(z.int().max(100), { default: 101 }),
        HOSTS: plain(
          z.string().transform((text) => text.split(',')),
          { default: ['a'] },
        ),
      },
    });
    const load = createResolver(wrong, { environment: 'production', sources: [] }).load();
    await expect(load).rejects.toMatchObject({
      problems: [{ name: 'PORT', reason: 'the value is too big: at most 100' }],
    });
  });
});

describe('a source that could not be asked', () => {
  test.each(['SOURCE_UNAVAILABLE', 'SOURCE_DENIED', 'SOURCE_MALFORMED'])(
    'with %s leaves the defaults, and the resolver degraded, said once and loudly',
    async (code) => {
      const logger = recordingLogger();
      const resolver = createResolver(definition, {
        environment: 'production',
        sources: [memorySource('first', { DATABASE_URL: url }), memorySource('store').fail(code)],
        logger,
      });
      const heard = listen(resolver);
      const settings = await resolver.load();
      expect(settings.PORT).toBe(8080);
      expect(resolver.state).toMatchObject({
        status: 'degraded',
        failures: [{ source: 'store', code, settings: ['PORT', 'REGION'] }],
      });
      expect(heard).toEqual(['degraded degraded']);
      expect(logger.lines.filter(([level]) => level === 'warn')).toEqual([
        [
          'warn',
          { failures: resolver.state.failures },
          `settings loaded: store could not be asked (${code})`,
        ],
      ]);
      expect(resolver.explain()[1]).toMatchObject({ source: 'defaults', freshness: 'fallback' });
      expect(resolver.explain()[0]).toMatchObject({ source: 'first', freshness: 'fresh' });
    },
  );

  test('refuses to start when the resolver says so', async () => {
    const resolver = createResolver(definition, {
      environment: 'production',
      sources: [memorySource('first', { DATABASE_URL: url }), memorySource('store').fail()],
      onSourceError: 'throw',
    });
    await expect(resolver.load()).rejects.toMatchObject({
      code: 'SETTINGS_UNREADABLE',
      problems: [{ name: 'PORT' }, { name: 'REGION' }],
    });
  });

  test('is judged by the setting’s own rule first', async () => {
    const ruled = defineSettings({
      application: 'shop',
      environments: ['production'],
      settings: {
        STRICT: plain(z.int(), { default: 1, onSourceError: 'throw' }),
        LAX: plain(z.int(), { default: 1, onSourceError: 'fallback' }),
        OTHER: plain(z.int(), { default: 1 }),
      },
    });
    const names = async (onSourceError: 'throw' | 'fallback') =>
      createResolver(ruled, { environment: 'production', sources: [memorySource('s').fail()], onSourceError })
        .load()
        .then(
          () => [],
          ({ problems }: { problems: readonly { name: string }[] }) => problems.map(({ name }) => name),
        );
    expect(await names('fallback')).toEqual(['STRICT']);
    expect(await names('throw')).toEqual(['STRICT', 'OTHER']);
  });

  const nonsense: Readonly<Record<string, unknown>> = {
    'no answer at all': undefined,
    'no map': 5,
    'an empty map': new Map(),
    'an undefined answer': new Map([['PORT', undefined]]),
    'an answer that is null': new Map([['PORT', null]]),
    'an unknown status': new Map([['PORT', { status: 'lost' }]]),
    'an unknown reason': new Map([['PORT', { status: 'absent', reason: 'toString' }]]),
    'a value that is undefined': new Map([['PORT', { status: 'found', value: undefined, locator: 'x' }]]),
    'a value without its place': new Map([['PORT', { status: 'found', value: '1' }]]),
  };
  test.each(Object.entries(nonsense))('answers with %s, which never passes for absent', async (_, answer) => {
    const lookup = async () => answer as never;
    const resolver = resolverOf(memorySource('first', { DATABASE_URL: url }), { name: 'odd', lookup });
    await resolver.load();
    expect(resolver.state).toMatchObject({ status: 'degraded', failures: [{ source: 'odd' }] });
    expect(resolver.explain()[1]?.sources[1]).toMatchObject({ source: 'odd', outcome: 'failed' });
  });

  test('may answer for settings that nobody asked it for, which changes nothing', async () => {
    const odd: Source = {
      name: 'odd',
      lookup: async () => new Map([['DATABASE_URL', { status: 'found', value: 'odd', locator: 'x' }]]),
    };
    const resolver = resolverOf(memorySource('first', { DATABASE_URL: url }), odd);
    expect((await resolver.load()).DATABASE_URL).toBe(url);
    expect(resolver.explain()[0]?.sources[1]).toEqual({ source: 'odd', outcome: 'not-asked' });
  });

  test.each<[string, () => unknown]>([
    ['an error', () => new Error(secretText)],
    ['an error with lines that look like a stack', () => new Error(`x\n    at ${secretText}`)],
    ['an error with a stack of its own', () => Object.assign(new Error('x'), { stack: secretText })],
    [
      'an error with fields and a cause',
      () => Object.assign(new Error('x', { cause: secretText }), { body: secretText }),
    ],
    ['an error without a class', () => Object.setPrototypeOf(new Error(secretText), null)],
    ['a text', () => secretText],
    ['an object', () => ({ code: 'SOURCE_DENIED', message: secretText })],
    ['nothing', () => undefined],
  ])('throws %s, of which only the kind goes on', async (_, make) => {
    const store = memorySource('store').fail(make());
    const resolver = resolverOf(memorySource('first', { DATABASE_URL: url }), store);
    await resolver.load();
    expect(resolver.state.failures).toMatchObject([{ source: 'store', code: 'SOURCE_UNAVAILABLE' }]);
    expectNoCanary(secretText, resolver.state, resolver.explain());
  });

  test('throws before it returns a promise', async () => {
    const rude: Source = {
      name: 'rude',
      lookup: () => {
        throw new RangeError('x');
      },
    };
    const resolver = resolverOf(memorySource('first', { DATABASE_URL: url }), rude);
    await resolver.load();
    expect(resolver.state.failures[0]?.message).toMatch(/^threw a RangeError at .*resolver\.test\.ts/);
  });

  test('answers that it failed with a stranger’s error, whose message does not go on', async () => {
    const store = memorySource('store').answer('PORT', {
      status: 'failed',
      error: new Error(secretText) as SourceError,
    });
    const resolver = resolverOf(memorySource('first', { DATABASE_URL: url }), store);
    await resolver.load();
    expect(resolver.state.status).toBe('degraded');
    expectNoCanary(secretText, resolver.state, resolver.explain());
  });
});

const secretText = canarySecret();

describe('the deadline', () => {
  const timed = (sources: readonly Source[], clock: ManualClock) =>
    createResolver(definition, { environment: 'production', sources, clock, startDeadlineMs: 10_000 });

  test.each([
    ['that listens to its signal', false],
    ['that is deaf', true],
  ])('ends the wait for a source %s, and later sources in memory step in', async (_, deaf) => {
    const clock = new ManualClock();
    const late = memorySource('late').hang({ deaf });
    const after = memorySource('after');
    const resolver = timed([memorySource('first', { DATABASE_URL: url }), late, after], clock);
    const load = resolver.load();
    await settled();
    expect(resolver.state.status).toBe('loading');
    clock.advance(9_999);
    await settled();
    expect(resolver.state.status).toBe('loading');
    clock.advance(1);
    expect((await load).PORT).toBe(8080);
    const message = 'no answer within 10 s for everything (startDeadlineMs)';
    expect(resolver.state).toMatchObject({
      status: 'degraded',
      failures: [
        { source: 'late', code: 'SOURCE_UNAVAILABLE', message },
        { source: 'after', code: 'SOURCE_UNAVAILABLE', message },
      ],
    });
    await resolver.close();
    expect(clock.pending).toBe(0);
  });

  test('does not keep an asynchronous schema from accepting a default', async () => {
    const clock = new ManualClock();
    const refined = defineSettings({
      application: 'shop',
      environments: ['production'],
      settings: {
        PORT: plain(
          z.int().refine(async (port) => port > 0),
          { default: 80 },
        ),
      },
    });
    const load = createResolver(refined, {
      environment: 'production',
      sources: [memorySource('late').hang()],
      clock,
    }).load();
    await settled();
    clock.advance(15_000);
    expect((await load).PORT).toBe(80);
  });

  test('is in the error of a setting without a default', async () => {
    const clock = new ManualClock();
    const load = timed([memorySource('late').hang()], clock).load();
    await settled();
    clock.advance(10_000);
    await expect(load).rejects.toThrow(
      'late      unavailable: no answer within 10 s for everything (startDeadlineMs)',
    );
  });

  test('ends a validation that never settles', async () => {
    const clock = new ManualClock();
    const endless = defineSettings({
      application: 'shop',
      environments: ['production'],
      settings: {
        KEY: secret(
          'api/key',
          z.string().refine(() => new Promise<boolean>(() => {})),
        ),
      },
    });
    const load = createResolver(endless, {
      environment: 'production',
      sources: [memorySource('first', { KEY: 'x' })],
      clock,
    }).load();
    await settled();
    clock.advance(15_000);
    await expect(load).rejects.toMatchObject({
      problems: [{ name: 'KEY', reason: 'the value was not validated in time' }],
    });
  });

  test('is 15 seconds, and leaves no timer behind', async () => {
    const clock = new ManualClock();
    const resolver = createResolver(definition, {
      environment: 'production',
      sources: [memorySource('first', { DATABASE_URL: url })],
      clock,
    });
    const load = resolver.load();
    expect(clock.pending).toBe(1);
    await load;
    // That of the next refresh.
    expect(clock.pending).toBe(1);
    await resolver.close();
    expect(clock.pending).toBe(0);
  });
});

describe('before the first load', () => {
  test('there is nothing to read, and nothing is asked', async () => {
    const source = memorySource('first');
    const resolver = resolverOf(source);
    expect(resolver.state.status).toBe('new');
    const notReady = expect.objectContaining({ code: 'SNAPSHOT_NOT_READY' });
    expect(() => resolver.current()).toThrow(notReady);
    expect(() => resolver.explain()).toThrow(notReady);
    await settled();
    expect(source.lookups).toEqual([]);
  });
});

describe('close', () => {
  test('ends a load under way, closes every source once, and is final', async () => {
    const first = memorySource('first', { DATABASE_URL: url });
    const late = memorySource('late').hang({ deaf: true });
    const resolver = resolverOf(first, late);
    const heard = listen(resolver);
    const load = resolver.load();
    const survey = resolver.survey();
    const outcomes = Promise.allSettled([load, survey]);
    await settled();
    await Promise.all([resolver.close(), resolver.close()]);
    const closed = { status: 'rejected', reason: { code: 'RESOLVER_CLOSED' } };
    expect(await outcomes).toMatchObject([closed, closed]);
    expect([first.closed, late.closed]).toEqual([1, 1]);
    await resolver.close();
    expect(first.closed).toBe(1);
    expect(resolver.state.status).toBe('closed');
    expect(heard).toEqual([]);
    await expect(resolver.load()).rejects.toMatchObject({ code: 'RESOLVER_CLOSED' });
    await expect(resolver.survey()).rejects.toMatchObject({ code: 'RESOLVER_CLOSED' });
  });

  test('ends a validation that never settles', async () => {
    const endless = defineSettings({
      application: 'shop',
      environments: ['production'],
      settings: {
        KEY: secret(
          'api/key',
          z.string().refine(() => new Promise<boolean>(() => {})),
        ),
      },
    });
    const resolver = createResolver(endless, {
      environment: 'production',
      sources: [memorySource('first', { KEY: 'x' })],
    });
    const load = expect(resolver.load()).rejects.toMatchObject({ code: 'RESOLVER_CLOSED' });
    await settled();
    await resolver.close();
    await load;
  });

  test('leaves the last snapshot readable', async () => {
    const resolver = resolverOf(memorySource('first', { DATABASE_URL: url }));
    const settings = await resolver.load();
    await resolver.close();
    expect(resolver.current()).toBe(settings);
    expect(resolver.explain().length).toBe(3);
    await expect(resolver.load()).rejects.toMatchObject({ code: 'RESOLVER_CLOSED' });
  });

  test('closes all sources even when one cannot be closed, and says so', async () => {
    const broken: Source = {
      name: 'broken',
      lookup: async () => new Map(),
      close: async () => {
        throw new Error(secretText);
      },
    };
    const last = memorySource('last');
    const resolver = resolverOf(broken, last);
    const thrown: unknown = await resolver.close().catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    expectNoCanary(secretText, thrown);
    expect(last.closed).toBe(1);
  });

  test('happens by itself at the end of a block', async () => {
    const source = memorySource('first', { DATABASE_URL: url });
    const resolver = resolverOf(source);
    await resolver[Symbol.asyncDispose]();
    expect(source.closed).toBe(1);
  });
});

describe('explain', () => {
  test('says where every value lies, what it overrides, and who was not asked', async () => {
    const clock = new ManualClock(1_000);
    const store = memorySource('store').answer('REGION', {
      status: 'found',
      value: 'eu',
      locator: 'kv/shop/production/net#region',
      version: 3,
      readAt: 900,
    });
    const resolver = createResolver(definition, {
      environment: 'production',
      sources: [memorySource('first', { DATABASE_URL: url, PORT: '1' }), store],
      clock,
    });
    await resolver.load();
    const [database, port, region] = resolver.explain();
    expect(database).toEqual({
      name: 'DATABASE_URL',
      kind: 'secret',
      source: 'first',
      locator: 'first:DATABASE_URL',
      version: undefined,
      readAt: undefined,
      freshness: 'fresh',
      overrides: [],
      sources: [
        { source: 'first', outcome: 'used', locator: 'first:DATABASE_URL' },
        { source: 'store', outcome: 'not-asked' },
        { source: 'defaults', outcome: 'absent', reason: 'not set' },
      ],
    });
    expect(port?.overrides).toEqual([{ source: 'defaults', outcome: 'overridden', locator: 'default' }]);
    expect(region).toMatchObject({ source: 'store', version: 3, readAt: 900 });
    expect(region?.sources[0]).toEqual({
      source: 'first',
      outcome: 'absent',
      reason: 'not set',
      locator: 'first:REGION',
    });
    expect(Object.isFrozen(resolver.explain())).toBe(true);
    expect(Object.isFrozen(region?.sources)).toBe(true);
  });

  test('of an optional setting that nobody has names no source', async () => {
    const resolver = resolverOf(memorySource('first', { DATABASE_URL: url }));
    await resolver.load();
    expect(resolver.explain()[2]).toMatchObject({ name: 'REGION', source: undefined, freshness: 'fresh' });
  });
});

describe('survey', () => {
  test('asks every source about everything, and changes nothing', async () => {
    const first = memorySource('first', { DATABASE_URL: url });
    const store = memorySource('store', { DATABASE_URL: 'other', PORT: 1 });
    const resolver = resolverOf(first, store);
    const [database, port] = await resolver.survey();
    expect(database?.overrides).toEqual([
      { source: 'store', outcome: 'overridden', locator: 'store:DATABASE_URL' },
    ]);
    expect(port).toMatchObject({ source: 'store', overrides: [{ source: 'defaults' }] });
    expect(store.lookups).toEqual([['DATABASE_URL', 'PORT', 'REGION']]);
    expect(resolver.state.status).toBe('new');
    expect(() => resolver.current()).toThrow();
  });

  test('has nothing leased that an earlier source has', async () => {
    const leasing = defineSettings({
      application: 'shop',
      environments: ['production'],
      settings: { DB_USER: secret(leased('database/creds/shop', 'username')), TOKEN: secret('api/token') },
    });
    const store = memorySource('store', { DB_USER: 'leased', TOKEN: 'one' });
    const resolver = createResolver(leasing, {
      environment: 'production',
      sources: [memorySource('first', { DB_USER: 'admin', TOKEN: 'two' }), store],
    });
    const [user] = await resolver.survey();
    expect(user?.sources[1]).toEqual({ source: 'store', outcome: 'not-asked' });
    expect(store.lookups).toEqual([['TOKEN']]);
  });

  test('works after a failed load', async () => {
    const resolver = resolverOf(memorySource('store').fail('SOURCE_DENIED'));
    await expect(resolver.load()).rejects.toThrow();
    const [database] = await resolver.survey();
    expect(database).toMatchObject({ source: undefined, freshness: 'fallback' });
    expect(database?.sources[0]).toMatchObject({ outcome: 'failed' });
    expect(resolver.state.status).toBe('failed');
  });

  test('does not pass a value off as used where a load would fail', async () => {
    const resolver = resolverOf(
      memorySource('first').answer('PORT', { status: 'misconfigured', reason: 'twice', hint: 'Once.' }),
      memorySource('store', { PORT: '1' }),
    );
    const port = (await resolver.survey())[1];
    expect(port).toMatchObject({ source: undefined, locator: undefined });
    expect(port?.sources.map(({ outcome }) => outcome)).toEqual(['failed', 'overridden', 'overridden']);
  });
});

describe('what the application is told', () => {
  test('has its moment', async () => {
    const clock = new ManualClock(5_000);
    const resolver = createResolver(definition, {
      environment: 'production',
      sources: [memorySource('first', { DATABASE_URL: url })],
      clock,
    });
    expect(resolver.state).toEqual({ status: 'new', since: 5_000, failures: [], deleted: [] });
    clock.advance(10);
    await resolver.load();
    expect(resolver.state).toEqual({ status: 'ready', since: 5_010, failures: [], deleted: [] });
    expect(Object.isFrozen(resolver.state)).toBe(true);
  });

  test('can be read in a listener already', async () => {
    const resolver = resolverOf(memorySource('first', { DATABASE_URL: url }));
    const read = vi.fn(() => resolver.current().DATABASE_URL);
    resolver.events.on('ready', read);
    await resolver.load();
    expect(read).toHaveReturnedWith(url);
  });

  test('by a listener that throws does not disturb the load: the fault surfaces by itself', async () => {
    const fault = new Error('listener');
    const ready = resolverOf(memorySource('first', { DATABASE_URL: url }));
    const failed = resolverOf(memorySource('first'));
    for (const [resolver, event] of [
      [ready, 'ready'],
      [failed, 'failed'],
    ] as const) {
      resolver.events.on(event, () => {
        throw fault;
      });
    }
    const uncaught = await uncaughtDuring(async () => {
      expect((await ready.load()).DATABASE_URL).toBe(url);
      await expect(failed.load()).rejects.toMatchObject({ code: 'SETTINGS_MISSING' });
    });
    expect(uncaught).toEqual([fault, fault]);
    expect(ready.state.status).toBe('ready');
    expect(failed.state.status).toBe('failed');
  });

  test('by a logger that throws does not disturb the load either', async () => {
    const fault = new Error('logger');
    const broken = () => {
      throw fault;
    };
    const resolver = createResolver(definition, {
      environment: 'production',
      sources: [memorySource('first', { DATABASE_URL: url }), memorySource('store').fail()],
      logger: { debug: broken, info: broken, warn: broken, error: broken },
    });
    const uncaught = await uncaughtDuring(() => resolver.load());
    expect(uncaught).toEqual([fault, fault, fault, fault]);
    expect(resolver.state.status).toBe('degraded');
  });

  test('by the logger is where each setting came from, and no value', async () => {
    const logger = recordingLogger();
    await createResolver(definition, {
      environment: 'production',
      sources: [memorySource('first', { DATABASE_URL: secretText })],
      logger,
    }).load();
    expect(logger.lines[0]).toEqual([
      'debug',
      {
        setting: 'DATABASE_URL',
        source: 'first',
        locator: 'first:DATABASE_URL',
        version: undefined,
        freshness: 'fresh',
      },
      'setting resolved',
    ]);
    expectNoCanary(secretText, logger.lines);
  });
});

describe('a resolver is not made', () => {
  test('for an environment that the definition does not name', () => {
    const environment: string = 'prod';
    expect(() => createResolver(definition, { environment, sources: [] })).toThrow(
      expect.objectContaining({
        code: 'SETTINGS_INVALID',
        message: expect.stringContaining('is none of development, production') as string,
      }),
    );
  });

  test.each([
    ['store', [memorySource('store'), memorySource('store')]],
    ['defaults', [memorySource('defaults')]],
  ])('with two sources called %s', (name, sources) => {
    expect(() => createResolver(definition, { environment: 'production', sources })).toThrow(
      expect.objectContaining({
        code: 'DEFINITION_INVALID',
        message: expect.stringContaining(name) as string,
      }),
    );
  });
});

test('several resolvers live side by side', async () => {
  const a = resolverOf(memorySource('first', { DATABASE_URL: 'a' }));
  const b = resolverOf(memorySource('first', { DATABASE_URL: 'b' }));
  await Promise.all([a.load(), b.load()]);
  await a.close();
  expect(a.current().DATABASE_URL).toBe('a');
  expect(b.current().DATABASE_URL).toBe('b');
  expect(b.state.status).toBe('ready');
});
