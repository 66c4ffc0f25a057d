import { AsyncResource } from 'node:async_hooks';
import { Connection, type ConnectionKeeper } from './connection.js';
import type { Dial } from './dial.js';

/** The connections to one address that wait for work; that used last goes first. How many there are is not decided here. */
export class Connections implements ConnectionKeeper {
  readonly #dial: Dial;
  readonly #idleTimeoutMs: number;
  #idle: Connection[] = [];

  constructor(dial: Dial, idleTimeoutMs: number) {
    // A connection is not to keep the context of the request alive that it is made for.
    this.#dial = AsyncResource.bind(dial);
    this.#idleTimeoutMs = idleTimeoutMs;
  }

  /** One that waits for work, if there is one. */
  take(): Connection | undefined {
    let connection = this.#idle.pop();
    while (connection?.usable === false) connection = this.#idle.pop();
    return connection;
  }

  /**
   * Makes one more.
   *
   * @returns a function that calls it off
   */
  make(made: (error: unknown, connection?: Connection) => void): () => void {
    return this.#dial((error, socket) => {
      if (socket === undefined) made(error);
      else made(undefined, new Connection(socket, this, this.#idleTimeoutMs));
    });
  }

  /** Closes those that wait for work: they may be dead, or nobody will need them. */
  drop(): void {
    for (const connection of [...this.#idle]) connection.destroy();
  }

  free(connection: Connection): void {
    this.#idle.push(connection);
  }

  gone(connection: Connection): void {
    const index = this.#idle.lastIndexOf(connection);
    if (index !== -1) this.#idle.splice(index, 1);
  }
}
