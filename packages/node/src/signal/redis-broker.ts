import type { SignalBroker } from './signal-broker.js';

/** What is needed of a client of the package `redis`. */
export interface RedisClient {
  duplicate(): RedisSubscriber;
  publish(channel: string, message: string): Promise<unknown>;
}

/** What is needed of the connection of its own that listening takes. */
export interface RedisSubscriber {
  connect(): Promise<unknown>;
  subscribe(channel: string, listener: () => void): Promise<unknown>;
  on(event: 'error' | 'ready', listener: () => void): unknown;
  destroy(): void;
}

/**
 * Signals through Redis pub/sub.
 *
 * @param client of the package `redis` (node-redis); it stays the application's. Listening takes a connection of
 * its own, made by `duplicate()`, which connects again by the client's own rules.
 */
export function redisBroker(client: RedisClient): SignalBroker {
  return {
    name: 'Redis',
    listen(channel, { heard, down, up }) {
      const subscriber = client.duplicate();
      let ended = false;
      // Without a listener the client throws what befalls its connection into the void, which ends the process.
      subscriber.on('error', down);
      subscriber.on('ready', up);
      const ready = subscriber
        .connect()
        .then(() => subscriber.subscribe(channel, () => heard()))
        .catch(() => {
          if (!ended) down();
        });
      return async () => {
        ended = true;
        subscriber.destroy();
        await ready;
      };
    },
    async announce(channel) {
      await client.publish(channel, '');
    },
  };
}
