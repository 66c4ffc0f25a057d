import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AnswerHead } from '../../src/http/answer-head.js';
import { Connections } from '../../src/http/connections.js';
import { whenConnected } from '../../src/http/dial.js';
import { requestText } from '../../src/http/request-text.js';
import { wellFormed } from './answers.js';

let next: { readonly text: string; readonly untilClose: boolean };
let server: Server;
let port: number;
beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(Buffer.from(next.text, 'latin1'));
      if (next.untilClose) socket.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => void server.close());

interface Seen {
  readonly status: number | undefined;
  readonly fields: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** The header fields that something is done with. */
const used = [
  ...['content-type', 'content-encoding', 'retry-after', 'age', 'x-cache', 'x-vault-index', 'location'],
  'keep-alive',
];

function ours(method: string): Promise<Seen> {
  const dial = (made: (error: unknown, socket?: Socket) => void) =>
    whenConnected(connect(port, '127.0.0.1'), 'connect', made);
  const connections = new Connections(dial, 1_000);
  return new Promise((resolve, reject) => {
    connections.make((error, connection) => {
      if (connection === undefined) return reject(error);
      let head: AnswerHead | undefined;
      const body: Buffer[] = [];
      connection.send(requestText(method, '/', 'host: x\r\n', undefined), {
        head(given) {
          head = given;
        },
        data: (chunk) => void body.push(chunk),
        end() {
          connection.destroy();
          resolve({
            status: head?.status,
            fields: Object.fromEntries(used.map((name) => [name, head?.headers.get(name)])),
            body: Buffer.concat(body).toString('latin1'),
          });
        },
        failed: reject,
      });
    });
  });
}

function theirs(method: string): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', method, agent: false }, (response) => {
      const body: Buffer[] = [];
      response.on('data', (chunk: Buffer) => body.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        request.destroy();
        resolve({
          status: response.statusCode,
          fields: Object.fromEntries(
            used.map((name) => [name, response.headers[name] as string | undefined]),
          ),
          body: Buffer.concat(body).toString('latin1'),
        });
      });
    });
    request.on('error', reject);
    request.end();
  });
}

test('a well-formed answer is what it is to node:http', async () => {
  await fc.assert(
    fc.asyncProperty(wellFormed, async (answer) => {
      next = answer;
      const [seen, expected] = await Promise.all([ours(answer.method), theirs(answer.method)]);
      expect(seen).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});
