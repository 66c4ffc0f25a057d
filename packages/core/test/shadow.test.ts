import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import {
  createResolver,
  defineSettings,
  type Logger,
  leased,
  plain,
  type Resolver,
  type ResolverOptions,
  type Source,
  SourceError,
  secret,
} from '../src/index.js';
import {
  compareInShadow,
  type Shadow,
  type ShadowComparison,
  type ShadowOptions,
} from '../src/shadow/index.js';
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
    PASSWORD: secret('database/password', z.string().min(4)),
    TOKEN: secret('api/token', z.string().optional()),
    PORT: plain(z.int(), { default: 8000, place: 'app/port' }),
    LIMITS: plain(z.record(z.string(), z.number()), { default: {}, place: 'app/limits' }),
    URL: plain(
      z
        .string()
        .transform((text) => new URL(text))
        .optional(),
      { place: 'app/url' },
    ),
    LEVEL: plain(z.string(), { default: 'info' }),
    USER: secret(leased('database/creds/shop', 'username'), z.string().optional()),
  },
});

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const resolver of opened.splice(0)) await resolver.close();
});

interface Opening {
  readonly served?: Readonly<Record<string, unknown>>;
  readonly resolver?: Partial<ResolverOptions<'test'>>;
  readonly shadow?: ShadowOptions;
}

/** As Vault answers: LEVEL has no place there. */
function storeOf(memory: MemorySource): Source {
  return {
    name: 'store',
    async lookup(settings, context) {
      const answers = new Map(await memory.lookup(settings, context));
      for (const { name, place } of settings) {
        if (place === undefined) answers.set(name, { status: 'absent', reason: 'no-place' });
      }
      return answers;
    },
  };
}

function open(
  stored: Readonly<Record<string, unknown>>,
  { served, resolver: more, shadow: options }: Opening = {},
) {
  const memory = memorySource('store', stored);
  const environment = memorySource('environment', served ?? { PASSWORD: 'correct', PORT: '9000' });
  const clock = new ManualClock();
  const resolver = createResolver(definition, {
    environment: 'test',
    sources: [environment],
    clock,
    ...more,
  });
  opened.push(resolver);
  const shadow = compareInShadow(resolver, storeOf(memory), { clock, ...options });
  const comparisons: ShadowComparison[] = [];
  resolver.events.on('shadow', (comparison) => comparisons.push(comparison));
  return { memory, environment, clock, resolver, shadow, comparisons };
}

const differencesOf = (shadow: Shadow) =>
  Object.fromEntries(
    shadow.report().differing.map(({ setting, kind, reason, code }) => [setting, [kind, code ?? reason]]),
  );

const good = { PASSWORD: 'correct', PORT: 9000 };

async function nextComparison(resolver: Resolver<typeof definition.settings>): Promise<ShadowComparison> {
  return new Promise((resolve) => resolver.events.once('shadow', resolve));
}

describe('what is compared', () => {
  test('are validated values, whatever their form: a team sees that all agrees', async () => {
    const { resolver, shadow } = open(
      { PASSWORD: 'correct', PORT: 9000, LIMITS: { a: 1, b: 2 }, URL: 'https://shop.example' },
      {
        served: {
          PASSWORD: 'correct',
          PORT: '9000',
          LIMITS: '{"b": 2, "a": 1}',
          URL: 'https://shop.example/',
        },
      },
    );
    await resolver.load();
    expect(await shadow.compare()).toEqual({
      application: 'shop',
      environment: 'test',
      source: 'store',
      since: Date.UTC(2030, 0, 1),
      lastComparedAt: Date.UTC(2030, 0, 1),
      comparisons: 1,
      unavailable: 0,
      differing: [],
      agreedAgain: [],
      alwaysAgreed: ['PASSWORD', 'TOKEN', 'PORT', 'LIMITS', 'URL'],
      notCompared: ['LEVEL', 'USER'],
    });
  });

  test('tells every kind of difference apart', async () => {
    const { memory, resolver, shadow } = open({ PASSWORD: 'wrong', TOKEN: 'only there', PORT: 'eighty' });
    memory.answer('LIMITS', { status: 'failed', error: new SourceError('SOURCE_DENIED', 'no policy') });
    await resolver.load();
    await shadow.compare();
    expect(differencesOf(shadow)).toEqual({
      PASSWORD: ['differs', undefined],
      TOKEN: ['extra', undefined],
      PORT: ['invalid', 'the value is not a number'],
      LIMITS: ['unavailable', 'SOURCE_DENIED'],
    });
    memory.set('PASSWORD', undefined);
    await shadow.compare();
    expect(shadow.report().differing[0]).toEqual({
      setting: 'PASSWORD',
      kind: 'missing',
      served: { source: 'environment', locator: 'environment:PASSWORD' },
      compared: { source: 'store', locator: 'store:PASSWORD' },
      reason: 'not set',
      since: Date.UTC(2030, 0, 1),
    });
  });

  test('a default that is served counts as what the source may leave out, not as what it may contradict', async () => {
    const { memory, resolver, shadow } = open(good, { served: { PASSWORD: 'correct' } });
    await resolver.load();
    memory.set('PORT', undefined);
    await shadow.compare();
    expect(differencesOf(shadow)).toEqual({});
    memory.set('PORT', 9000);
    await shadow.compare();
    expect(differencesOf(shadow)).toEqual({ PORT: ['differs', undefined] });
  });

  test('fingerprints are equal for equal values of one setting in one run, and for nothing else', async () => {
    const seen = async () => {
      const { memory, resolver, shadow } = open(
        { PASSWORD: 'wrong', TOKEN: 'wrong' },
        { served: { PASSWORD: 'right', TOKEN: 'right' } },
      );
      await resolver.load();
      await shadow.compare();
      const [first, token] = shadow.report().differing;
      memory.answer('PASSWORD', { status: 'found', value: 'wrong', locator: 'elsewhere', version: 2 });
      await shadow.compare();
      const [again] = shadow.report().differing;
      expect(again?.compared).toMatchObject({ fingerprint: first?.compared.fingerprint, version: 2 });
      expect(first?.served.fingerprint).not.toBe(first?.compared.fingerprint);
      expect(token?.compared.fingerprint).not.toBe(first?.compared.fingerprint);
      return first?.compared.fingerprint;
    };
    const one = await seen();
    expect(one).toMatch(/^[0-9a-f]{12}$/);
    expect(await seen()).not.toBe(one);
  });

  test('agree exactly when they are equal, for any JSON', async () => {
    const any = defineSettings({
      application: 'shop',
      environments: ['test'],
      settings: { A: plain(z.json(), { place: 'a/a' }) },
    });
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, inner]) => [key, shuffled(inner)]),
      );
    };
    const data = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()));
    await fc.assert(
      fc.asyncProperty(data, data, async (one, other) => {
        const store = memorySource('store', { A: shuffled(one) });
        const resolver = createResolver(any, {
          environment: 'test',
          sources: [memorySource('m', { A: one })],
        });
        await resolver.load();
        const shadow = compareInShadow(resolver, store);
        expect((await shadow.compare()).differing).toEqual([]);
        store.set('A', other);
        const same = isDeepStrictEqual(asJson(one), asJson(other));
        expect((await shadow.compare()).differing).toHaveLength(same ? 0 : 1);
        await resolver.close();
      }),
      { numRuns: 50 },
    );
  });

  const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

  test('what keeps its content to itself is compared by what it was made from', async () => {
    class Closed {
      readonly #text: string;
      constructor(text: string) {
        this.#text = text;
      }
      get length() {
        return this.#text.length;
      }
    }
    const closed = defineSettings({
      application: 'shop',
      environments: ['test'],
      settings: {
        A: secret(
          'a/a',
          z.string().transform((text) => new Closed(text)),
        ),
      },
    });
    const store = memorySource('store', { A: 'one' });
    const resolver = createResolver(closed, {
      environment: 'test',
      sources: [memorySource('m', { A: 'one' })],
    });
    opened.push(resolver);
    await resolver.load();
    const shadow = compareInShadow(resolver, store);
    expect((await shadow.compare()).differing).toEqual([]);
    store.set('A', 'two');
    expect((await shadow.compare()).differing).toMatchObject([{ kind: 'differs' }]);
  });
});

describe('when it compares', () => {
  test('after the first load and at each refresh, in the background', async () => {
    const { memory, clock, resolver, shadow, comparisons } = open(good);
    expect(memory.lookups).toEqual([]);
    await resolver.load();
    expect(memory.lookups).toEqual([]);
    await nextComparison(resolver);
    expect(comparisons).toHaveLength(1);
    clock.advance(70_000);
    await nextComparison(resolver);
    await resolver.refresh();
    await nextComparison(resolver);
    expect(shadow.report().comparisons).toBe(3);
    expect(memory.lookups.every((names) => !names.includes('USER'))).toBe(true);
  });

  test('also of a resolver that was loaded before', async () => {
    const { resolver } = open(good);
    await resolver.load();
    await nextComparison(resolver);
    const later = compareInShadow(resolver, memorySource('later', {}));
    expect((await nextComparison(resolver)).source).toBe('later');
    expect(later.report().comparisons).toBe(1);
  });

  test('what came new while it asked counts', async () => {
    const { memory, environment, resolver, shadow } = open({ ...good, PASSWORD: 'new-one' });
    await resolver.load();
    await nextComparison(resolver);
    expect(differencesOf(shadow)).toEqual({ PASSWORD: ['differs', undefined] });
    environment.set('PASSWORD', 'new-one');
    const refreshed = resolver.refresh();
    const compared = shadow.compare();
    await refreshed;
    await compared;
    await nextComparison(resolver);
    expect(differencesOf(shadow)).toEqual({});
    expect(memory.lookups.length).toBeGreaterThanOrEqual(3);
  });

  test('a source that fails, hangs or answers nonsense delays and fails nothing', async () => {
    const { memory, clock, resolver, shadow } = open(good);
    memory.hang({ deaf: true });
    const { PORT } = await resolver.load();
    expect(PORT).toBe(9000);
    const compared = nextComparison(resolver);
    // The deadline is counted from when the source is asked.
    while (memory.lookups.length === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(15_000);
    await compared;
    const names = ['PASSWORD', 'TOKEN', 'PORT', 'LIMITS', 'URL'];
    const all = (code: string) => Object.fromEntries(names.map((name) => [name, ['unavailable', code]]));
    expect(differencesOf(shadow)).toEqual(all('SOURCE_UNAVAILABLE'));
    expect(shadow.report()).toMatchObject({ comparisons: 1, unavailable: 1, alwaysAgreed: [] });
    memory.fail('SOURCE_DENIED');
    await shadow.compare();
    expect(differencesOf(shadow)).toEqual(all('SOURCE_DENIED'));
    memory.fail(new Error('correct'));
    await shadow.compare();
    expect(shadow.report().differing[0]?.reason).toBe('threw an Error');
    memory.recover().answer('PASSWORD', undefined as never);
    memory.answer('PORT', { status: 'unchanged' });
    await shadow.compare();
    expect(differencesOf(shadow)).toEqual({
      PORT: ['unavailable', 'SOURCE_MALFORMED'],
      PASSWORD: ['missing', 'not set'],
    });
    expect(resolver.state.status).toBe('ready');
    expect(shadow.report()).toMatchObject({ comparisons: 4, unavailable: 4 });
  });

  test('ends with the resolver, and leaves nothing behind', async () => {
    const { memory, clock, resolver, shadow, comparisons } = open(good);
    await expect(shadow.compare()).rejects.toMatchObject({ code: 'SNAPSHOT_NOT_READY' });
    await resolver.load();
    memory.hang({ deaf: true });
    const compared = shadow.compare();
    const outcome = expect(compared).rejects.toMatchObject({ code: 'RESOLVER_CLOSED' });
    await new Promise((resolve) => setImmediate(resolve));
    await resolver.close();
    await outcome;
    await expect(shadow.compare()).rejects.toMatchObject({ code: 'RESOLVER_CLOSED' });
    expect(clock.pending).toBe(0);
    expect(comparisons).toEqual([]);
  });

  test('reads nothing on behalf of the application', async () => {
    const { resolver, shadow } = open({ PASSWORD: 'wrong' });
    await resolver.load();
    const reads: string[] = [];
    resolver.observeReads((name) => () => void reads.push(name));
    await shadow.compare();
    expect(reads).toEqual([]);
    expect(resolver.current().PASSWORD).toBe('correct');
    expect(reads).toEqual(['PASSWORD']);
  });

  test('what the source knows by its revision is neither read nor validated again', async () => {
    let validated = 0;
    const counting = defineSettings({
      application: 'shop',
      environments: ['test'],
      settings: {
        A: secret(
          'a/a',
          z.string().refine(() => {
            validated += 1;
            return true;
          }),
        ),
      },
    });
    const known: unknown[] = [];
    const source: Source = {
      name: 'store',
      async lookup(_, context) {
        known.push(context.known?.get('A'));
        return new Map([
          [
            'A',
            context.known?.get('A')?.revision === '1'
              ? ({ status: 'unchanged' } as const)
              : ({ status: 'found', value: 'other', locator: 'a#a', version: 1, revision: '1' } as const),
          ],
        ]);
      },
    };
    const resolver = createResolver(counting, {
      environment: 'test',
      sources: [memorySource('m', { A: 'one' })],
    });
    opened.push(resolver);
    await resolver.load();
    const shadow = compareInShadow(resolver, source);
    await shadow.compare();
    await shadow.compare();
    expect(known.slice(0, 2)).toEqual([undefined, { locator: 'a#a', version: 1, revision: '1' }]);
    expect(validated).toBe(2);
    expect(differencesOf(shadow)).toEqual({ A: ['differs', undefined] });
  });
});

describe('what is told', () => {
  const found = (value: string, version: number) =>
    ({ status: 'found', value, locator: 'store:PASSWORD', version }) as const;

  test('each difference once for each version of either side', async () => {
    const { memory, environment, resolver, shadow, comparisons } = open({ ...good, PASSWORD: 'other' });
    const told = async () => {
      await resolver.refresh();
      await shadow.compare();
      return comparisons
        .splice(0)
        .flatMap(({ differences, agreed }) => [
          ...differences.map(({ setting, kind }) => `${setting} ${kind}`),
          ...agreed.map((name) => `${name} agrees`),
        ]);
    };
    await resolver.load();
    expect(await told()).toEqual(['PASSWORD differs']);
    expect(await told()).toEqual([]);
    memory.answer('PASSWORD', found('other', 2));
    expect(await told()).toEqual(['PASSWORD differs']);
    environment.set('PASSWORD', 'another');
    expect(await told()).toEqual(['PASSWORD differs']);
    memory.fail();
    const names = ['PASSWORD', 'TOKEN', 'PORT', 'LIMITS', 'URL'];
    expect(await told()).toEqual(names.map((name) => `${name} unavailable`));
    expect(await told()).toEqual([]);
    memory.recover();
    expect(await told()).toEqual(names.slice(1).map((name) => `${name} agrees`));
    memory.answer('PASSWORD', found('another', 3));
    expect(await told()).toEqual(['PASSWORD agrees']);
    expect(await told()).toEqual([]);
    expect(shadow.report()).toMatchObject({
      agreedAgain: ['PASSWORD'],
      alwaysAgreed: names.slice(1),
    });
  });

  test('since when they differ, though the source could not be asked on the way', async () => {
    const { memory, clock, resolver, shadow } = open(
      { ...good, PASSWORD: 'other' },
      { resolver: { refreshEveryMs: false } },
    );
    await resolver.load();
    await shadow.compare();
    const since = clock.now();
    clock.advance(1000);
    memory.fail();
    await shadow.compare();
    expect(shadow.report().differing[0]).toMatchObject({ kind: 'unavailable', since: since + 1000 });
    memory.recover();
    await shadow.compare();
    expect(shadow.report().differing).toMatchObject([{ kind: 'differs', since }]);
  });

  test('to the logger: a difference as a warning, agreement once', async () => {
    const lines: string[] = [];
    const logger: Logger = {
      debug: () => {},
      info: (_, message) => lines.push(`info ${message}`),
      warn: (_, message) => lines.push(`warn ${message}`),
      error: (_, message) => lines.push(`error ${message}`),
    };
    const { memory, resolver, shadow } = open(
      { PASSWORD: 'other', PORT: 'no', TOKEN: 'x' },
      { shadow: { logger }, served: { PASSWORD: 'correct', LIMITS: '{"a":1}' } },
    );
    await resolver.load();
    await shadow.compare();
    await shadow.compare();
    memory.set('TOKEN', undefined);
    await shadow.compare();
    memory.set('PASSWORD', 'correct').set('PORT', 8000).set('LIMITS', { a: 1 });
    await shadow.compare();
    await shadow.compare();
    memory.fail('SOURCE_DENIED');
    await shadow.compare();
    expect(lines).toEqual([
      'warn shadow: PASSWORD differs between environment and store',
      'warn shadow: TOKEN is only in store',
      'warn shadow: PORT is not valid in store: the value is not a number',
      'warn shadow: LIMITS is missing in store: not set',
      'info shadow: store agrees again on TOKEN',
      'info shadow: store agrees with what is served',
      'warn shadow: store could not be asked: store was told to fail (SOURCE_DENIED)',
    ]);
  });

  test('on the diagnostics channel, and nowhere a value', async () => {
    const [own, theirs, broken] = [canarySecret(), canarySecret(), canarySecret()];
    const told: unknown[] = [];
    const listener = (message: unknown) => told.push(message);
    subscribe('strongroom:shadow', listener);
    const logger: Logger = {
      debug: (...line) => told.push(line),
      info: (...line) => told.push(line),
      warn: (...line) => told.push(line),
      error: (...line) => told.push(line),
    };
    const { memory, resolver, shadow } = open(
      { PASSWORD: theirs, TOKEN: theirs, PORT: broken, LIMITS: broken },
      { served: { PASSWORD: own }, shadow: { logger } },
    );
    try {
      await resolver.load();
      await shadow.compare();
      memory.fail(new Error(theirs));
      await shadow.compare();
    } finally {
      unsubscribe('strongroom:shadow', listener);
    }
    expect(told[0]).toMatchObject({ application: 'shop', environment: 'test', details: [{ differing: 4 }] });
    expect(told.length).toBeGreaterThan(4);
    for (const canary of [own, theirs, broken]) {
      expectNoCanary(canary, ...told, shadow.report(), shadow, resolver.explain());
    }
  });
});

test('options that cannot work are refused', async () => {
  const { resolver } = open({});
  const source = memorySource('store');
  expect(() => compareInShadow(resolver, source, { deadlineMs: 0 })).toThrow(/deadlineMs/);
  expect(() => compareInShadow(resolver, source, { deadline: 1 } as object)).toThrow(
    /meant to be deadlineMs\?/,
  );
});
