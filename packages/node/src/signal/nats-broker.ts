import type { SignalBroker } from './signal-broker.js';

/** What is needed of a connection of the package `@nats-io/transport-node`. */
export interface NatsConnection {
  subscribe(subject: string, options: { callback: (error: unknown) => void }): { unsubscribe(): void };
  publish(subject: string): void;
  flush(): Promise<void>;
  status(): AsyncIterable<{ readonly type: string }>;
}

/**
 * Signals through NATS.
 *
 * @param connection of the package `@nats-io/transport-node`; it stays the application's, and connects again by its
 * own rules
 */
export function natsBroker(connection: NatsConnection): SignalBroker {
  return {
    name: 'NATS',
    listen(channel, { heard, down, up }) {
      // An error takes the place of a message when the server does not allow the channel.
      const callback = (error: unknown) => (error ? down() : heard());
      const subscription = connection.subscribe(channel, { callback });
      const states = connection.status()[Symbol.asyncIterator]();
      const follow = async () => {
        for (let state = await states.next(); state.done !== true; state = await states.next()) {
          if (state.value.type === 'disconnect') down();
          else if (state.value.type === 'reconnect') up();
        }
      };
      follow().catch(down);
      return async () => {
        // A connection that was closed has ended its subscriptions by itself.
        try {
          subscription.unsubscribe();
        } catch {
          return;
        }
        void states.return?.();
      };
    },
    async announce(channel) {
      connection.publish(channel);
      await connection.flush();
    },
  };
}
