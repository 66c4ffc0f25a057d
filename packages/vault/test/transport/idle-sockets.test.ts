import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { type Answer, json, secretBody, startHostileServer } from '../hostile-server.js';
import { closing, delivered, open, read } from './setting.js';

const answer: Answer = (response) => json(response, 200, secretBody({ a: 1 }));

async function given(how: Answer = answer, options: Parameters<typeof open>[1] = {}) {
  const server = closing(await startHostileServer(how));
  return { server, vault: open(server.address, options) };
}

const socketsOf = (server: { readonly requests: readonly { readonly socket: Socket }[] }) =>
  server.requests.map(({ socket }) => socket);

test('the connection that was used last is used next', async () => {
  const { server, vault } = await given();
  await Promise.all([read(vault), read(vault), read(vault)]);
  for (let times = 0; times < 4; times++) await read(vault);
  const sockets = socketsOf(server);
  expect(server.sockets.most).toBe(3);
  expect(new Set(sockets.slice(3)).size).toBe(1);
});

test('a connection that breaks while nobody uses it fails no read', async () => {
  const { server, vault } = await given();
  await Promise.all([read(vault), read(vault)]);
  for (const socket of socketsOf(server)) socket.resetAndDestroy();
  await expect.poll(() => server.sockets.open).toBe(0);
  expect(await read(vault)).toMatchObject({ status: 'found' });
  expect(server.requests).toHaveLength(3);
});

test('a connection without work is closed after idleTimeoutMs', async () => {
  const { server, vault } = await given(answer, { idleTimeoutMs: 20 });
  await Promise.all([read(vault), read(vault)]);
  await expect.poll(() => server.sockets.open).toBe(0);
  expect(await read(vault)).toMatchObject({ status: 'found' });
});

test('a connection that the server keeps for less than it takes to use it is not kept', async () => {
  const { server, vault } = await given((response, request) => {
    response.setHeader('keep-alive', 'timeout=1');
    answer(response, request);
  });
  for (let times = 0; times < 3; times++) await read(vault);
  expect(new Set(socketsOf(server)).size).toBe(3);
});

const raw = (data: object): string => {
  const body = JSON.stringify(secretBody(data));
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};

test('what a server sends beyond its answer answers no other request', async () => {
  const { server, vault } = await given((response, request) => {
    if (server.requests.length > 1) return answer(response, request);
    request.socket.write(raw({ a: 1 }) + raw({ forged: 1 }));
  });
  await read(vault).catch(() => undefined);
  expect(await read(vault)).toMatchObject({ data: { a: 1 } });
  expect(new Set(socketsOf(server)).size).toBe(2);
});

test('what a server sends unasked answers no request', async () => {
  const { server, vault } = await given();
  await read(vault);
  const [socket] = socketsOf(server);
  await new Promise((resolve) => socket?.write(raw({ forged: 1 }), resolve));
  await delivered();
  expect(await read(vault)).toMatchObject({ data: { a: 1 } });
});

test('closing closes connections without work', async () => {
  const { server, vault } = await given();
  await Promise.all([read(vault), read(vault)]);
  const closed = socketsOf(server).map((socket) => once(socket, 'close'));
  await vault.close();
  await Promise.all(closed);
  expect(server.sockets.open).toBe(0);
});

test('a connection may wait for longer than a timer of Node.js can', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  try {
    const { server, vault } = await given(answer, { idleTimeoutMs: 1e12 });
    for (let times = 0; times < 2; times++) await read(vault);
    // A warning is told in a turn of its own.
    await delivered();
    expect(server.sockets.most).toBe(1);
    expect(warnings).toEqual([]);
  } finally {
    process.off('warning', note);
  }
});
