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
      let refused = false;
      const subscribe = () => {
        refused = false;
        // An error takes the place of a message when the server does not allow the channel.
        const callback = (error: unknown) => {
          if (!error) return heard();
          refused = true;
          down();
        };
        return connection.subscribe(channel, { callback });
      };
      let subscription = subscribe();
      /** What was refused is asked for again, and taken when the server has nothing against it by its next answer. */
      const connected = async () => {
        if (refused) {
          subscription.unsubscribe();
          subscription = subscribe();
          await connection.flush().catch(() => {
            refused = true;
          });
        }
        if (!refused) up();
      };
      const states = connection.status()[Symbol.asyncIterator]();
      const follow = async () => {
        for (let state = await states.next(); state.done !== true; state = await states.next()) {
          if (state.value.type === 'disconnect') down();
          // One that is lost meanwhile is followed by another one.
          else if (state.value.type === 'reconnect') connected().catch(() => undefined);
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
