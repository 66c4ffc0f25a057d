import { randomBytes } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { MethodTranslator } from '../http/method-translator.js';
import type { Certificate } from '../tls/self-signed-certificate.js';
import type { Connections } from './connections.js';
import { DevServerError } from './dev-server-error.js';

const BAD_REQUEST =
  'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request';

/** A listening server: where it listens, and how to stop it. */
export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves a request; `methodHeader` names the header with the true verb, if it has one. */
export type Serve = (message: IncomingMessage, response: ServerResponse, methodHeader: string) => void;

const startError = (error: NodeJS.ErrnoException, host: string, port: number): DevServerError =>
  error.code === 'EADDRINUSE'
    ? new DevServerError('PORT_IN_USE', `Port ${port} of ${host} is in use by another program.`, {
        cause: error,
      })
    : new DevServerError(
        'LISTEN_FAILED',
        `Could not listen on ${host}:${port}: ${error.code ?? error.message}.`,
        {
          cause: error,
        },
      );

function listening(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(startError(error, host, port)));
    server.listen({ host, port }, () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}

/** Starts to listen. @throws DevServerError with PORT_IN_USE or LISTEN_FAILED */
export async function listen(
  host: string,
  port: number,
  connections: Connections,
  serve: Serve,
  certificate: Certificate | undefined,
): Promise<Listener> {
  // Random, so that no client sends such a header by chance.
  const methodHeader = `x-method-${randomBytes(8).toString('hex')}`;
  const http = createHttpServer({ requestTimeout: 0, headersTimeout: 60_000 }, (message, response) =>
    serve(message, response, methodHeader),
  );
  http.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end(BAD_REQUEST);
    else socket.destroy();
  });
  const accept = (socket: Socket): void => {
    http.emit('connection', new MethodTranslator(socket, methodHeader));
  };
  const options = { allowHalfOpen: true, noDelay: true };
  const server =
    certificate === undefined
      ? createServer(options, accept)
      : createTlsServer(
          {
            ...options,
            cert: certificate.cert,
            key: certificate.key,
            // Whether a client's certificate is any good, the auth method decides.
            requestCert: true,
            rejectUnauthorized: false,
          },
          accept,
        );
  server.on('connection', (socket: Socket) => {
    // A client that does not trust the certificate hangs up in the middle of the handshake.
    socket.on('error', () => {});
    connections.add(socket);
  });
  const bound = await listening(server, host, port);
  return {
    port: bound,
    close: () =>
      new Promise((resolve) => {
        connections.endAll();
        http.close();
        server.close(() => resolve());
      }),
  };
}
