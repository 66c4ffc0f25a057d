import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { ManualClock } from '@strongroom/core/testing';
import { type DevServer, startDevServer } from '@strongroom/dev-server';
import { type CertificateAuthority, makeAuthority } from '@strongroom/test-servers';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { answerOf, startRawServer, startTunnelTo } from './raw-server.js';
import { failureOf, open, read } from './setting.js';

let issuer: DevServer;
let authority: CertificateAuthority;
let certificate: { readonly cert: string; readonly key: string };
beforeAll(async () => {
  issuer = await startDevServer();
  authority = await makeAuthority(issuer);
  certificate = await authority.issue('vault.example.com', { addresses: ['127.0.0.1'] });
});
afterAll(() => issuer.close());
afterEach(() => vi.restoreAllMocks());

const found = { status: 'found', data: { a: 1 } };
const trusting = () => ({ tls: { ca: authority.certificate } });

/** A server of TLS that always answers the same. */
const answering = (text = answerOf()) =>
  startRawServer({
    tls: { ...certificate, ALPNProtocols: ['h2', 'http/1.1'] },
    whole: (socket) => void socket.write(text),
  });

const inTunnel = (
  proxy: { readonly address: string },
  address = 'https://vault.example.com:8200',
  more = {},
) => open(address, { proxy: proxy.address, ...trusting(), ...more });

test('a connection asks for HTTP/1.1 and for the name that the certificate must have', async () => {
  const server = await answering();
  const names = async (vault: ReturnType<typeof open>) => {
    expect(await read(vault)).toMatchObject(found);
    const { alpnProtocol, servername } = server.sockets.at(-1) as TLSSocket & { servername: unknown };
    return [alpnProtocol, servername];
  };
  expect(await names(open(server.address, trusting()))).toEqual(['http/1.1', false]);
  const tls = { ...trusting().tls, serverName: 'vault.example.com' };
  expect(await names(open(server.address, { tls }))).toEqual(['http/1.1', 'vault.example.com']);
  const proxy = await startTunnelTo(server);
  expect(await names(inTunnel(proxy))).toEqual(['http/1.1', 'vault.example.com']);
  // The name in a certificate has no dot at its end, and servers know none with it.
  const dotted = inTunnel(proxy, 'https://vault.example.com.:8200');
  expect(await names(dotted)).toEqual(['http/1.1', 'vault.example.com']);
  expect(proxy.requests.at(-1)).toContain('CONNECT vault.example.com.:8200 ');
});

test('a connection is used again for reads and writes, over TLS and in a tunnel', async () => {
  const server = await answering(answerOf('{}'));
  const proxy = await startTunnelTo(server);
  for (const vault of [open(server.address, trusting()), inTunnel(proxy)]) {
    const client = await vault.client();
    for (let round = 0; round < 3; round++) {
      await client.write('a', { a: 1 });
      await client.write('a', { long: 'x'.repeat(1024 * 1024) });
      await client.read('a');
    }
  }
  expect(server.sockets).toHaveLength(2);
  expect(proxy.sockets).toHaveLength(1);
});

test('every connection sends at once, and notices when the other side has gone', async () => {
  const told = [vi.spyOn(Socket.prototype, 'setNoDelay'), vi.spyOn(Socket.prototype, 'setKeepAlive')];
  const plain = await startRawServer({ whole: (socket) => void socket.write(answerOf()) });
  const server = await answering();
  const proxy = await startTunnelTo(server);
  for (const [vault, secure] of [
    [open(plain.address), false],
    [open(server.address, trusting()), true],
    [inTunnel(proxy), true],
  ] as const) {
    for (const spy of told) spy.mockClear();
    await read(vault);
    for (const { mock } of told) {
      const sockets = mock.contexts.filter((_, index) => mock.calls[index]?.[0] === true);
      expect(sockets.some((socket) => socket instanceof TLSSocket === secure)).toBe(true);
    }
  }
});

test.each(['end', 'resetAndDestroy'] as const)(
  'a connection that is lost while it is secured is told at once: %s',
  async (end) => {
    const server = await startRawServer({
      accept: (socket) => void socket.once('data', () => socket[end]()),
    });
    const clock = new ManualClock();
    const address = server.address.replace('http:', 'https:');
    const error = await failureOf(read(open(address, { clock })));
    expect(error).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      repeatable: true,
      cause: { code: 'ECONNRESET' },
    });
    const proxy = await startTunnelTo(server);
    expect((await failureOf(read(inTunnel(proxy, undefined, { clock })))).code).toBe('SOURCE_UNAVAILABLE');
    expect(clock.pending).toBe(0);
    await expect.poll(() => proxy.open + server.open, { interval: 1 }).toBe(0);
  },
);

test('a tunnel that is cut while it is idle costs one more, and in an answer the answer', async () => {
  const texts = [answerOf(), answerOf(), answerOf().slice(0, -5)];
  const server = await startRawServer({
    tls: certificate,
    whole: (socket, count) => void socket.write(texts[count - 1] ?? answerOf()),
  });
  const proxy = await startTunnelTo(server);
  const clock = new ManualClock();
  const vault = inTunnel(proxy, undefined, { clock });
  expect(await read(vault)).toMatchObject(found);
  for (const socket of proxy.sockets) socket.resetAndDestroy();
  await expect.poll(() => server.open, { interval: 1 }).toBe(0);
  expect(await read(vault)).toMatchObject(found);
  // With a connection of its own, so that it is not repeated as one that had been closed before.
  const failure = failureOf(read(inTunnel(proxy, undefined, { clock })));
  await expect.poll(() => server.requests.length, { interval: 1 }).toBe(3);
  for (const socket of proxy.sockets) socket.resetAndDestroy();
  // Whether the beginning of the answer arrived before the reset cannot be told.
  expect(['SOURCE_MALFORMED', 'SOURCE_UNAVAILABLE']).toContain((await failure).code);
  expect(await read(vault)).toMatchObject(found);
  expect(clock.pending).toBe(0);
});

test('a tunnel in which Vault is not whom it should be is closed', async () => {
  const proxy = await startTunnelTo(await answering());
  const vault = inTunnel(proxy, 'https://other.example.com');
  expect((await failureOf(read(vault))).message).toContain('certificate that is not accepted');
  await expect.poll(() => proxy.open, { interval: 1 }).toBe(0);
});

test.each([
  ['says nothing more', 'HTTP/1.1 200 OK\r\n\r\n', undefined],
  ['says something else', 'HTTP/1.1 200 OK\r\n\r\nhello', undefined],
  ['speaks no HTTP', 'SSH-2.0-x\r\n', 'cannot be reached (HPE_'],
  ['sends fields without end', `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(20_000)}`, 'cannot be reached (HPE_'],
  ['switches to another protocol', 'HTTP/1.1 101 No\r\nUpgrade: a\r\n\r\n', 'does not connect to it (101)'],
  ['wants credentials', 'HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n', 'does not connect to it (407)'],
])(
  'a proxy that %s is left, at once or when the time is up or the client is closed',
  async (_, text, words) => {
    const proxy = await startRawServer({ head: (socket) => void socket.write(text) });
    const clock = new ManualClock();
    const late = failureOf(read(inTunnel(proxy, undefined, { clock })));
    if (words === undefined) {
      await expect.poll(() => proxy.requests.length, { interval: 1 }).toBe(1);
      clock.advance(5_000);
    }
    expect((await late).message).toContain(words ?? 'did not accept the connection within 5 s');
    await expect.poll(() => proxy.open, { interval: 1 }).toBe(0);
    expect(clock.pending).toBe(0);

    const vault = inTunnel(proxy);
    const failure = failureOf(read(vault));
    await expect.poll(() => proxy.requests.length, { interval: 1 }).toBe(2);
    await vault.close();
    expect((await failure).message).toMatch(/was closed|its proxy/);
    await expect.poll(() => proxy.open, { interval: 1 }).toBe(0);
  },
);

test.each([
  ['in the middle of an answer', (socket: Socket) => void socket.write(answerOf().slice(0, -5))],
  ['waiting for one', () => undefined],
])('closing the client %s over TLS leaves nothing open, in a tunnel or not', async (_, whole) => {
  const server = await startRawServer({ tls: certificate, whole });
  const proxy = await startTunnelTo(server);
  for (const [before, vault] of [open(server.address, trusting()), inTunnel(proxy)].entries()) {
    const failure = failureOf(read(vault));
    await expect.poll(() => server.requests.length, { interval: 1 }).toBe(before + 1);
    await vault.close();
    expect((await failure).message).toContain('was closed');
    await expect.poll(() => server.open + proxy.open, { interval: 1 }).toBe(0);
  }
});
