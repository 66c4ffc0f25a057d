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
      /** What is not yet, or was refused, is asked for; what was taken the client asks for again by itself. */
      let subscribed: 'no' | 'asked' | 'yes' = 'no';
      const subscribe = async () => {
        subscribed = 'asked';
        try {
          await subscriber.subscribe(channel, () => heard());
          subscribed = 'yes';
          up();
        } catch {
          subscribed = 'no';
          if (!ended) down();
        }
      };
      // Without a listener the client throws what befalls its connection into the void, which ends the process.
      subscriber.on('error', down);
      subscriber.on('ready', () => {
        if (subscribed === 'yes') up();
        else if (subscribed === 'no') asked = subscribe();
      });
      let asked = Promise.resolve();
      const connected = subscriber.connect().catch(() => {
        if (!ended) down();
      });
      return async () => {
        ended = true;
        subscriber.destroy();
        await connected;
        await asked;
      };
    },
    async announce(channel) {
      await client.publish(channel, '');
    },
  };
}
