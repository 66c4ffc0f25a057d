import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/**
 * What a shutdown can close: a function, a server or a connection. What only calls back when it is closed is given as
 * a function that returns a promise; `http.Server` and `net.Server` are known.
 */
export type Closable =
  | (() => unknown)
  | { [Symbol.asyncDispose](): PromiseLike<void> }
  | { close(): unknown }
  | { end(): unknown };

/** How often connections that have become idle are looked for, in milliseconds. */
const idleEveryMs = 50;

/** Closes it, and waits until that is done. */
export async function close(thing: Closable): Promise<void> {
  // A connection that is kept alive after its answer would hold a server for seconds. Fastify has one within.
  const server = 'server' in thing ? thing.server : thing;
  const letGo = isHttpServer(server) ? lettingGo(server) : undefined;
  try {
    if (typeof thing === 'function') await thing();
    else if (isHttpServer(thing)) await closeServer(thing);
    else if (Symbol.asyncDispose in thing) await thing[Symbol.asyncDispose]();
    else if ('close' in thing) await thing.close();
    else await thing.end();
  } finally {
    letGo?.();
  }
}

/**
 * Keeps no connection alive from now on: neither one that is idle, nor one whose client always asks for more. That
 * one is told so with its next answer, lest it sends a request just when the connection is closed for being idle.
 *
 * @returns a function that ends it
 */
function lettingGo(server: Server): () => void {
  const idle = setInterval(() => server.closeIdleConnections(), idleEveryMs);
  const last = (_request: IncomingMessage, response: ServerResponse) => {
    response.setHeader('Connection', 'close');
  };
  server.prependListener('request', last);
  return () => {
    clearInterval(idle);
    server.off('request', last);
  };
}

/** What it is called in a message. */
export function nameOf(thing: Closable): string {
  return (typeof thing === 'function' ? thing.name : thing.constructor?.name) || 'an unnamed one';
}

const isHttpServer = (thing: unknown): thing is Server =>
  typeof thing === 'object' && thing !== null && 'closeIdleConnections' in thing;

/** Answers the requests that are under way. */
function closeServer(server: Server): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    server.close((error) => {
      // One that does not listen is closed.
      if (error === undefined || (error as NodeJS.ErrnoException).code === 'ERR_SERVER_NOT_RUNNING')
        resolve();
      else reject(error);
    });
  });
}
