import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { HandingOver, ReceivedSettings, readHandover, variablesOf } from '../src/handover/index.js';
import { createResolver, defineSettings, plain, type Resolver, secret } from '../src/index.js';
import { canarySecret, expectNoCanary, ManualClock, memorySource } from '../src/testing/index.js';

const shop = defineSettings({
  application: 'shop',
  environments: ['development', 'production'],
  settings: {
    TOKEN: secret('api/token', z.string()),
    LIMITS: secret('api/limits', z.object({ low: z.int() }).optional(), { onDeletion: 'drop' }),
    LEVEL: plain(z.enum(['debug', 'info']), { default: 'info', place: 'log/level', onDeletion: 'drop' }),
    PORT: plain(z.int(), { default: 8000 }),
  },
});
type Shop = (typeof shop)['settings'];
const names = new Set(Object.keys(shop.settings));

const open: Resolver<Shop>[] = [];
afterEach(async () => {
  for (const resolver of open.splice(0)) await resolver.close();
});

/** A resolver of two sources, and those who are handed what it has. */
function primary() {
  const environment = memorySource('environment', {}, { local: true });
  const vault = memorySource('vault', { TOKEN: 'one' });
  const clock = new ManualClock();
  const resolver = createResolver(shop, {
    environment: 'production',
    sources: [environment, vault],
    refreshEveryMs: false,
    lastGoodForMs: 60_000,
    clock,
  });
  open.push(resolver);
  return { resolver, environment, vault, clock };
}

/** Looks again, whether or not anything may be served after it. */
async function lookAgain(resolver: Resolver<Shop>): Promise<void> {
  await resolver.refresh().catch((error: { readonly code?: string }) => {
    if (error.code !== 'SNAPSHOT_EXPIRED') throw error;
  });
}

async function receiver(resolver: Resolver<Shop>, only = names) {
  const handing = new HandingOver(resolver, only);
  const first = readHandover(handing.next());
  if (first === undefined) throw new Error('nothing was handed over');
  const received = new ReceivedSettings(shop, first);
  open.push(received);
  await received.load();
  return {
    received,
    async follow() {
      const next = readHandover(handing.next());
      if (next === undefined) throw new Error('nothing was handed over');
      received.receive(next);
      // Shares the one that is under way; what was refused is a second one.
      await lookAgain(received);
      await lookAgain(received);
    },
  };
}

/** All that a reader sees of a resolver. */
function seen(resolver: Resolver<Shop>) {
  const { status, reason, failures, deleted } = resolver.state;
  const { ready, freshness, failing, problems } = resolver.health();
  // Of what may not be served no more is handed over than that.
  if (!ready) return { status, ready };
  const { TOKEN, LIMITS, LEVEL, PORT } = resolver.current();
  return {
    values: { TOKEN, LIMITS, LEVEL, PORT },
    explained: JSON.parse(JSON.stringify(resolver.explain())) as unknown,
    state: { status, reason, failures, deleted },
    health: { ready, freshness, failing, problems },
  };
}

describe('what is handed over', () => {
  test('is what a reader of the first one sees, whatever becomes of its sources and whenever one begins', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('token' as const), value: fc.constantFrom('one', 'two', undefined) }),
      fc.record({
        do: fc.constant('limits' as const),
        value: fc.constantFrom<unknown[]>({ low: 1 }, { low: 2 }, { low: 'x' }, undefined),
      }),
      fc.record({
        do: fc.constant('level' as const),
        value: fc.constantFrom('info', 'debug', 'x', undefined),
      }),
      fc.record({ do: fc.constant('port' as const), value: fc.constantFrom('1', '2', undefined) }),
      fc.record({ do: fc.constant('vault' as const), value: fc.constantFrom('fail', 'recover') }),
      fc.record({ do: fc.constant('time' as const), value: fc.constantFrom(30_000, 60_000) }),
      fc.record({ do: fc.constant('late' as const), value: fc.constant(0) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { resolver, environment, vault, clock } = primary();
        await resolver.load();
        const receivers = [await receiver(resolver)];
        for (const one of steps) {
          if (one.do === 'token') vault.set('TOKEN', one.value);
          else if (one.do === 'limits') vault.set('LIMITS', one.value);
          else if (one.do === 'level') vault.set('LEVEL', one.value);
          else if (one.do === 'port') environment.set('PORT', one.value);
          else if (one.do === 'vault') one.value === 'fail' ? vault.fail() : vault.recover();
          else if (one.do === 'time') clock.advance(one.value);
          else if (resolver.health().ready) {
            const late = await receiver(resolver);
            expect(seen(late.received)).toEqual(seen(resolver));
            receivers.push(late);
          }
          await lookAgain(resolver);
          for (const { received, follow } of receivers) {
            await follow();
            expect(seen(received)).toEqual(seen(resolver));
          }
        }
        for (const resolver of open.splice(0)) await resolver.close();
      }),
    );
  });

  test('holds each value once, until it is another, and nothing that is not for this one', async () => {
    const [token, limit] = [canarySecret(), canarySecret()];
    const wide = defineSettings({
      application: 'shop',
      environments: ['production'],
      settings: {
        TOKEN: secret('api/token'),
        LIMIT: secret('api/limit'),
        PORT: plain(z.int(), { default: 1 }),
      },
    });
    const vault = memorySource('vault', { TOKEN: token, LIMIT: limit });
    await using resolver = createResolver(wide, {
      environment: 'production',
      sources: [vault],
      refreshEveryMs: false,
    });
    const handing = new HandingOver(resolver, new Set(['TOKEN', 'PORT']));
    expect(handing.next()).toBeUndefined();
    await resolver.load();
    const first = handing.next() ?? '';
    expect(first).toContain(JSON.stringify(token));
    expectNoCanary(limit, first);
    await resolver.refresh();
    const second = handing.next() ?? '';
    expectNoCanary(token, second);
    expect(readHandover(second)?.settings.map(({ explanation: { name }, raw }) => [name, raw])).toEqual([
      ['TOKEN', undefined],
      ['PORT', undefined],
    ]);
    const other = canarySecret();
    vault.set('TOKEN', other);
    await resolver.refresh();
    expect(handing.next()).toContain(JSON.stringify(other));
  });

  test('is a read of each secret in it', async () => {
    const { resolver, vault } = primary();
    await resolver.load();
    const reads: string[] = [];
    resolver.observeReads((name) => () => reads.push(name));
    const handing = new HandingOver(resolver, new Set(['TOKEN', 'PORT']));
    handing.next();
    await resolver.refresh();
    handing.next();
    expect(reads).toEqual(['TOKEN']);
    vault.set('TOKEN', 'two');
    await resolver.refresh();
    handing.next();
    variablesOf(resolver, ['TOKEN']);
    expect(reads).toEqual(['TOKEN', 'TOKEN', 'TOKEN']);
  });

  test('as variables leaves out the defaults that no text stands for', async () => {
    const definition = defineSettings({
      application: 'shop',
      environments: ['production'],
      settings: {
        SIZES: plain(z.array(z.bigint()), { default: [1n] }),
        SIZE: plain(z.bigint(), { default: 2n }),
        HOSTS: plain(z.array(z.string()), { default: ['a'] }),
      },
    });
    await using resolver = createResolver(definition, { environment: 'production', sources: [] });
    await resolver.load();
    expect(variablesOf(resolver)).toEqual({ SIZE: '2', HOSTS: '["a"]' });
  });

  test('keeps the very value of what has not changed, and tells of no change that is none', async () => {
    const { resolver, vault } = primary();
    vault.set('LIMITS', { low: 1 });
    await resolver.load();
    const { received, follow } = await receiver(resolver);
    const changes: string[][] = [];
    received.events.on('change', (list) => changes.push(list.map(({ name }) => name)));
    const { LIMITS } = received.current();
    vault.set('TOKEN', 'two');
    await resolver.refresh();
    await follow();
    expect(received.current().LIMITS).toBe(LIMITS);
    expect(changes).toEqual([['TOKEN']]);
    const snapshot = received.current();
    await resolver.refresh();
    await follow();
    expect(received.current()).toBe(snapshot);
    expect(changes).toEqual([['TOKEN']]);
  });

  test('is not read where it is none', async () => {
    const { resolver } = primary();
    await resolver.load();
    const text = new HandingOver(resolver, names).next() ?? '';
    expect(readHandover(text)).toMatchObject({ application: 'shop', environment: 'production' });
    for (const other of [undefined, null, 7, {}, '', '{', 'null', '[]', '7', '"x"', text.slice(0, -1)]) {
      expect(readHandover(other)).toBeUndefined();
    }
    // With any part of it replaced by something else it is none, or still one, and never an exception.
    const whole = JSON.parse(text) as Record<string, unknown>;
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(whole)), fc.jsonValue(), (name, value) => {
        const changed = readHandover(JSON.stringify({ ...whole, [name]: value }));
        const kinds = { application: 'string', environment: 'string' } as Record<string, string>;
        const expected = kinds[name] === undefined ? Array.isArray(value) : typeof value === kinds[name];
        if (!expected) expect(changed).toBeUndefined();
      }),
    );
    const setting = (whole['settings'] as Record<string, unknown>[])[0];
    for (const broken of [
      {},
      { ...setting, explanation: {} },
      { ...setting, deleted: 1 },
      { ...setting, raw: 7 },
    ]) {
      expect(readHandover(JSON.stringify({ ...whole, settings: [broken] }))).toBeUndefined();
    }
  });
});

test('settings of an environment that this side does not know are refused', async () => {
  const { resolver } = primary();
  await resolver.load();
  const first = readHandover(new HandingOver(resolver, names).next());
  const other = defineSettings({
    application: 'shop',
    environments: ['test'],
    settings: { TOKEN: secret('api/token') },
  });
  expect(() => first && new ReceivedSettings(other, first)).toThrow(
    'shop does not know the environment "production"',
  );
});
