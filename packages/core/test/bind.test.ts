import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import * as z from 'zod';
import { type Binding, createResolver, defineSettings, plain, secret } from '../src/index.js';
import { canarySecret, expectNoCanary, ManualClock, memorySource } from '../src/testing/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['test'],
  settings: {
    URL: secret('database/url', z.string()),
    SIZE: plain(z.number(), { default: 5, place: 'database/size' }),
    OTHER: plain(z.string(), { default: 'x', place: 'app/other' }),
  },
});

/** A pool that knows whether it was ended while somebody used it. */
class Pool {
  ended = false;
  users = 0;
  constructor(readonly url: string) {}
  async query(until: Promise<void> = Promise.resolve()): Promise<string> {
    if (this.ended) throw new Error('the pool was ended');
    this.users += 1;
    await until;
    if (this.ended) throw new Error('the pool was ended meanwhile');
    this.users -= 1;
    return this.url;
  }
  async end(): Promise<void> {
    this.ended = true;
  }
}

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const resolver of opened.splice(0)) await resolver.close();
});

async function open(url: unknown = 'one') {
  const memory = memorySource('store', { URL: url });
  const clock = new ManualClock();
  const [error, info] = [vi.fn(), vi.fn()];
  const logger = { debug: vi.fn(), info, warn: vi.fn(), error };
  const resolver = createResolver(definition, {
    environment: 'test',
    sources: [memory],
    refreshEveryMs: false,
    clock,
    logger,
  });
  opened.push(resolver);
  await resolver.load();
  const change = async (values: Record<string, unknown>) => {
    for (const [name, value] of Object.entries(values)) memory.set(name, value);
    await resolver.refresh();
  };
  return { resolver, memory, clock, change, error, info };
}

const later = () => new Promise<void>((resolve) => setImmediate(resolve));

function gate() {
  let pass = () => {};
  const open = new Promise<void>((resolve) => {
    pass = resolve;
  });
  return { open, pass };
}

describe('a bound resource', () => {
  test('is built once from what it names, and anew when that changes', async () => {
    const { resolver, change } = await open();
    const built: Pool[] = [];
    const pools = await resolver.bind(
      ['URL', 'SIZE'],
      (values) => {
        expectTypeOf(values).toEqualTypeOf<{ readonly URL: string; readonly SIZE: number }>();
        expect('OTHER' in values).toBe(false);
        const pool = new Pool(`${values.URL}/${values.SIZE}`);
        built.push(pool);
        return pool;
      },
      { dispose: (pool) => pool.end() },
    );
    expectTypeOf(pools).toEqualTypeOf<Binding<Pool>>();
    expect(pools.current.url).toBe('one/5');
    await change({ OTHER: 'y' });
    expect(built).toHaveLength(1);
    await change({ URL: 'two', SIZE: 6 });
    await vi.waitFor(() => expect(pools.current.url).toBe('two/6'));
    expect(built.map(({ ended }) => ended)).toEqual([true, false]);
    expect(await pools.use((pool) => pool.query())).toBe('two/6');
  });

  test('is let go of only when the new one works and its last user has gone', async () => {
    const { resolver, change } = await open();
    const building = gate();
    const pools = await resolver.bind(
      ['URL'],
      async ({ URL }) => {
        if (URL === 'two') await building.open;
        return new Pool(URL);
      },
      { dispose: (pool) => pool.end() },
    );
    const first = pools.current;
    const work = gate();
    const used = pools.use((pool) => pool.query(work.open));
    await change({ URL: 'two' });
    await later();
    expect(pools.current).toBe(first);
    building.pass();
    await vi.waitFor(() => expect(pools.current.url).toBe('two'));
    await later();
    expect(first.ended).toBe(false);
    work.pass();
    expect(await used).toBe('one');
    await vi.waitFor(() => expect(first.ended).toBe(true));
    expect(pools.current.ended).toBe(false);
  });

  test('goes on when the new one cannot be built, which is tried again, and told without a value', async () => {
    const canary = canarySecret();
    const { resolver, change, clock, error, info } = await open();
    const failures: unknown[] = [];
    resolver.events.on('bindFailed', (failure) => failures.push(failure));
    let works = false;
    const pools = await resolver.bind(
      ['URL'],
      ({ URL }) => {
        if (URL === canary && !works) {
          throw Object.assign(new TypeError(`cannot connect with ${URL}`), { code: 'ECONNREFUSED' });
        }
        return new Pool(URL);
      },
      { dispose: (pool) => pool.end() },
    );
    await change({ URL: canary });
    await vi.waitFor(() => expect(failures).toHaveLength(1));
    expect(await pools.use((pool) => pool.query())).toBe('one');
    clock.advance(1_000);
    await vi.waitFor(() => expect(failures).toHaveLength(2));
    works = true;
    clock.advance(2_000);
    await vi.waitFor(() => expect(pools.current.url).toBe(canary));
    expect(clock.pending).toBe(0);
    expect(failures[0]).toEqual({
      settings: ['URL'],
      what: 'build',
      reason: expect.stringContaining('threw a TypeError (ECONNREFUSED) at '),
    });
    // The log is told once, and when it is over.
    expect(error).toHaveBeenCalledTimes(1);
    const again = [{ settings: ['URL'] }, 'a bound resource follows its settings again'];
    expect(info.mock.calls.filter(([, message]) => message === again[1])).toEqual([again]);
    expectNoCanary(canary, failures, error.mock.calls);
  });

  test('that changes while it is built is built again, and the one in between is let go of', async () => {
    const { resolver, change } = await open();
    const building = gate();
    const pools: Pool[] = [];
    const binding = resolver.bind(
      ['URL'],
      async ({ URL }) => {
        if (pools.length === 0) await building.open;
        const pool = new Pool(URL);
        pools.push(pool);
        return pool;
      },
      { dispose: (pool) => pool.end() },
    );
    await change({ URL: 'two' });
    await change({ URL: 'three' });
    building.pass();
    const bound = await binding;
    expect(bound.current.url).toBe('three');
    expect(pools.map(({ url, ended }) => [url, ended])).toEqual([
      ['one', true],
      ['three', false],
    ]);
  });

  test('whose first build fails is nobody’s', async () => {
    const { resolver, change } = await open();
    const build = vi.fn(() => Promise.reject(new Error('no route')));
    await expect(resolver.bind(['URL'], build)).rejects.toThrow('no route');
    await change({ URL: 'two' });
    expect(build).toHaveBeenCalledTimes(1);
    expect(resolver.events.listenerCount('change')).toBe(0);
  });

  test('is disposed of by its own method where none is given', async () => {
    const { resolver } = await open();
    const now = vi.fn();
    const afterwards = vi.fn(async () => undefined);
    const one = await resolver.bind(['URL'], () => ({ [Symbol.dispose]: now }));
    const two = await resolver.bind(['URL'], () => ({ [Symbol.asyncDispose]: afterwards }));
    await resolver.bind(['URL'], () => 'nothing to dispose of');
    await one.close();
    expect(now).toHaveBeenCalledTimes(1);
    expect(() => one.current).toThrow(expect.objectContaining({ code: 'RESOLVER_CLOSED' }));
    await expect(one.use(() => 1)).rejects.toMatchObject({ code: 'RESOLVER_CLOSED' });
    await resolver.close();
    expect(afterwards).toHaveBeenCalledTimes(1);
    await two.close();
    expect(afterwards).toHaveBeenCalledTimes(1);
  });

  test('is closed with the resolver, when nobody uses it any more, and before the sources', async () => {
    const { resolver, memory } = await open();
    const closedBefore: number[] = [];
    const pools = await resolver.bind(['URL'], ({ URL }) => new Pool(URL), {
      dispose: (pool) => {
        closedBefore.push(memory.closed);
        return pool.end();
      },
    });
    const work = gate();
    const used = pools.use((pool) => pool.query(work.open));
    const closed = resolver.close();
    await later();
    expect(closedBefore).toEqual([]);
    work.pass();
    await closed;
    expect(await used).toBe('one');
    expect(closedBefore).toEqual([0]);
  });

  test('that cannot be let go of is told of', async () => {
    const { resolver, change } = await open();
    const failures: unknown[] = [];
    resolver.events.on('bindFailed', ({ what }) => failures.push(what));
    const pools = await resolver.bind(['URL'], ({ URL }) => new Pool(URL), {
      dispose: () => Promise.reject(new Error('stuck')),
    });
    await change({ URL: 'two' });
    await vi.waitFor(() => expect(pools.current.url).toBe('two'));
    await vi.waitFor(() => expect(failures).toEqual(['dispose']));
  });

  test('needs settings that are loaded', async () => {
    const resolver = createResolver(definition, { environment: 'test', sources: [memorySource('store')] });
    await expect(resolver.bind(['URL'], () => 1)).rejects.toMatchObject({ code: 'SNAPSHOT_NOT_READY' });
    await resolver.close();
  });
});
