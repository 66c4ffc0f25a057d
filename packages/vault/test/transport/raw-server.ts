import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createServer as createSecureServer, type TlsOptions } from 'node:tls';
import { secretBody } from '../hostile-server.js';
import { closing } from './setting.js';

/** A server that knows no HTTP: a test says what each connection and each request gets, byte by byte. */
export interface RawServer extends AsyncDisposable {
  readonly address: string;
  /** All that were ever made. */
  readonly sockets: readonly Socket[];
  /** How many are open now. */
  readonly open: number;
  /** The heads of the requests. */
  readonly requests: readonly string[];
}

export interface RawServerOptions {
  /** Called as soon as the head of a request is there. */
  readonly head?: (socket: Socket, count: number, head: string) => void;
  /** Called when a request is complete. */
  readonly whole?: (socket: Socket, count: number, head: string) => void;
  /** Called for each connection. */
  readonly accept?: (socket: Socket, count: number) => void;
  readonly host?: string;
  readonly tls?: TlsOptions;
}

/** Starts one, and closes it after the test. */
export async function startRawServer(options: RawServerOptions): Promise<RawServer> {
  const { head, whole, accept, host = '127.0.0.1', tls } = options;
  const sockets: Socket[] = [];
  const requests: string[] = [];
  const connected = (socket: Socket) => {
    sockets.push(socket);
    let held = '';
    /** Of a body; undefined before the head is there. */
    let left: number | undefined;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      held += chunk.toString('latin1');
      const end = held.indexOf('\r\n\r\n');
      if (left === undefined) {
        if (end === -1) return;
        const text = held.slice(0, end + 4);
        held = held.slice(end + 4);
        left = Number(/\r\ncontent-length: (\d+)\r\n/.exec(text)?.[1] ?? 0);
        requests.push(text);
        head?.(socket, requests.length, text);
      }
      left -= held.length;
      held = '';
      if (left > 0) return;
      left = undefined;
      whole?.(socket, requests.length, requests.at(-1) ?? '');
    });
    accept?.(socket, sockets.length);
  };
  const server = tls === undefined ? createServer(connected) : createSecureServer(tls, connected);
  server.on('tlsClientError', () => undefined);
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return closing({
    address: `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    sockets,
    requests,
    get open() {
      return sockets.filter((socket) => !socket.destroyed).length;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  });
}

/** A proxy that opens a tunnel to a server, whatever name it is asked for. */
export const startTunnelTo = (server: RawServer, tls?: TlsOptions): Promise<RawServer> =>
  startRawServer({
    ...(tls === undefined ? {} : { tls }),
    head(socket, _, text) {
      if (!text.startsWith('CONNECT ')) return;
      const upstream = connect(Number(new URL(server.address).port), '127.0.0.1');
      upstream.on('error', () => socket.destroy());
      socket.on('close', () => upstream.destroy());
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    },
  });

/** A secret as Vault answers with it. */
export const secretText = (data: object = { a: 1 }): string => JSON.stringify(secretBody(data));

/** An answer with a length. */
export const answerOf = (text = secretText(), fields: readonly string[] = [], first = 'HTTP/1.1 200 OK') =>
  [first, 'Content-Type: application/json', `Content-Length: ${text.length}`, ...fields, '', text].join(
    '\r\n',
  );

/** The same in chunks. */
export const chunkedOf = (text = secretText(), { extension = '', trailers = '' } = {}) => {
  const chunks = [text.slice(0, 10), text.slice(10)].map(
    (part) => `${part.length.toString(16)}${extension}\r\n${part}\r\n`,
  );
  return `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks.join('')}0${extension}\r\n${trailers}\r\n`;
};
