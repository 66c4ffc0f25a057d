import { createSign, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';
import { send, type TestAnswer } from './http-client.js';

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs claims with a key by any of the algorithms that JWTs have. */
function jwt(algorithm: string, key: KeyObject, claims: unknown): string {
  const content = `${base64({ alg: algorithm })}.${base64(claims)}`;
  if (algorithm === 'EdDSA')
    return `${content}.${sign(null, Buffer.from(content), key).toString('base64url')}`;
  const options = algorithm.startsWith('PS')
    ? { key, padding: 6, saltLength: 32 }
    : { key, dsaEncoding: 'ieee-p1363' as const };
  return `${content}.${createSign('sha256').update(content).sign(options).toString('base64url')}`;
}

describe('logins', () => {
  let server: DevServer;
  let now: number;
  const call = (path: string, body?: unknown, token = 'root'): Promise<TestAnswer> =>
    send(server.address, { path: `/v1/${path}`, token, body });

  beforeEach(async () => {
    now = Date.UTC(2030, 0, 1);
    server = await startDevServer({ now: () => now, rootToken: 'root' });
  });
  afterEach(() => server.close());

  test.each([
    ['RS256', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['PS256', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ES256', () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' })],
    ['EdDSA', () => generateKeyPairSync('ed25519')],
  ])(
    'a JWT signed with %s lets in, one that was changed or has expired does not',
    async (algorithm, generate) => {
      const { publicKey, privateKey } = generate();
      const pem = publicKey.export({ type: 'spki', format: 'pem' });
      await call('sys/auth/jwt', { type: 'jwt' });
      await call('auth/jwt/config', { jwt_validation_pubkeys: [pem] });
      await call('auth/jwt/role/app', { role_type: 'jwt', user_claim: 'sub', bound_subject: 'ci' });
      const token = jwt(algorithm, privateKey, { sub: 'ci', exp: now / 1000 + 60 });
      const login = (given: string): Promise<TestAnswer> =>
        call('auth/jwt/login', { role: 'app', jwt: given }, '');
      expect((await login(token)).json.auth.metadata).toEqual({ role: 'app' });
      const [header, , signature] = token.split('.');
      const forged = `${header}.${base64({ sub: 'ci', exp: now / 1000 + 999 })}.${signature}`;
      expect((await login(forged)).json.errors[0]).toMatch(/no known key/);
      expect((await login(token.replace(/^[^.]+/, base64({ alg: 'none' })))).status).toBe(400);
      now += 121_000;
      expect((await login(token)).json.errors[0]).toMatch(/token is expired/);
    },
  );

  test('a service account of Kubernetes gets in by its name and namespace', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await call('sys/auth/kubernetes', { type: 'kubernetes' });
    await call('auth/kubernetes/config', {
      kubernetes_host: 'https://127.0.0.1:6443',
      pem_keys: [publicKey.export({ type: 'spki', format: 'pem' })],
    });
    await call('auth/kubernetes/role/app', {
      bound_service_account_names: 'app-*',
      bound_service_account_namespaces: 'prod',
      token_ttl: '5m',
    });
    const account = (name: string, namespace: string): string =>
      jwt('RS256', privateKey, {
        iat: now / 1000,
        exp: now / 1000 + 600,
        'kubernetes.io': { namespace, serviceaccount: { name, uid: 'uid-1' } },
      });
    const login = (given: string): Promise<TestAnswer> =>
      call('auth/kubernetes/login', { role: 'app', jwt: given }, '');
    const answer = await login(account('app-web', 'prod'));
    expect(answer.json.auth).toMatchObject({
      lease_duration: 300,
      metadata: { service_account_name: 'app-web', service_account_namespace: 'prod', role: 'app' },
    });
    expect((await login(account('other', 'prod'))).status).toBe(403);
    expect((await login(account('app-web', 'test'))).status).toBe(403);
  });

  test('a user whose policies changed cannot renew, and reads the own entity', async () => {
    await call('sys/auth/userpass', { type: 'userpass' });
    await call('auth/userpass/users/alice', { password: 'pw', policies: 'default', ttl: '10m' });
    const user = await call('auth/userpass/users/alice');
    expect(user.json.data).toMatchObject({ token_ttl: 600, ttl: 600, policies: ['default'] });
    const { client_token: token, entity_id: entity } = (
      await call('auth/userpass/login/alice', { password: 'pw' }, '')
    ).json.auth;
    expect((await call(`identity/entity/id/${entity}`, undefined, token)).json.data.aliases[0]).toMatchObject(
      {
        name: 'alice',
        mount_path: 'auth/userpass/',
      },
    );
    expect((await call('identity/entity/id/other', undefined, token)).status).toBe(403);
    expect((await call('auth/token/renew-self', {}, token)).status).toBe(200);
    await call('auth/userpass/users/alice', { token_policies: 'other' });
    expect((await call('auth/token/renew-self', {}, token)).json.errors[0]).toMatch(
      /policies have changed, not renewing/,
    );
  });

  test('with an auth mount go the tokens that it gave', async () => {
    await call('sys/auth/userpass', { type: 'userpass' });
    await call('auth/userpass/users/bob', { password: 'pw' });
    const token = (await call('auth/userpass/login/bob', { password: 'pw' }, '')).json.auth.client_token;
    expect((await call('auth/token/lookup-self', undefined, token)).status).toBe(200);
    await send(server.address, { method: 'DELETE', path: '/v1/sys/auth/userpass', token: 'root' });
    expect((await call('auth/token/lookup-self', undefined, token)).status).toBe(403);
  });

  test('KV version 1 is turned into version 2 with all its secrets', async () => {
    await call('sys/mounts/kv', { type: 'kv' });
    await call('kv/a/b', { x: 1 });
    const tuned = await call('sys/mounts/kv/tune', { options: { version: '2' } });
    expect(tuned.json.warnings[0]).toMatch(/^Upgrading mount from version 0 to version 2\./);
    expect((await call('kv/data/a/b')).json.data).toMatchObject({ data: { x: 1 }, metadata: { version: 1 } });
    expect((await call('sys/mounts/kv/tune', { options: { version: '1' } })).json.errors).toEqual([
      'cannot downgrade mount from version 2',
    ]);
  });
});
