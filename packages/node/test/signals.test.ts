import { EventEmitter, on } from 'node:events';
import { connect } from '@nats-io/transport-node';
import { createResolver, defineSettings, type Resolver, type Source, secret } from '@strongroom/core';
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

    function unconnected() {
      const made = createClient({ url: server.url, socket: { reconnectStrategy: 50 } });
      made.on('error', () => undefined);
      clients.push(made);
      return made;
    }
    async function client() {
      const made = unconnected();
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

    test('are heard as soon as the server is there, which was not when the program started', async () => {
      const log = logger();
      await server.stop();
      const stop = followSignals(resolver, redisBroker(unconnected()), { ...quick, logger: log });
      await vi.waitFor(() => expect(log.warn).toHaveBeenCalledTimes(1), { timeout: 10_000 });
      await server.start();
      await untilHeard(redisBroker(await client()), 'two');
      expect(log.warn).toHaveBeenCalledTimes(1);
      await stop();
    });

    test('that may not be heard are not said to be heard because the server was away, and are when they may', async () => {
      const log = logger();
      const own = await client();
      await own.sendCommand(['ACL', 'SETUSER', 'default', 'resetchannels']);
      const stop = followSignals(resolver, redisBroker(own), { ...quick, logger: log });
      await vi.waitFor(() => expect(log.warn).toHaveBeenCalledTimes(1), { timeout: 10_000 });
      /** The connection that listens is lost. */
      const lose = () => own.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
      const refused = async () => {
        return (await own.aclLog()).reduce((all, { count }) => all + count, 0);
      };
      expect(await refused()).toBe(1);
      await lose();
      await vi.waitFor(async () => expect(await refused()).toBe(2), { timeout: 10_000 });
      expect(log.info).not.toHaveBeenCalled();
      await own.sendCommand(['ACL', 'SETUSER', 'default', 'allchannels']);
      await lose();
      await untilHeard(redisBroker(await client()), 'two');
      expect(log.info).toHaveBeenCalledTimes(1);
      await stop();
    });

    test('that the server does not take are told of, and hold nobody up', async () => {
      const own = await client();
      const clock = new ManualClock();
      await server.kill();
      await vi.waitFor(() => expect(own.isReady).toBe(false));
      const announced = announceChange(redisBroker(own), place, { clock });
      clock.advance(5_000);
      await expect(announced).rejects.toMatchObject({
        code: 'SIGNAL_NOT_SENT',
        message: expect.stringContaining('Redis did not take the signal for my shop.v2* (test)'),
      });
      await server.start();
      const closed = announceChange(redisBroker(unconnected()), place);
      await expect(closed).rejects.toThrow(/ClientClosedError/);
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

    test('are missed for good when the connection gives up, and this is told once', async () => {
      const log = logger();
      const own = await connect({ servers: server.url, reconnect: false });
      followSignals(resolver, natsBroker(own), { ...quick, logger: log });
      await server.kill();
      await own.closed();
      await vi.waitFor(() => expect(log.warn).toHaveBeenCalledTimes(1));
      await server.start();
      await expect(announceChange(natsBroker(own), place)).rejects.toMatchObject({ code: 'SIGNAL_NOT_SENT' });
      await resolver.close();
      expect(log.warn).toHaveBeenCalledTimes(1);
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

  test('that come while a refresh is under way are followed by one that began after them', async () => {
    const clock = new ManualClock();
    const gates: (() => void)[] = [];
    let value = 'one';
    let slow = false;
    const asked: Source = {
      name: 'asked',
      async lookup([setting]) {
        const answer = { status: 'found', value, locator: 'there' } as const;
        // It has read what there was, and takes its time to say so.
        if (slow) await new Promise<void>((resolve) => gates.push(resolve));
        return new Map(setting === undefined ? [] : [[setting.name, answer]]);
      },
    };
    await using settings = createResolver(definition, { environment: 'test', sources: [asked], clock });
    await settings.load();
    const { broker } = spoken();
    followSignals(settings, broker, { clock, spreadMs: 0 });
    slow = true;
    const before = settings.refresh();
    await vi.waitFor(() => expect(gates).toHaveLength(1));
    value = 'two';
    clock.advance(1);
    await announceChange(broker, place);
    clock.advance(0);
    slow = false;
    for (const open of gates.splice(0)) open();
    await before;
    await vi.waitFor(() => expect(settings.current().PASSWORD).toBe('two'));
  });

  test('of NATS that may not be heard are told of, asked for at the next connection, and no message passes for one', async () => {
    let allowed = false;
    let asked = 0;
    const states = new EventEmitter();
    const callbacks = new Set<(error: unknown) => void>();
    const broker = natsBroker({
      subscribe(_, { callback }) {
        asked++;
        callbacks.add(callback);
        return { unsubscribe: () => void callbacks.delete(callback) };
      },
      publish: () => undefined,
      // What the server refuses it says before it answers this.
      async flush() {
        if (!allowed) for (const callback of callbacks) callback(new Error('permissions violation'));
      },
      async *status() {
        for await (const [type] of on(states, 'state')) yield { type };
      },
    });
    const connectAgain = async () => {
      for (const state of ['disconnect', 'reconnect']) states.emit('state', state);
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    };
    const clock = new ManualClock();
    const log = logger();
    followSignals(resolver, broker, { clock, logger: log });
    await new Promise((resolve) => setImmediate(resolve));
    for (const callback of callbacks) callback(new Error('permissions violation'));
    await connectAgain();
    expect(asked).toBe(2);
    expect(log.warn).toHaveBeenCalledTimes(1);
    expect(log.info).not.toHaveBeenCalled();
    expect(clock.pending).toBe(0);
    allowed = true;
    await connectAgain();
    expect(log.info).toHaveBeenCalledTimes(1);
    for (const callback of callbacks) callback(undefined);
    expect(clock.pending).toBe(1);
    // A subscription that was taken the client itself asks for again.
    await connectAgain();
    expect([asked, callbacks.size]).toEqual([3, 1]);
  });

  test('are not followed by what cannot be gone by', async () => {
    const { broker } = spoken();
    const fault = (name: string) =>
      expect.objectContaining({ code: 'DEFINITION_INVALID', message: expect.stringContaining(name) });
    const follow = (options: object) => () => followSignals(resolver, broker, options);
    expect(follow({ spread: 5 })).toThrow(fault('Was it meant to be spreadMs?'));
    expect(follow({ spreadMs: -1 })).toThrow(fault('spreadMs'));
    expect(follow({ quietMs: Number.NaN })).toThrow(fault('quietMs'));
    expect(() => followSignals(Promise.resolve(resolver) as never, broker)).toThrow(fault('awaited first'));
    await expect(announceChange(broker, place, { announceDeadlineMs: 0 })).rejects.toEqual(
      fault('announceDeadlineMs'),
    );
    await expect(announceChange(broker, place, { deadline: 5 } as object)).rejects.toEqual(fault('deadline'));
  });

  test('are followed no longer when the resolver was closed before', async () => {
    const { broker, stop } = spoken();
    await resolver.close();
    followSignals(resolver, broker, { clock: new ManualClock() });
    await Promise.resolve();
    expect(stop).toHaveBeenCalledTimes(1);
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
    expect(resolver.events.listenerCount('refresh')).toBe(0);
    await announceChange(broker, place);
    expect(clock.pending).toBe(0);
  });

  test('of each application and environment have a channel of their own, without wildcards', () => {
    expect(signalChannel('shop', 'production')).toBe('strongroom.shop.production');
    expect(signalChannel('my shop.v2*', '>')).toBe('strongroom.my%20shop%2Ev2%2A.%3E');
    expect(signalChannel('a', 'b.c')).not.toBe(signalChannel('a.b', 'c'));
  });
});
