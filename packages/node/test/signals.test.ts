import { connect } from '@nats-io/transport-node';
import { createResolver, defineSettings, type Resolver, secret } from '@strongroom/core';
import { ManualClock, type MemorySource, memorySource } from '@strongroom/core/testing';
import { nats, redis, type TestService } from '@strongroom/test-servers';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  announceChange,
  followSignals,
  natsBroker,
  redisBroker,
  type SignalBroker,
  type SignalListener,
  signalChannel,
} from '../src/signal/index.js';

const definition = defineSettings({
  application: 'my shop.v2*',
  environments: ['test'],
  settings: { PASSWORD: secret('database/password') },
});
const place = { application: definition.application, environment: 'test' };
const quick = { spreadMs: 5, quietMs: 5 };

let store: MemorySource;
let resolver: Resolver<(typeof definition)['settings']>;
beforeEach(async () => {
  store = memorySource('store', { PASSWORD: 'one' });
  resolver = createResolver(definition, { environment: 'test', sources: [store], refreshEveryMs: false });
  await resolver.load();
});
afterEach(() => resolver.close());

/** Says it again and again until it is heard: a broker that has just come back may not have its listeners yet. */
async function untilHeard(broker: SignalBroker, value: string): Promise<void> {
  store.set('PASSWORD', value);
  await vi.waitFor(
    async () => {
      await announceChange(broker, place);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(resolver.current().PASSWORD).toBe(value);
    },
    { timeout: 30_000, interval: 100 },
  );
}

const logger = () => ({ debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() });

describe(redis.title, () => {
  describe.runIf(redis.there)('signals', () => {
    let server: TestService;
    const clients: { destroy(): void }[] = [];
    beforeAll(async () => {
      server = await redis.start();
    });
    afterEach(() => {
      for (const client of clients.splice(0)) client.destroy();
    });
    afterAll(() => server?.close());

    async function client() {
      const made = createClient({ url: server.url, socket: { reconnectStrategy: 50 } });
      made.on('error', () => undefined);
      clients.push(made);
      await made.connect();
      return made;
    }

    test('make a resolver look again, wherever they come from', async () => {
      const stop = followSignals(resolver, redisBroker(await client()), quick);
      await untilHeard(redisBroker(await client()), 'two');
      await stop();
    });

    test('say no more than that, whatever is in them', async () => {
      const hostile = await client();
      const stop = followSignals(resolver, redisBroker(await client()), quick);
      store.set('PASSWORD', 'two');
      await vi.waitFor(
        async () => {
          await hostile.publish(
            signalChannel(place.application, place.environment),
            '{"PASSWORD":"x"}'.repeat(60_000),
          );
          expect(resolver.current().PASSWORD).toBe('two');
        },
        { timeout: 20_000, interval: 50 },
      );
      const looked = store.lookups.length;
      await hostile.publish('strongroom.other.test', 'x');
      await hostile.publish(signalChannel('other', 'test'), 'x');
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(store.lookups.length).toBeLessThanOrEqual(looked + 1);
      await stop();
    });

    test('are heard again when the server was away, and settings go on meanwhile', async () => {
      const log = logger();
      const stop = followSignals(resolver, redisBroker(await client()), { ...quick, logger: log });
      const other = redisBroker(await client());
      await untilHeard(other, 'two');
      await server.kill();
      await vi.waitFor(() => expect(log.warn).toHaveBeenCalledTimes(1), { timeout: 10_000 });
      store.set('PASSWORD', 'three');
      await resolver.refresh();
      expect(resolver.current().PASSWORD).toBe('three');
      await server.start();
      await untilHeard(other, 'four');
      expect(log.info).toHaveBeenCalled();
      await stop();
    });

    test('are not heard after the end, and close() of the resolver is one', async () => {
      const own = await client();
      followSignals(resolver, redisBroker(own), quick);
      await untilHeard(redisBroker(own), 'two');
      await resolver.close();
      await vi.waitFor(async () =>
        expect(
          await own.sendCommand(['PUBSUB', 'NUMSUB', signalChannel(place.application, 'test')]),
        ).toContain(0),
      );
    });
  });
});

describe(nats.title, () => {
  describe.runIf(nats.there)('signals', () => {
    let server: TestService;
    const connections: { close(): Promise<void> }[] = [];
    beforeAll(async () => {
      server = await nats.start();
    });
    afterEach(async () => {
      for (const connection of connections.splice(0)) await connection.close();
    });
    afterAll(() => server?.close());

    async function connection() {
      const made = await connect({ servers: server.url, reconnectTimeWait: 50, maxReconnectAttempts: -1 });
      connections.push(made);
      return made;
    }

    test('make a resolver look again, wherever they come from', async () => {
      const stop = followSignals(resolver, natsBroker(await connection()), quick);
      await untilHeard(natsBroker(await connection()), 'two');
      await stop();
    });

    test('are heard again when the server was away, and settings go on meanwhile', async () => {
      const log = logger();
      const stop = followSignals(resolver, natsBroker(await connection()), { ...quick, logger: log });
      const other = natsBroker(await connection());
      await untilHeard(other, 'two');
      await server.kill();
      await vi.waitFor(() => expect(log.warn).toHaveBeenCalledTimes(1), { timeout: 10_000 });
      store.set('PASSWORD', 'three');
      await resolver.refresh();
      expect(resolver.current().PASSWORD).toBe('three');
      await server.start();
      await vi.waitFor(() => expect(log.info).toHaveBeenCalled(), { timeout: 20_000 });
      await untilHeard(other, 'four');
      await stop();
    });

    test('are not heard after the end, whether or not the connection still is', async () => {
      const own = await connection();
      const stop = followSignals(resolver, natsBroker(own), quick);
      await untilHeard(natsBroker(own), 'two');
      await own.close();
      await stop();
      await resolver.close();
    });
  });
});

describe('signals', () => {
  /** A broker that a test speaks through. */
  function spoken() {
    const heard: { channel: string; listener: SignalListener }[] = [];
    const stop = vi.fn(async () => undefined);
    const broker: SignalBroker = {
      name: 'test',
      listen(channel, listener) {
        heard.push({ channel, listener });
        return stop;
      },
      announce: async (channel) => {
        for (const each of heard) if (each.channel === channel) each.listener.heard();
      },
    };
    return { broker, heard, stop };
  }

  test('are followed after a random part of the spread, and many of them are one', async () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const clock = new ManualClock();
    const { broker } = spoken();
    followSignals(resolver, broker, { clock, spreadMs: 2_000, quietMs: 5_000 });
    for (let times = 0; times < 100; times += 1) await announceChange(broker, place);
    clock.advance(999);
    expect(store.lookups).toHaveLength(1);
    clock.advance(1);
    await vi.waitFor(() => expect(store.lookups).toHaveLength(2));
    // The next one waits until it has been quiet.
    await announceChange(broker, place);
    clock.advance(5_999);
    await resolver.nextChange('PASSWORD', { signal: AbortSignal.timeout(20) }).catch(() => undefined);
    expect(store.lookups).toHaveLength(2);
    clock.advance(1);
    await vi.waitFor(() => expect(store.lookups).toHaveLength(3));
    random.mockRestore();
  });

  test('leave no timer and no listener when they end', async () => {
    const clock = new ManualClock();
    const { broker, stop } = spoken();
    const end = followSignals(resolver, broker, { clock });
    await announceChange(broker, place);
    expect(clock.pending).toBe(1);
    await end();
    await end();
    expect(clock.pending).toBe(0);
    expect(stop).toHaveBeenCalledTimes(1);
    expect(resolver.events.listenerCount('closed')).toBe(0);
    await announceChange(broker, place);
    expect(clock.pending).toBe(0);
  });

  test('of each application and environment have a channel of their own, without wildcards', () => {
    expect(signalChannel('shop', 'production')).toBe('strongroom.shop.production');
    expect(signalChannel('my shop.v2*', '>')).toBe('strongroom.my%20shop%2Ev2%2A.%3E');
    expect(signalChannel('a', 'b.c')).not.toBe(signalChannel('a.b', 'c'));
  });
});
