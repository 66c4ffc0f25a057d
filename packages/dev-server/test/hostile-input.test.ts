import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';
import { send } from './http-client.js';

/** Sends bytes as they are and returns everything that comes back until the server ends. */
async function raw(address: string, ...chunks: readonly string[]): Promise<string> {
  const { port } = new URL(address);
  const socket = connect(Number(port), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  for (const chunk of chunks) {
    socket.write(chunk, 'latin1');
    // In packets of their own, so that heads and bodies come in pieces.
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
  await once(socket, 'close');
  return answer;
}

describe('whatever is sent, the server goes on', () => {
  let server: DevServer;
  beforeAll(async () => {
    server = await startDevServer();
  });
  afterAll(() => server.close());

  const isAlive = async (): Promise<void> => {
    expect((await send(server.address, { path: '/v1/sys/health' })).status).toBe(200);
  };

  test.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['a verb alone', 'LIST\r\n\r\n'],
    ['a target without a slash', 'GET v1/sys/health HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['two lengths', 'POST /v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['a broken chunk', 'POST /v1/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['a head without an end', `GET /v1/${'a'.repeat(100_000)}`],
    ['a body that breaks off', 'POST /v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc'],
    ['an upgrade', 'GET /v1/x HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ])('%s', async (_what, bytes) => {
    await raw(server.address, bytes);
    await isAlive();
  });

  test('a client that takes it for TLS is told at once', async () => {
    const { port } = new URL(server.address);
    const socket = connectTls({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false });
    const [error] = await once(socket, 'error').catch((thrown: unknown) => [thrown]);
    expect(error).toMatchObject({ code: expect.stringMatching(/^EPROTO|^ERR_SSL_/) });
    await isAlive();
  });

  test('several requests on one connection are told apart, whatever their verbs and bodies', async () => {
    const head = `Host: x\r\nX-Vault-Token: ${server.rootToken}\r\n`;
    const answers = await raw(
      server.address,
      `LIST /v1/secret/metadata HTTP/1.1\r\n${head}\r\nPOST /v1/secret/data/a HTTP/1.1\r\n${head}`,
      'Content-Length: 19\r\n\r\n{"data":',
      `{"LIST":1}}LIST /v1/secret/metadata HTTP/1.1\r\n${head}\r\n`,
      `PUT /v1/secret/data/b HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n`,
      '9\r\n{"data":{\r\n9;x=y\r\n"LIST":2}\r\n1\r\n}',
      `\r\n0\r\nTrailer: x\r\n\r\nLIST /v1/secret/metadata HTTP/1.1\r\n${head}Connection: close\r\n\r\n`,
    );
    expect([...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1])).toEqual([
      '404',
      '200',
      '200',
      '200',
      '200',
    ]);
    expect(answers).toContain('{"keys":["a","b"]}');
  });

  test('any path and any JSON', { timeout: 60_000 }, async () => {
    const verb = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'LIST', 'PATCH', 'OPTIONS', 'HEAD', 'BREW');
    const root = fc.constantFrom(
      'secret/data',
      'secret/metadata',
      'sys',
      'sys/mounts',
      'auth/token',
      'cubbyhole',
      '',
    );
    await fc.assert(
      fc.asyncProperty(verb, root, fc.webPath(), fc.json(), async (method, prefix, path, body) => {
        const answer = await send(server.address, {
          method,
          path: `/v1/${prefix}${path}`,
          // Not the root token: some of these requests might seal the server.
          token: 'wrong',
          ...(method === 'GET' || method === 'HEAD' ? {} : { body: JSON.parse(body) }),
        });
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 200 },
    );
    await isAlive();
  });

  test('any JSON in a secret comes back as it was, numbers as Vault reads them', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (data) => {
        const sent = JSON.parse(JSON.stringify(data));
        const token = server.rootToken;
        await send(server.address, { path: '/v1/secret/data/any', token, body: { data: sent } });
        const answer = await send(server.address, { path: '/v1/secret/data/any', token });
        expect(answer.json.data.data).toEqual(
          JSON.parse(JSON.stringify(sent).replaceAll(/(?<=[[:,])-0(?=[,\]}])/g, '0')),
        );
      }),
      { numRuns: 100 },
    );
  });

  test('JSON that is nested too deeply is refused', async () => {
    const deep = `{"data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const answers = await raw(
      server.address,
      `POST /v1/secret/data/deep HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Vault-Token: ${server.rootToken}\r\nContent-Length: ${deep.length}\r\n\r\n`,
      deep,
    );
    expect(answers).toMatch(/^HTTP\/1\.1 400 /);
    await isAlive();
  });
});
