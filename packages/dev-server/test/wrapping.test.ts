import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';
import { send, type TestAnswer } from './http-client.js';

let server: DevServer;
beforeEach(async () => {
  server = await startDevServer({ rootToken: 'root', seed: { app: { a: '1' } } });
});
afterEach(() => server.close());

const call = (
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<TestAnswer> => send(server.address, { method, path: `/v1/${path}`, token: 'root', body, headers });
const wrap = async (method: string, path: string): Promise<TestAnswer> =>
  call(method, path, undefined, { 'X-Vault-Wrap-TTL': '60' });

test('an answer that has a status of its own keeps it when it is unwrapped', async () => {
  const before = await call('DELETE', 'secret/data/app');
  expect(before.status).toBe(204);
  const plain = await call('GET', 'secret/data/app');
  const wrapped = await wrap('GET', 'secret/data/app');
  expect(wrapped.status).toBe(200);
  const unwrapped = await call('POST', 'sys/wrapping/unwrap', { token: wrapped.json.wrap_info.token });
  expect(unwrapped.status).toBe(404);
  expect(unwrapped.json).toEqual({ ...plain.json, request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
});

test('neither an error nor an empty list is wrapped', async () => {
  expect(await wrap('GET', 'secret/data/none')).toMatchObject({ status: 404, json: { errors: [] } });
  expect(await wrap('LIST', 'secret/metadata/none')).toMatchObject({
    status: 404,
    json: { errors: ['unsupported path'] },
  });
});

test('a wrapping token is good for one use, whatever it was used for', async () => {
  const { token } = (await wrap('GET', 'secret/data/app')).json.wrap_info;
  const other = await send(server.address, { path: '/v1/sys/mounts', token });
  expect(other.status).toBe(403);
  const late = await call('POST', 'sys/wrapping/unwrap', { token });
  expect(late.json.errors).toEqual(['wrapping token is not valid or does not exist']);
});

test('a wrapping token in the form of a JWT that was changed is refused', async () => {
  const headers = { 'X-Vault-Wrap-TTL': '60', 'X-Vault-Wrap-Format': 'jwt' };
  const { token } = (await call('GET', 'secret/data/app', undefined, headers)).json.wrap_info;
  const [header, claims, signature] = token.split('.');
  const forged = `${header}.${Buffer.from('{"jti":"root"}').toString('base64url')}.${signature}`;
  expect((await call('POST', 'sys/wrapping/unwrap', { token: forged })).status).toBe(400);
  expect((await call('POST', 'sys/wrapping/unwrap', { token: `${header}.${claims}` })).status).toBe(400);
  expect((await call('POST', 'sys/wrapping/unwrap', { token })).json.data.data).toEqual({ a: '1' });
});
