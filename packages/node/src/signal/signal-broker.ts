/** What a broker tells those who listen on a channel. */
export interface SignalListener {
  /** Somebody says that something changed. What else was said is nobody's business. */
  heard(): void;
  /** The broker is gone: nothing is heard until {@link up}. */
  down(): void;
  up(): void;
}

/**
 * A broker that a company already runs, as a signal needs it. A signal says "look again", never a value, and is
 * trusted for nothing more.
 */
export interface SignalBroker {
  /** For messages: `Redis`, `NATS`. */
  readonly name: string;
  /**
   * Listens on a channel, from the moment on at which the broker can be reached. Never waits for it and never
   * fails for it.
   *
   * @returns a function that ends it
   */
  listen(channel: string, listener: SignalListener): () => Promise<void>;
  /** Says on a channel that something changed. @throws whatever the broker's client throws */
  announce(channel: string): Promise<void>;
}

/** The channel of an application and an environment: the same for Redis and NATS, whose wildcards are not in it. */
export function signalChannel(application: string, environment: string): string {
  return ['strongroom', application, environment].map(segment).join('.');
}

const segment = (text: string): string =>
  encodeURIComponent(text).replace(
    /[.*!'()~]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
