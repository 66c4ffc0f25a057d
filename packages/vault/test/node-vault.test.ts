import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createVault, type Vault } from '../src/index.js';
import { type HostileServer, json, startHostileServer } from './hostile-server.js';

const token = 's.a-token-that-nobody-may-see';
let server: HostileServer;
let vault: Vault;
const bodies: string[] = [];
let answer: [status: number, body: unknown] = [200, { data: { keys: ['a'] } }];

beforeEach(async () => {
  bodies.length = 0;
  answer = [200, { data: { keys: ['a'] } }];
  server = await startHostileServer((response, request) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      bodies.push(body);
      json(response, ...answer);
    });
  });
  vault = createVault({ address: `${server.address}/prefix`, token, namespace: 'team', retries: 0 });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await vault.close();
  await server[Symbol.asyncDispose]();
});

test('is node-vault, over the transport: its address, token and namespace, whatever the environment says', async () => {
  vi.stubEnv('VAULT_ADDR', 'http://127.0.0.1:1');
  vi.stubEnv('VAULT_TOKEN', 'another');
  vi.stubEnv('VAULT_NAMESPACE', 'another');
  vi.stubEnv('VAULT_PREFIX', '/another');
  vi.stubEnv('VAULT_SKIP_VERIFY', 'false');
  const client = await vault.client();
  expect(await client.read('secret/metadata/app?list=true')).toEqual({ data: { keys: ['a'] } });
  await client.write('secret/data/with space', { data: { url: 'x' } });
  await client.update('secret/data/app', { data: { url: 'y' } });
  await client.mounts();
  expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET /prefix/v1/secret/metadata/app?list=true',
    'POST /prefix/v1/secret/data/with%20space',
    'PATCH /prefix/v1/secret/data/app',
    'GET /prefix/v1/sys/mounts',
  ]);
  expect(bodies.slice(1, 3)).toEqual(['{"data":{"url":"x"}}', '{"data":{"url":"y"}}']);
  expect(server.requests.map(({ headers }) => headers['content-type'])).toEqual([
    undefined,
    'application/json',
    'application/merge-patch+json',
    undefined,
  ]);
  for (const { headers } of server.requests) {
    expect(headers).toMatchObject({
      'x-vault-token': token,
      'x-vault-namespace': 'team',
      'x-vault-request': 'true',
    });
  }
  expect(server.sockets.most).toBe(1);
});

test('sends headers of one call with that call', async () => {
  const client = await vault.client();
  await client.read('sys/x', {
    headers: { 'X-Vault-Wrap-TTL': '60', 'X-Vault-Token': 'other', Host: 'evil' },
  });
  expect(server.requests[0]?.headers).toMatchObject({
    'x-vault-wrap-ttl': '60',
    'x-vault-token': 'other',
    host: new URL(server.address).host,
  });
});

test('goes on with the token of the client after it has made or renewed one', async () => {
  const client = await vault.client();
  answer = [200, { auth: { client_token: 's.made-for-somebody-else' } }];
  await client.tokenCreate({ policies: ['app'] });
  await client.tokenCreateOrphan({ policies: ['app'] });
  await client.tokenCreateRole({ role_name: 'app' });
  await client.tokenRenew({ token: 's.of-somebody-else' });
  await client.tokenRenewSelf();
  await client.mounts();
  expect(server.requests.map(({ headers }) => headers['x-vault-token'])).toEqual(Array(6).fill(token));
});

test('is made once, and only when it is asked for', async () => {
  expect(await vault.client()).toBe(await vault.client());
});

test('what it throws for a refusal holds no body, and of a write no word that may quote it', async () => {
  const client = await vault.client();
  answer = [400, { errors: ['error converting input hunter2 for field "ttl"'], data: { value: 'hunter2' } }];
  const error = await client.write('sys/x', { ttl: 'hunter2' }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ message: 'Status 400', response: { statusCode: 400, body: { errors: [] } } });
  answer = [403, { errors: ['permission denied'] }];
  await expect(client.read('sys/x')).rejects.toMatchObject({ message: 'permission denied' });
  answer = [503, { sealed: true }];
  expect(await client.health()).toEqual({ sealed: true });
});

test.each(['../sys/x', 'a/%2e%2E/b', 'a/./b', 'a\nb'])(
  'does not leave the paths of Vault: %j',
  async (path) => {
    const client = await vault.client();
    await expect(client.read(path)).rejects.toMatchObject({ code: 'SETTINGS_INVALID' });
    expect(server.requests).toHaveLength(0);
  },
);
