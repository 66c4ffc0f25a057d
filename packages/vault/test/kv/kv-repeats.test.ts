import type { ServerResponse } from 'node:http';
import { canarySecret, expectNoCanary } from '@strongroom/core/testing';
import { type DevServer, startDevServer } from '@strongroom/dev-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createVault, type KvMount, type Vault } from '../../src/index.js';
import { json, secretBody, startHostileServer } from '../hostile-server.js';
import { failureOf } from '../transport/setting.js';

describe('writes', () => {
  let server: DevServer;
  let vault: Vault;
  let kv: KvMount;
  beforeEach(async () => {
    server = await startDevServer();
    vault = createVault({
      address: server.address,
      token: server.rootToken,
      retryMinWaitMs: 1,
      retryMaxWaitMs: 2,
    });
    kv = vault.kv();
    await kv.version();
    server.clearRequests();
  });
  afterEach(async () => {
    await vault.close();
    await server.close();
  });

  test('are repeated with CAS, and with CAS only', async () => {
    const failing = { path: '/v1/secret/data/', method: 'POST', times: 1, answer: { status: 503 } } as const;
    server.fail(failing);
    await expect(kv.write('a', { x: 1 })).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    expect(server.requests).toHaveLength(1);
    server.fail(failing);
    expect(await kv.write('a', { x: 1 }, { cas: 0 })).toMatchObject({ version: 1 });
    expect(server.requests).toHaveLength(3);
  });

  test('whose answer is lost are found to have happened', async () => {
    // The write is done, and then the connection breaks in the middle of the answer.
    server.fail({ path: '/v1/secret/data/', method: 'POST', times: 1, answer: 'reset-body' });
    expect(await kv.write('a', { x: 1, y: { z: [] } }, { cas: 0 })).toMatchObject({ version: 1 });
    expect(await kv.read('a')).toMatchObject({ data: { x: 1, y: { z: [] } }, version: 1 });
  });

  test('that another one overtook meanwhile are not taken for ours', async () => {
    await kv.write('a', { x: 'theirs' });
    server.fail({ path: '/v1/secret/data/', method: 'POST', times: 1, answer: { status: 503 } });
    await expect(kv.write('a', { x: 'ours' }, { cas: 0 })).rejects.toMatchObject({ code: 'CAS_MISMATCH' });
  });
});

/** A server of KV version 2 that knows PATCH, as newer ones do. */
const patching = (answer: (response: ServerResponse) => void, data: object = { a: 1 }) =>
  startHostileServer((response, request) => {
    if (request.url?.startsWith('/v1/sys/internal/')) {
      json(response, 200, { data: { path: 'secret/', type: 'kv', options: { version: '2' } } });
    } else if (request.method === 'PATCH') answer(response);
    else if (request.method === 'POST') json(response, 200, { data: { version: 3 } });
    else json(response, 200, secretBody(data, 2));
  });

test('a server that knows PATCH gets a merge patch', async () => {
  const created_time = '2024-01-01T00:00:00Z';
  await using server = await patching((response) =>
    json(response, 200, { data: { version: 2, created_time } }),
  );
  await using vault = createVault({ address: server.address, token: 'unused' });
  expect(await vault.kv().patch('a', { b: null })).toEqual({
    status: 'written',
    version: 2,
    createdTime: Date.parse(created_time),
  });
  expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'PATCH']);
  expect(server.requests[1]?.headers['content-type']).toBe('application/merge-patch+json');
});

test('a policy without the capability patch makes it a read and a write', async () => {
  await using server = await patching((response) => json(response, 403, { errors: ['permission denied'] }));
  await using vault = createVault({ address: server.address, token: 'unused' });
  expect(await vault.kv().patch('a', { b: 1 })).toMatchObject({ version: 3 });
  const kv = server.requests.filter(({ url }) => url !== '/v1/auth/token/lookup-self');
  expect(kv.map(({ method }) => method)).toEqual(['GET', 'PATCH', 'GET', 'POST']);
});

test('a patch that is a read and a write changes no number that it does not name', async () => {
  const large = 2 ** 53 + 2;
  const data = { id: large, deep: { ratio: 0.1234567890123456, name: 'x' }, list: [large] };
  await using server = await patching((response) => json(response, 405, { errors: [] }), data);
  await using vault = createVault({ address: server.address, token: () => 'unused' });
  const kv = vault.kv();
  for (const changes of [{ b: 1 }, { id: 1, list: [] }, { id: 1, list: null, deep: { name: 'y' } }]) {
    const error = await failureOf(kv.patch('a', changes));
    expect(error).toMatchObject({ code: 'SOURCE_DENIED', hint: expect.stringContaining('["patch"]') });
    expect(error.message).toContain('secret/a');
    expect(error.message).not.toContain(String(large));
  }
  expect(server.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  expect(await kv.patch('a', { id: large, list: null, deep: { ratio: 0.5 } })).toMatchObject({ version: 3 });
});

test('custom metadata goes to and comes from servers that have it', async () => {
  const bodies: string[] = [];
  await using server = await startHostileServer((response, request) => {
    if (request.url?.startsWith('/v1/sys/internal/')) {
      return json(response, 200, { data: { path: 'secret/', type: 'kv', options: { version: '2' } } });
    }
    if (request.method === 'POST') {
      request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
      return void request.on('end', () => response.writeHead(204).end());
    }
    const time = '2024-01-01T00:00:00Z';
    const data = {
      current_version: 0,
      created_time: time,
      updated_time: time,
      custom_metadata: { owner: 'x' },
    };
    json(response, 200, { data });
  });
  await using vault = createVault({ address: server.address, token: 'unused' });
  await vault.kv().writeMetadata('a', { customMetadata: { owner: 'x' }, maxVersions: 0 });
  expect(JSON.parse(bodies.join(''))).toEqual({ custom_metadata: { owner: 'x' }, max_versions: 0 });
  const metadata = await vault.kv().metadata('a');
  expect(metadata.status === 'found' && { ...metadata.customMetadata }).toEqual({ owner: 'x' });
});

test('no failure of any call shows what is written', async () => {
  const value = canarySecret();
  const seen: unknown[] = [];
  const log = (...line: unknown[]) => void seen.push(line);
  const logger = { debug: log, info: log, warn: log, error: log };
  for (const status of [200, 204, 400, 403, 404, 405, 412, 500, 503]) {
    await using server = await startHostileServer((response, request) => {
      const echo = {
        errors: [`check-and-set parameter did not match ${value}`],
        data: { value },
        warnings: [value],
      };
      if (request.url?.startsWith('/v1/sys/internal/'))
        json(response, 403, { errors: ['permission denied'] });
      // Only who was given a value can repeat it.
      else if (request.method === 'GET') json(response, status, { errors: ['bad'] });
      else json(response, status, status % 2 ? echo : { ...echo, errors: [`${value} is bad`] });
    });
    await using vault = createVault({ address: server.address, token: 'unused', retries: 0, logger });
    const kv = vault.kv();
    const calls: readonly (() => Promise<unknown>)[] = [
      () => kv.write('a', { key: value }),
      () => kv.write('a', { key: value }, { cas: 1 }),
      () => kv.patch('a', { key: value }),
      () => kv.writeMetadata('a', { customMetadata: { key: value } }),
      () => kv.destroy('a', [1]),
    ];
    for (const call of calls) await call().catch((error: unknown) => seen.push(error));
    const circular: Record<string, unknown> = { key: value };
    circular[value] = circular;
    await kv.write('a', circular).catch((error: unknown) => seen.push(error));
    seen.push(kv, vault);
  }
  expect(seen.length).toBeGreaterThan(50);
  expectNoCanary(value, seen);
});
