import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { canarySecret, findCanary, ManualClock } from '@strongroom/core/testing';
import { expect, test } from 'vitest';
import { answerOf, chunkedOf, secretText, startRawServer } from './raw-server.js';
import { closing, failureOf, open, read } from './setting.js';

const found = { status: 'found', data: { a: 1 } };

/** A server that always answers the same. */
const answering = (text: string) => startRawServer({ whole: (socket) => void socket.write(text, 'latin1') });

test.each([
  ['with a length', answerOf(), 1],
  ['in chunks', chunkedOf(), 1],
  [
    'in chunks, with what a proxy may add',
    chunkedOf(undefined, { extension: ';a="b"', trailers: 'A: b\r\n' }),
    1,
  ],
  ['behind others', `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 \r\nLink: </a>\r\n\r\n${answerOf()}`, 1],
  ['that keeps the connection for long', answerOf(undefined, ['Keep-Alive: timeout=99999999, max=1000']), 1],
  ['that keeps it for ever', answerOf(undefined, ['Keep-Alive: timeout=99999999999999999999']), 1],
  ['that keeps it for a second', answerOf(undefined, ['Keep-Alive: timeout=1']), 2],
  ['that keeps it for no time', answerOf(undefined, ['Keep-Alive: timeout=0']), 2],
  ['that closes it', answerOf(undefined, ['Connection: close']), 2],
  ['that closes it among others', answerOf(undefined, ['Connection: keep-alive', 'Connection: a, Close']), 2],
  ['of HTTP/1.0', answerOf(undefined, ['Connection: keep-alive'], 'HTTP/1.0 200 OK'), 2],
  ['with more behind it', `${answerOf()}\r\n`, 2],
  ['with another one behind it', answerOf() + answerOf(secretText({ forged: 1 })), 2],
])('after an answer %s a connection is used again or not', async (_, text, connections) => {
  const server = await answering(text);
  const vault = open(server.address);
  for (let round = 0; round < 2; round++) expect(await read(vault)).toMatchObject(found);
  expect(server.sockets).toHaveLength(connections);
  // What is not kept is closed on this side, whatever the other does.
  await expect.poll(() => server.open, { interval: 1 }).toBe(1 - (connections - 1));
});

test('after an answer without a body a connection is used again, to whatever method', async () => {
  const server = await answering('HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n');
  const client = await open(server.address).client();
  for (const method of ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'LIST']) {
    await client.request({ path: '/sys/x', method });
  }
  expect(server.sockets).toHaveLength(1);
});

test('an answer to HEAD has no body', async () => {
  const server = await answering('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
  const client = await open(server.address).client();
  for (let round = 0; round < 2; round++) await client.request({ path: '/sys/health', method: 'HEAD' });
  expect(server.sockets).toHaveLength(1);
});

test('a request says how long its body is, or that there is none', async () => {
  const server = await answering(answerOf('{}'));
  const client = await open(server.address).client();
  await client.write('a', { b: 'ü' });
  for (const method of ['POST', 'PUT', 'PATCH', 'GET', 'DELETE', 'LIST']) {
    await client.request({ path: '/a', method });
  }
  expect(server.requests.map((text) => /content-length: \d+/.exec(text)?.[0])).toEqual([
    'content-length: 10',
    'content-length: 0',
    'content-length: 0',
    'content-length: 0',
    undefined,
    undefined,
    undefined,
  ]);
});

test('an answer that comes byte by byte is one', async () => {
  for (const text of [answerOf(), chunkedOf()]) {
    const server = await startRawServer({
      whole(socket) {
        socket.setNoDelay(true);
        const drip = (at: number) => {
          if (at < text.length) socket.write(text.slice(at, at + 1), () => setImmediate(drip, at + 1));
        };
        drip(0);
      },
    });
    expect(await read(open(server.address))).toMatchObject(found);
  }
});

test('an answer of thousands of chunks, each with more around it than in it, is one', async () => {
  const text = secretText({ long: 'x'.repeat(20_000) });
  const chunks = [...text].map((letter) => `1;${'a'.repeat(200)}\r\n${letter}\r\n`).join('');
  const server = await answering(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`);
  expect(await read(open(server.address))).toMatchObject({ data: { long: 'x'.repeat(20_000) } });
});

test('an answer may end with its connection, also where it was complete before', async () => {
  for (const head of [
    'HTTP/1.1 200 OK\r\n\r\n',
    'HTTP/1.0 200 OK\r\n\r\n',
    `HTTP/1.1 200 OK\r\nContent-Length: ${secretText().length}\r\n\r\n`,
  ]) {
    const server = await startRawServer({ whole: (socket) => void socket.end(head + secretText()) });
    const vault = open(server.address);
    for (let round = 0; round < 3; round++) {
      expect(await read(vault)).toMatchObject(found);
      await expect.poll(() => server.open, { interval: 1 }).toBe(0);
    }
    expect(server.sockets).toHaveLength(3);
  }
});

const hidden = canarySecret().replace(/[^\w-]/g, '.');

test.each([
  ['a banner of SSH', `SSH-2.0-${hidden}\r\n`],
  ['an alert of TLS', `\x15\x03\x01\x00\x02\x02\x46${hidden}`],
  ['frames of HTTP/2', `\x00\x00\x12\x04\x00\x00\x00\x00\x00${hidden}`],
  ['a letter', 'h'],
  ['a page without a head', `<html>${hidden}</html>`],
  [
    'a length and chunks',
    `HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\nA: ${hidden}\r\n\r\n`,
  ],
  ['two lengths', `HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\nA: ${hidden}\r\n\r\n`],
  ['a length that is none', `HTTP/1.1 200 OK\r\nContent-Length: ${hidden}\r\n\r\n`],
  ['a coding that is none', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, ${hidden}\r\n\r\n`],
  ['a folded line', `HTTP/1.1 200 OK\r\nA: b\r\n ${hidden}\r\n\r\n`],
  ['a space before a colon', `HTTP/1.1 200 OK\r\n${hidden} : b\r\n\r\n`],
  ['a bare line feed', `HTTP/1.1 200 OK\r\nA: ${hidden}\n`],
  ['NUL', `HTTP/1.1 200 OK\r\nA: ${hidden}\0`],
  ['an endless head', `HTTP/1.1 200 OK\r\nA: ${hidden.repeat(1_000)}`],
  ['a chunk that is none', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${hidden}`],
  ['a chunk longer than it says', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n${hidden}`],
  ['an endless chunk line', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;${hidden.repeat(50)}`],
  ['trailers that are none', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${hidden}\n`],
  ['another protocol', `HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: ${hidden}\r\n\r\n`],
])('%s is no answer of Vault, at once, and nothing of it is told', async (_, text) => {
  const server = await answering(text);
  const clock = new ManualClock();
  const seen: unknown[] = [];
  const log = (...line: unknown[]) => void seen.push(line);
  const vault = open(server.address, { clock, logger: { debug: log, info: log, warn: log, error: log } });
  const error = await failureOf(read(vault));
  expect(error).toMatchObject({
    code: 'SOURCE_MALFORMED',
    repeatable: false,
    message: expect.stringContaining('does not speak HTTP as Vault does (HTTP_'),
  });
  expect(findCanary(hidden, error, error.stack, seen)).toBeUndefined();
  expect(clock.pending).toBe(0);
  await expect.poll(() => server.open, { interval: 1 }).toBe(0);
});

const cutHead = answerOf().slice(0, 30);
const cutBody = answerOf().slice(0, -10);
const cutChunk = chunkedOf().slice(0, 80);
const noLastChunk = chunkedOf().slice(0, -5);

test.each([
  ['in the middle of its head', cutHead, 'SOURCE_UNAVAILABLE'],
  ['in the middle of its body', cutBody, 'SOURCE_MALFORMED'],
  ['in the middle of a chunk', cutChunk, 'SOURCE_MALFORMED'],
  ['before its last chunk', noLastChunk, 'SOURCE_MALFORMED'],
  ['before the end of its trailers', chunkedOf().slice(0, -2), 'SOURCE_MALFORMED'],
  ['behind another one', 'HTTP/1.1 103 \r\n\r\n', 'SOURCE_UNAVAILABLE'],
])('an answer that is cut off %s is none', async (_, text, code) => {
  for (const end of ['end', 'resetAndDestroy'] as const) {
    const clock = new ManualClock();
    const server = await startRawServer({ whole: (socket) => void socket.write(text, () => socket[end]()) });
    const error = await failureOf(read(open(server.address, { clock })));
    // What was received before a reset may be lost with it.
    expect(end === 'end' ? [code] : [code, 'SOURCE_UNAVAILABLE']).toContain(error.code);
    expect(error.repeatable).toBe(true);
    expect(clock.pending).toBe(0);
  }
});

const large = { long: 'x'.repeat(4 * 1024 * 1024) };

test('a large write goes to a server that reads slowly', async () => {
  const server = await startRawServer({
    head(socket) {
      socket.pause();
      setImmediate(() => socket.resume());
    },
    whole: (socket) => void socket.write(answerOf('{}')),
  });
  const client = await open(server.address).client();
  for (let round = 0; round < 2; round++) await client.write('a', large);
  expect([server.requests.length, server.sockets.length]).toEqual([2, 1]);
});

test.each(['write', 'end'] as const)(
  'an answer before a request was read is one, and the connection is not used again: %s',
  async (how) => {
    const server = await startRawServer({
      head(socket, count) {
        if (count > 1) return void socket.write(answerOf());
        socket.pause();
        socket[how](answerOf('{"errors":["too large"]}', [], 'HTTP/1.1 413 No'));
      },
    });
    const vault = open(server.address);
    const client = await vault.client();
    await expect(client.write('a', large)).rejects.toMatchObject({ response: { statusCode: 413 } });
    expect(await read(vault)).toMatchObject(found);
    expect(server.sockets).toHaveLength(2);
  },
);

test('what is lost while it is being sent is told at once', async () => {
  const server = await startRawServer({ head: (socket) => void socket.resetAndDestroy() });
  const clock = new ManualClock();
  const write = open(server.address, { clock }).kv('secret', { version: 2 }).write('a', large);
  expect(await failureOf(write)).toMatchObject({ code: 'SOURCE_UNAVAILABLE', repeatable: true });
  expect(clock.pending).toBe(0);
});

test('an idle connection that the server closes, or sends something over, answers nothing', async () => {
  for (const disturb of [
    (socket: Socket) => socket.end(),
    (socket: Socket) => socket.resetAndDestroy(),
    (socket: Socket) => socket.write(answerOf(secretText({ forged: 1 }))),
    (socket: Socket) => socket.write('\r\n'),
    (socket: Socket) => socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n'),
  ]) {
    const server = await answering(answerOf());
    const vault = open(server.address);
    expect(await read(vault)).toMatchObject(found);
    for (const socket of server.sockets) disturb(socket);
    await expect.poll(() => server.open, { interval: 1 }).toBe(0);
    expect(await read(vault)).toMatchObject(found);
    expect(server.sockets).toHaveLength(2);
  }
});

test('nothing that a caller gives becomes a line of its own', async () => {
  const server = await answering(answerOf());
  const client = await open(server.address).client();
  const headers = (name: string, value: string) => client.read('a', { headers: { [name]: value } });
  const line = 'x\r\nX-Vault-Token: forged';
  for (const attempt of [
    () => headers('x-a', line),
    () => headers('x-a', 'x\nb'),
    () => headers('x-a', 'x\rb'),
    () => headers('x-a', 'x\0b'),
    () => headers('x-a', '\u010d\u010a'),
    () => headers(line, 'x'),
    () => headers('x a', 'x'),
    () => headers('x:a', 'x'),
    () => headers('', 'x'),
    () => headers('\u0130', 'x'),
    () => client.request({ path: '/a', method: `GET /v1/b HTTP/1.1\r\n${line}\r\n\r\nGET` }),
    () => client.request({ path: '/a', method: 'GET /b' }),
    () => client.request({ path: '/a', method: '' }),
    () => client.request({ path: '/a b HTTP/1.1\r\nA: b\r\n\r\n', method: 'GET' }),
    () => client.read('a\u0000'),
  ]) {
    const error: unknown = await attempt().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).not.toContain('forged');
  }
  for (const options of [{ namespace: 'a\r\nb' }, { authNamespace: 'a\nb' }, { namespace: '\u010a' }]) {
    expect(() => open(server.address, options)).toThrow();
  }
  for (const token of [line, 'a\nb', '\u010a', 'a b']) {
    await failureOf(read(open(server.address, { token: () => token })));
  }
  expect(server.requests).toHaveLength(0);
  // What frames a message is not for callers; what is left is sent, encoded or as it is.
  await client.request({
    path: '/a b/č?c=d e',
    method: 'get',
    headers: {
      Host: 'a',
      Connection: 'close',
      'Content-Length': '7',
      'Transfer-Encoding': 'chunked',
      'X-A': '\xfc',
    },
  });
  expect(server.requests[0]).toMatch(/^GET \/v1\/a%20b\/%C4%8D\?c=d%20e HTTP\/1\.1\r\n/);
  expect(server.requests[0]).toContain('\r\nx-a: \xfc\r\n');
  expect(server.requests[0]).toContain(`\r\nhost: ${new URL(server.address).host}\r\n`);
  expect(server.requests[0]).not.toMatch(/close|chunked|content-length/i);
});

/** How many sockets this process has made and not destroyed, at most. */
function countSockets() {
  const made: Socket[] = [];
  let most = 0;
  const count = (message: unknown) => {
    made.push((message as { readonly socket: Socket }).socket);
    most = Math.max(most, made.filter((socket) => !socket.destroyed).length);
  };
  subscribe('net.client.socket', count);
  closing({ [Symbol.asyncDispose]: async () => void unsubscribe('net.client.socket', count) });
  return {
    get most() {
      return most;
    },
    get open() {
      return made.filter((socket) => !socket.destroyed).length;
    },
  };
}

test('however requests fail, there are no more connections than allowed, and none is left', async () => {
  const warnings: unknown[] = [];
  const warned = (warning: Error) => void warnings.push(warning);
  process.on('warning', warned);
  closing({ [Symbol.asyncDispose]: async () => void process.off('warning', warned) });
  const fates: readonly ((socket: Socket) => void)[] = [
    (socket) => socket.write(answerOf()),
    (socket) => socket.write(chunkedOf()),
    (socket) => socket.resetAndDestroy(),
    (socket) => socket.end(),
    (socket) => socket.end(answerOf()),
    (socket) => socket.write(`${answerOf()}more`),
    (socket) => socket.write(cutBody, () => socket.resetAndDestroy()),
    (socket) => socket.write('garbage'),
    (socket) => socket.write(answerOf(undefined, ['Connection: close'])),
    (socket) => socket.write('HTTP/1.1 302 \r\nLocation: /\r\nContent-Length: 5\r\n\r\n'),
    (socket) => socket.write(answerOf('{"errors":[]}', [], 'HTTP/1.1 503 No')),
    (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n'),
    // To be called off.
    () => undefined,
  ];
  const server = await startRawServer({
    accept: (socket, count) => void (count % 7 === 0 && socket.destroy()),
    whole: (socket, count) => fates[(count * 5) % fates.length]?.(socket),
  });
  const counted = countSockets();
  const limits = { maxSockets: 5, retries: 1, retryMinWaitMs: 1, retryMaxWaitMs: 2, breakerFailures: 1_000 };
  const vault = open(server.address, limits);
  const controller = new AbortController();
  const kv = vault.kv('secret', { version: 2 });
  const reads = Array.from({ length: 400 }, (_, index) =>
    kv.read(`a/${index}`, { signal: controller.signal }),
  );
  const all = Promise.allSettled(reads);
  // Each that is not answered takes one connection for itself: the last five are.
  await expect.poll(() => server.requests.length, { interval: 1 }).toBeGreaterThan(20);
  await vault.close();
  controller.abort();
  const done = await all;
  expect(done.some(({ status }) => status === 'fulfilled')).toBe(true);
  expect(counted.most).toBeLessThanOrEqual(5);
  expect(counted.open).toBe(0);
  await expect.poll(() => server.open, { interval: 1 }).toBe(0);
  expect(warnings).toEqual([]);
});

test.each<readonly [string, Parameters<typeof startRawServer>[0]]>([
  ['waiting for an answer', {}],
  ['in the head of an answer', { whole: (socket) => void socket.write(cutHead) }],
  ['in the body of an answer', { whole: (socket) => void socket.write(cutBody) }],
  ['in a chunk of an answer', { whole: (socket) => void socket.write(cutChunk) }],
  ['behind an interim answer', { whole: (socket) => void socket.write('HTTP/1.1 103 \r\n\r\n') }],
  ['sending', { head: (socket) => void socket.pause() }],
])('closing the client while it is %s leaves nothing open', async (_, how) => {
  const server = await startRawServer(how);
  const counted = countSockets();
  const clock = new ManualClock();
  const vault = open(server.address, { clock });
  const failure = failureOf(vault.kv('secret', { version: 2 }).write('a', large));
  await expect.poll(() => server.requests.length, { interval: 1 }).toBe(1);
  await vault.close();
  expect((await failure).message).toContain('was closed');
  expect(counted.open).toBe(0);
  for (const socket of server.sockets) socket.resume();
  await expect.poll(() => server.open, { interval: 1 }).toBe(0);
  expect(clock.pending).toBe(0);
});

test('closing the client while it connects leaves nothing open', async () => {
  const server = await answering(answerOf());
  const counted = countSockets();
  const vault = open(server.address);
  const failure = failureOf(read(vault));
  await expect.poll(() => counted.most, { interval: 0 }).toBe(1);
  await vault.close();
  await failure.catch(() => undefined);
  expect(counted.open).toBe(0);
  await expect.poll(() => server.open, { interval: 1 }).toBe(0);
});

test('what waits for an answer goes on in its own context, over whatever connection', async () => {
  const server = await answering(answerOf());
  const vault = open(server.address, { maxSockets: 2 });
  const storage = new AsyncLocalStorage<number>();
  const contexts = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      storage.run(index, async () => {
        await read(vault);
        return storage.getStore();
      }),
    ),
  );
  expect(contexts).toEqual(contexts.map((_, index) => index));
  expect(server.sockets.length).toBeLessThanOrEqual(2);
});

test('an IPv6 address is asked', async ({ skip }) => {
  const server = await startRawServer({
    host: '::1',
    whole: (socket) => void socket.write(answerOf()),
  }).catch(() => skip('this machine has no IPv6'));
  expect(await read(open(server.address))).toMatchObject(found);
  expect(server.requests[0]).toContain(`\r\nhost: ${new URL(server.address).host}\r\n`);
});
