import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';
import { send, type TestAnswer } from './http-client.js';

describe('the life of tokens on a clock that tests move', () => {
  let server: DevServer;
  let now: number;
  beforeEach(async () => {
    now = Date.UTC(2030, 0, 1);
    server = await startDevServer({ now: () => now, rootToken: 'root' });
  });
  afterEach(() => server.close());

  const pass = (seconds: number): void => {
    now += seconds * 1000;
  };
  const call = (path: string, body: unknown, token = 'root'): Promise<TestAnswer> =>
    send(server.address, { path: `/v1/${path}`, token, body });
  const create = async (body: unknown, token = 'root', path = 'auth/token/create'): Promise<string> =>
    (await call(path, body, token)).json.auth.client_token;
  const lookUp = (token: string): Promise<TestAnswer> =>
    send(server.address, { path: '/v1/auth/token/lookup-self', token });

  test('a token is there until its TTL is over', async () => {
    const token = await create({ ttl: '10m' });
    pass(599);
    expect((await lookUp(token)).json.data.ttl).toBe(1);
    pass(1);
    expect((await lookUp(token)).status).toBe(403);
  });

  test('a renewed token lives on from then, but never beyond its maximum', async () => {
    const token = await create({ policies: ['default'], ttl: '10m', explicit_max_ttl: '15m' });
    pass(540);
    const renewed = await call('auth/token/renew-self', {}, token);
    expect(renewed.json.auth.lease_duration).toBe(360);
    expect(renewed.json.warnings).toEqual([
      'TTL of "10m" exceeded the effective max_ttl of "6m"; TTL value is capped accordingly',
    ]);
    pass(359);
    expect((await lookUp(token)).status).toBe(200);
    pass(1);
    expect((await lookUp(token)).status).toBe(403);
  });

  test('a periodic token lives as long as it is renewed in time', { timeout: 60_000 }, async () => {
    const token = await create({ policies: ['default'], period: '1h' });
    // Longer than the 768 hours that other tokens live at most.
    for (let round = 0; round < 800; round += 1) {
      pass(3_500);
      expect((await call('auth/token/renew-self', {}, token)).json.auth.lease_duration).toBe(3_600);
    }
    pass(3_600);
    expect((await lookUp(token)).status).toBe(403);
  });

  test('with a token go the tokens that it made, but not orphans', async () => {
    const parent = await create({ ttl: '10m' });
    const child = await create({ ttl: '1h' }, parent);
    const grandchild = await create({ ttl: '1h' }, child);
    const orphan = await create({ ttl: '1h' }, parent, 'auth/token/create-orphan');
    pass(600);
    expect((await lookUp(child)).status).toBe(403);
    expect((await lookUp(grandchild)).status).toBe(403);
    expect((await lookUp(orphan)).status).toBe(200);
  });

  test('revoke-orphan leaves the children as orphans', async () => {
    const parent = await create({ ttl: '1h' });
    const child = await create({ ttl: '1h' }, parent);
    expect((await call('auth/token/revoke-orphan', { token: parent })).status).toBe(204);
    expect((await lookUp(parent)).status).toBe(403);
    expect((await lookUp(child)).json.data.orphan).toBe(true);
  });

  test('a batch token ends with its TTL and with its parent', async () => {
    const parent = await create({ policies: ['default'], ttl: '1h' });
    const policy = 'path "auth/token/create" { capabilities = ["update"] }';
    await call('sys/policies/acl/maker', { policy });
    const maker = await create({ policies: ['maker'], ttl: '1h' });
    const batch = await create({ type: 'batch', ttl: '30m' }, maker);
    expect((await lookUp(parent)).status).toBe(200);
    expect((await lookUp(batch)).json.data.type).toBe('batch');
    await call('auth/token/revoke', { token: maker });
    expect((await lookUp(batch)).status).toBe(403);
  });

  test('a wrapping token ends with its TTL, and what was wrapped is gone', async () => {
    server.seed({ app: { a: 1 } });
    const wrapped = await send(server.address, {
      path: '/v1/secret/data/app',
      token: 'root',
      headers: { 'X-Vault-Wrap-TTL': '60s' },
    });
    pass(60);
    const answer = await call('sys/wrapping/unwrap', { token: wrapped.json.wrap_info.token });
    expect(answer).toMatchObject({
      status: 400,
      json: { errors: ['wrapping token is not valid or does not exist'] },
    });
  });

  test('logins live as long as their role says, and a secret id as long as it does', async () => {
    await call('sys/auth/approle', { type: 'approle' });
    await call('auth/approle/role/app', { token_ttl: '20m', token_max_ttl: '30m', secret_id_ttl: '10m' });
    const roleId = (await send(server.address, { path: '/v1/auth/approle/role/app/role-id', token: 'root' }))
      .json.data.role_id;
    const secretId = (await call('auth/approle/role/app/secret-id', {})).json.data.secret_id;
    const login = await call('auth/approle/login', { role_id: roleId, secret_id: secretId }, '');
    const token = login.json.auth.client_token;
    expect(login.json.auth.lease_duration).toBe(1_200);
    pass(900);
    expect((await call('auth/token/renew-self', {}, token)).json.auth.lease_duration).toBe(900);
    const again = await call('auth/approle/login', { role_id: roleId, secret_id: secretId }, '');
    expect(again.json.errors).toEqual(['invalid secret id']);
    pass(900);
    expect((await lookUp(token)).status).toBe(403);
  });
});
