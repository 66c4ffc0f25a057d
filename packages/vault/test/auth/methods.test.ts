import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { administer, serverKinds, type TestServer } from '@strongroom/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type AuthMethod,
  appRole,
  createVault,
  jwt,
  kubernetes,
  readVaultEnvironment,
  tokenFile,
  userpass,
} from '../../src/index.js';
import {
  enable,
  failureOf,
  makeAppRole,
  makeJwt,
  makeReadable,
  makeToken,
  newSecretId,
  open,
  publicKeyPem,
  read,
  revokeByHand,
  wrapped,
} from './setting.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vault-auth-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const claims = (more: object = {}) => ({
  iss: 'ci',
  sub: 'build',
  aud: 'vault',
  iat: 1_600_000_000,
  nbf: 1_600_000_000,
  exp: 4_000_000_000,
  ...more,
});

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await kind.start();
    await makeReadable(server);
  });
  afterAll(() => server.close());

  const reads = async (auth: AuthMethod) =>
    expect(await read(open(server, { auth }))).toMatchObject({ status: 'found' });
  const denial = async (auth: AuthMethod) => {
    const error = await failureOf(read(open(server, { auth })));
    expect(error).toMatchObject({ code: 'SOURCE_DENIED' });
    return error;
  };

  test('AppRole, at a mount of its own, with credentials from files that may be rotated', async () => {
    const { roleId, secretId } = await makeAppRole(server, {}, 'team/approle');
    await reads(appRole({ roleId, secretId, mount: '/team/approle/' }));
    const options = {
      roleId: { file: await file('role-id', `${roleId}\n`) },
      secretId: { file: await file('secret-id', 'of before') },
      mount: 'team/approle',
    };
    const rotating = open(server, { auth: appRole(options) });
    const error = await failureOf(read(rotating));
    expect(error.message).toMatch(/denied the login at auth\/team\/approle\/login \(\d+\)/);
    expect(error.hint).toContain('Check the role id');
    await file('secret-id', secretId);
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    expect(await read(rotating)).toMatchObject({ status: 'found' });
  });

  test('AppRole tells wrong credentials, a missing mount and a missing file', async () => {
    const { roleId, secretId } = await makeAppRole(server, {}, 'approle-wrong');
    const mount = 'approle-wrong';
    await denial(appRole({ roleId, secretId: 'wrong', mount }));
    await denial(appRole({ roleId: 'wrong', secretId, mount }));
    await denial(appRole({ roleId, mount }));
    await denial(appRole({ roleId, secretId, mount: 'nowhere' }));
    const missing = await denial(appRole({ roleId, secretId: { file: join(folder, 'none') }, mount }));
    expect(missing.message).toMatch(/^the secret id cannot be read: .*none \(ENOENT\)$/);
    const empty = await denial(appRole({ roleId: { file: await file('empty', '\n') }, secretId, mount }));
    expect(empty.message).toMatch(/^the role id in .*empty is empty$/);
  });

  test('a wrapped secret id is unwrapped once, and serves further logins', async () => {
    const mount = 'approle-wrapped';
    const { roleId } = await makeAppRole(server, {}, mount);
    const token = await wrapped(server, `auth/${mount}/role/app/secret-id`);
    const auth = appRole({ roleId, wrappedSecretId: { file: await file('wrapped', token) }, mount });
    await reads(auth);
    await reads(auth);
    // Whoever comes with the same wrapping token after that is told so.
    const error = await denial(appRole({ roleId, wrappedSecretId: token, mount }));
    expect(error.message).toContain('already unwrapped');
    expect(error.message).toContain('possible interception');
    expect(error.hint).toContain('destroy it');
  });

  test('a wrapping token that something else made is not unwrapped', async () => {
    const { roleId } = await makeAppRole(server, {}, 'approle-forged');
    const forged = await wrapped(server, 'sys/wrapping/wrap', {
      secret_id: await newSecretId(server, 'approle-forged'),
    });
    const error = await denial(appRole({ roleId, wrappedSecretId: forged, mount: 'approle-forged' }));
    expect(error.message).toContain('possible interception');
    expect(error.hint).toContain('auth/approle-forged/role/<role>/secret-id');
    const body = JSON.stringify({ token: forged });
    const lookup = await fetch(`${server.address}/v1/sys/wrapping/lookup`, { method: 'POST', body });
    expect(lookup.status).toBe(200);
  });

  test('userpass', async () => {
    await enable(server, 'userpass', 'userpass');
    const user = { password: 'correct horse', token_policies: ['reader'] };
    await administer(server).call('POST', 'auth/userpass/users/alice', user);
    await reads(
      userpass({ username: 'Alice', password: { file: await file('password', 'correct horse\n') } }),
    );
    const error = await denial(userpass({ username: 'alice', password: 'wrong' }));
    expect(error.message).toContain('invalid username or password');
    await denial(userpass({ username: 'nobody', password: 'wrong' }));
  });

  test('JWT, read anew at each login', async () => {
    await enable(server, 'jwt', 'jwt');
    const { call } = administer(server);
    await call('POST', 'auth/jwt/config', { jwt_validation_pubkeys: [publicKeyPem] });
    await call('POST', 'auth/jwt/role/app', {
      role_type: 'jwt',
      user_claim: 'sub',
      bound_audiences: ['vault'],
      token_policies: ['reader'],
    });
    const auth = jwt({ role: 'app', jwt: { file: await file('jwt', makeJwt(claims())) } });
    await reads(auth);
    await file('jwt', makeJwt(claims({ aud: 'other' })));
    const error = await denial(auth);
    expect(error.message).toContain('error validating token');
    expect(error.hint).toContain('audience');
    await denial(jwt({ role: 'none', jwt: makeJwt(claims()) }));
  });

  test('a token from a file that changes, before giving up', async () => {
    const first = await makeToken(server);
    const path = await file('token', `${first}\n`);
    const vault = open(server, { token: tokenFile(path) });
    expect(await read(vault)).toMatchObject({ status: 'found' });
    await revokeByHand(server, first);
    await file('token', await makeToken(server));
    expect(await read(vault)).toMatchObject({ status: 'found' });
  });

  test('a method of one’s own, and what it throws', async () => {
    const { roleId, secretId } = await makeAppRole(server, {}, 'approle-own');
    await reads(({ login }) => login('auth/approle-own/login', { role_id: roleId, secret_id: secretId }));
    const token = await makeToken(server);
    await reads(async () => ({ token, ttl: 60, renewable: true }));
    const error = await denial(() => Promise.reject(new Error('hunter2')));
    expect(error).toMatchObject({ message: `the login to Vault at ${server.address} failed` });
    expect(JSON.stringify(error)).not.toContain('hunter2');
    await denial(() => Promise.resolve({ token: '' }));
  });

  test('the methods by environment variables', async () => {
    const mount = 'approle-variables';
    const { roleId, secretId } = await makeAppRole(server, {}, mount);
    const { options, problems } = readVaultEnvironment({
      VAULT_ADDR: server.address,
      STRONGROOM_VAULT_AUTH_MOUNT: mount,
      STRONGROOM_VAULT_ROLE_ID: roleId,
      STRONGROOM_VAULT_SECRET_ID_FILE: await file('secret-id-variable', secretId),
    });
    expect(problems).toEqual([]);
    await using vault = createVault(options);
    expect(await read(vault)).toMatchObject({ status: 'found' });
    const client = await vault.client();
    expect(await client.read('secret/data/app/database')).toMatchObject({
      data: { data: { url: 'postgres://one' } },
    });
  });

  // A real server asks a cluster to review the token, and there is none.
  test.runIf(kind.name === 'the embedded server')('Kubernetes, with a token that is rotated', async () => {
    await enable(server, 'kubernetes', 'kubernetes');
    const { call } = administer(server);
    await call('POST', 'auth/kubernetes/config', {
      kubernetes_host: 'https://127.0.0.1:1',
      pem_keys: [publicKeyPem],
      disable_iss_validation: true,
    });
    await call('POST', 'auth/kubernetes/role/app', {
      bound_service_account_names: 'app',
      bound_service_account_namespaces: 'default',
      token_policies: ['reader'],
    });
    const account = (name: string) =>
      makeJwt(claims({ 'kubernetes.io': { namespace: 'default', serviceaccount: { name, uid: 'u-1' } } }));
    const auth = kubernetes({ role: 'app', jwt: { file: await file('service-account', account('app')) } });
    await reads(auth);
    await file('service-account', account('other'));
    const error = await denial(auth);
    expect(error.message).toContain('service account name not authorized');
    expect(error.hint).toContain('service account');
  });
});
