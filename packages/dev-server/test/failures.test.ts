import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';
import { send } from './http-client.js';

const HEALTH = { path: '/v1/sys/health' };

describe('fail', () => {
  let server: DevServer;
  beforeEach(async () => {
    server = await startDevServer();
  });
  afterEach(() => server.close());

  test('answers what it is told, so many times', async () => {
    server.fail({
      times: 2,
      answer: { status: 502, headers: { 'Content-Type': 'text/html' }, body: '<h1>x</h1>' },
    });
    for (const _ of [1, 2]) {
      const answer = await send(server.address, HEALTH);
      expect(answer).toMatchObject({ status: 502, text: '<h1>x</h1>' });
      expect(answer.headers['content-type']).toBe('text/html');
    }
    expect((await send(server.address, HEALTH)).status).toBe(200);
    expect(server.requests.map((request) => request.status)).toEqual([502, 502, 200]);
  });

  test('goes on until it is taken away', async () => {
    const undo = server.fail({ answer: { status: 503 } });
    expect((await send(server.address, HEALTH)).status).toBe(503);
    expect((await send(server.address, HEALTH)).status).toBe(503);
    undo();
    undo();
    expect((await send(server.address, HEALTH)).status).toBe(200);
  });

  test('applies to the verbs and paths that it names', async () => {
    server.fail({ method: 'LIST', path: '/v1/secret/', answer: { status: 500 } });
    server.fail({ path: /seal-status$/g, answer: { status: 501 } });
    const token = server.rootToken;
    const list = { method: 'LIST', token };
    expect((await send(server.address, { ...list, path: '/v1/secret/metadata' })).status).toBe(500);
    expect((await send(server.address, { ...list, path: '/v1/cubbyhole/' })).status).not.toBe(500);
    expect((await send(server.address, { path: '/v1/secret/data/x', token })).status).toBe(404);
    expect((await send(server.address, { path: '/v1/sys/seal-status' })).status).toBe(501);
    expect((await send(server.address, { path: '/v1/sys/seal-status' })).status).toBe(501);
  });

  test('resets the connection before any answer', async () => {
    server.fail({ times: 1, answer: 'reset' });
    await expect(send(server.address, HEALTH)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(server.requests[0]?.status).toBeUndefined();
    expect((await send(server.address, HEALTH)).status).toBe(200);
  });

  test('resets the connection in the middle of a body', async () => {
    server.fail({ times: 1, answer: 'reset-body' });
    await expect(send(server.address, HEALTH)).rejects.toThrow('aborted');
    expect(server.requests[0]?.status).toBe(200);
  });

  test('ends a body before its JSON ends', async () => {
    server.fail({ times: 1, answer: 'truncate' });
    const answer = await send(server.address, HEALTH);
    expect(answer.status).toBe(200);
    expect(answer.json).toBeUndefined();
    expect(answer.text).toMatch(/^\{"request_id"/);
  });

  test('answers properly after a while', async () => {
    server.fail({ times: 1, answer: { delayMs: 30 } });
    const before = performance.now();
    expect((await send(server.address, HEALTH)).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThanOrEqual(25);
  });

  test('of several rules the oldest applies first', async () => {
    server.fail({ times: 1, answer: { status: 500 } });
    server.fail({ times: 1, answer: { status: 429, headers: { 'Retry-After': '1' } } });
    expect((await send(server.address, HEALTH)).status).toBe(500);
    expect((await send(server.address, HEALTH)).headers['retry-after']).toBe('1');
    expect((await send(server.address, HEALTH)).status).toBe(200);
  });
});
