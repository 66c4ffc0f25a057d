import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startDevServer } from '../src/index.js';
import { send } from './http-client.js';

describe('startDevServer', () => {
  test('answers a seeded secret to its root token', async () => {
    await using server = await startDevServer({
      seed: { 'app/development/database': { url: 'postgres://x' } },
    });
    const answer = await send(server.address, {
      path: '/v1/secret/data/app/development/database',
      token: server.rootToken,
    });
    expect(answer.status).toBe(200);
    expect(answer.json.data.data).toEqual({ url: 'postgres://x' });
    expect(answer.json.data.metadata.version).toBe(1);
  });

  test('makes a root token of its own, and takes one that is given', async () => {
    await using one = await startDevServer();
    await using two = await startDevServer({ rootToken: 'chosen' });
    expect(one.rootToken).toMatch(/^s\.[A-Za-z0-9]{24}$/);
    expect(two.rootToken).toBe('chosen');
    expect((await send(two.address, { path: '/v1/sys/mounts', token: 'chosen' })).status).toBe(200);
    expect((await send(two.address, { path: '/v1/sys/mounts', token: one.rootToken })).status).toBe(403);
  });

  test('writes new versions when it is seeded again', async () => {
    await using server = await startDevServer({ seed: { app: { a: 1 } } });
    server.seed({ app: { a: 2 }, other: { list: [1, null, { x: true }] } });
    const app = await send(server.address, { path: '/v1/secret/data/app', token: server.rootToken });
    const other = await send(server.address, { path: '/v1/secret/data/other', token: server.rootToken });
    expect(app.json.data.metadata.version).toBe(2);
    expect(app.json.data.data).toEqual({ a: 2 });
    expect(other.json.data.data).toEqual({ list: [1, null, { x: true }] });
  });

  test('refuses a seed that cannot be a secret, and then writes nothing of it', async () => {
    await using server = await startDevServer();
    expect(() => server.seed({ good: { a: 1 }, 'bad//path': { a: 1 } })).toThrow(/"bad\/\/path"/);
    expect(() => server.seed({ good: { a: () => 1 } })).toThrow(/JSON/);
    expect(
      (await send(server.address, { path: '/v1/secret/data/good', token: server.rootToken })).status,
    ).toBe(404);
  });

  test('tells the time by the clock that it was given', async () => {
    let now = Date.UTC(2030, 0, 1);
    await using server = await startDevServer({ now: () => now, seed: { app: { a: 1 } } });
    now += 60_000;
    server.seed({ app: { a: 2 } });
    const health = await send(server.address, { path: '/v1/sys/health' });
    const metadata = await send(server.address, { path: '/v1/secret/metadata/app', token: server.rootToken });
    expect(health.json.server_time_utc).toBe(now / 1000);
    expect(metadata.json.data.created_time).toBe('2030-01-01T00:00:00Z');
    expect(metadata.json.data.updated_time).toBe('2030-01-01T00:01:00Z');
  });

  test.each(['0.0.0.0', '192.168.1.1', '::', 'example.com', '127.evil.example'])(
    'refuses to listen on %s',
    async (host) => {
      await expect(startDevServer({ host })).rejects.toMatchObject({ code: 'NOT_LOOPBACK' });
    },
  );

  test('listens on other loopback addresses', async () => {
    await using server = await startDevServer({ host: 'localhost' });
    expect(server.address).toMatch(/^http:\/\/localhost:\d+$/);
    expect((await send(server.address, { path: '/v1/sys/health' })).status).toBe(200);
  });

  test('says so when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const bound = other.address();
    const port = typeof bound === 'object' ? (bound?.port ?? 0) : 0;
    await expect(startDevServer({ port })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    other.close();
  });

  test('closes although a connection is open, and closes twice', async () => {
    const server = await startDevServer();
    server.fail({ answer: 'stall' });
    const hanging = send(server.address, { path: '/v1/sys/health' }).catch((error: Error) => error);
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await server.close();
    await server.close();
    expect(await hanging).toBeInstanceOf(Error);
    await expect(send(server.address, { path: '/v1/sys/health' })).rejects.toThrow();
  });
});

describe('the log of requests', () => {
  test('has verb, path, status and marks, but neither token nor body', async () => {
    await using server = await startDevServer({ now: () => 1_000 });
    await send(server.address, {
      method: 'LIST',
      path: '/v1/secret/metadata?x=1',
      token: server.rootToken,
      headers: { 'X-Vault-Namespace': 'team', 'X-Vault-Request': 'true', 'X-Vault-Wrap-TTL': '60' },
    });
    await send(server.address, {
      path: '/v1/secret/data/a',
      token: server.rootToken,
      body: { data: { p: 'canary' } },
    });
    expect(server.requests).toEqual([
      {
        method: 'LIST',
        path: '/v1/secret/metadata?x=1',
        status: 404,
        namespace: 'team',
        wrapTtl: '60',
        marked: true,
        at: 1_000,
      },
      { method: 'POST', path: '/v1/secret/data/a', status: 200, marked: false, at: 1_000 },
    ]);
    const text = JSON.stringify(server.requests);
    expect(text).not.toContain(server.rootToken);
    expect(text).not.toContain('canary');
  });

  test('is a copy, and can be cleared', async () => {
    await using server = await startDevServer();
    await send(server.address, { path: '/v1/sys/health' });
    const before = server.requests;
    server.clearRequests();
    expect(before).toHaveLength(1);
    expect(server.requests).toEqual([]);
  });
});
