import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';
import { send, type TestAnswer } from './http-client.js';

let server: DevServer;
beforeEach(async () => {
  server = await startDevServer({ rootToken: 'root' });
});
afterEach(() => server.close());

const call = (path: string, body?: unknown, token = 'root'): Promise<TestAnswer> =>
  send(server.address, { path: `/v1/${path}`, token, body });
const remove = (path: string): Promise<TestAnswer> =>
  send(server.address, { method: 'DELETE', path: `/v1/${path}`, token: 'root' });
const list = (path: string): Promise<TestAnswer> =>
  send(server.address, { method: 'LIST', path: `/v1/${path}`, token: 'root' });
const errors = async (path: string, body?: unknown): Promise<unknown> => (await call(path, body)).json.errors;
const dataOf = async (path: string): Promise<Record<string, unknown>> => (await call(path)).json.data;

describe('AppRole', () => {
  beforeEach(async () => {
    await call('sys/auth/approle', { type: 'approle' });
  });
  const role = 'auth/approle/role/app';

  test('a role shows its policies as they were given, and its addresses in their short form', async () => {
    await call(role, { token_policies: 'b,A', token_bound_cidrs: '127.0.0.1/32,0:0::1/128,10.0.0.0/8' });
    expect(await dataOf(role)).toMatchObject({
      token_policies: ['b', 'A'],
      token_bound_cidrs: ['127.0.0.1', '::1', '10.0.0.0/8'],
    });
    await call(`${role}/policies`, { policies: 'b,A' });
    expect(await dataOf(role)).toMatchObject({ token_policies: ['a', 'b'], policies: ['a', 'b'] });
    await call(role, { token_policies: 'c', policies: 'd', period: '0s' });
    expect(await dataOf(role)).toMatchObject({ token_policies: ['c'], policies: ['c'] });
    expect(await dataOf(role)).not.toHaveProperty('period');
  });

  test.each([
    [{ token_type: 'x' }, 'invalid \'token_type\' value "x"'],
    [
      { token_type: 'batch', token_period: 60 },
      "'token_type' cannot be 'batch' or 'default_batch' when set to generate periodic tokens",
    ],
    [{ token_num_uses: -1 }, "'token_num_uses' cannot be negative"],
    [
      { period: '1000h' },
      'period of "1000h0m0s" is greater than the backend\'s maximum lease TTL of "768h0m0s"',
    ],
  ])('%j is refused', async (body, message) => {
    expect(await errors(role, body)).toEqual([message]);
  });

  test('types that only mounts have are taken for the nearest', async () => {
    expect((await call(role, { token_type: 'default-batch' })).json.warnings).toEqual([
      'default-batch has no useful meaning; adjusting to batch',
    ]);
    expect(await dataOf(role)).toMatchObject({ token_type: 'batch' });
  });

  test('a role id belongs to one role, and a role has a constraint', async () => {
    await call(role, { role_id: 'id-1' });
    const taken = ['1 error occurred:\n\t* role_id already in use\n\n'];
    expect(await errors('auth/approle/role/other', { role_id: 'id-1' })).toEqual(taken);
    await call('auth/approle/role/other', {});
    expect(await errors('auth/approle/role/other/role-id', { role_id: 'id-1' })).toEqual(taken);
    await call(role, { bind_secret_id: false, secret_id_bound_cidrs: '127.0.0.0/8' });
    expect((await remove(`${role}/secret-id-bound-cidrs`)).json.errors).toEqual([
      '1 error occurred:\n\t* at least one constraint should be enabled on the role\n\n',
    ]);
  });

  test.each([
    ['period', {}, 'missing period'],
    ['policies', {}, 'missing token_policies'],
    ['role-id', { role_id: '' }, 'missing role_id'],
    ['token-ttl', { token_ttl: '2h' }, 'token_ttl should not be greater than token_max_ttl'],
    ['token-max-ttl', { token_max_ttl: '1m' }, 'token_max_ttl should be greater than or equal to token_ttl'],
    ['secret-id-bound-cidrs', { secret_id_bound_cidrs: '' }, 'missing bound_cidr_list'],
    [
      'secret-id-bound-cidrs',
      { secret_id_bound_cidrs: 'x' },
      'failed to validate CIDR blocks: invalid CIDR address: x',
    ],
    [
      'token-bound-cidrs',
      { token_bound_cidrs: 'x' },
      'failed to parse token_bound_cidrs: error parsing address "x": Unable to convert "x" to an IPv4 or IPv6 address, or a UNIX Socket',
    ],
  ])('%s with %j is refused', async (part, body, message) => {
    await call(role, { token_ttl: '5m', token_max_ttl: '1h' });
    expect(await errors(`${role}/${part}`, body)).toEqual([message]);
  });

  test('the older name of the address list only sets', async () => {
    await call(role, {});
    expect((await call(`${role}/bound-cidr-list`, { bound_cidr_list: '10.0.0.0/8' })).status).toBe(204);
    expect((await call(`${role}/bound-cidr-list`)).json).toMatchObject({
      data: { bound_cidr_list: null },
      warnings: [expect.stringMatching(/^The "bound_cidr_list" field is deprecated/)],
    });
    await remove(`${role}/bound-cidr-list`);
    expect(await dataOf(`${role}/secret-id-bound-cidrs`)).toEqual({ secret_id_bound_cidrs: ['10.0.0.0/8'] });
    await remove(`${role}/secret-id-bound-cidrs`);
    expect(await dataOf(`${role}/secret-id-bound-cidrs`)).toEqual({ secret_id_bound_cidrs: null });
    expect(await dataOf(`${role}/token-bound-cidrs`)).toEqual({ token_bound_cidrs: null });
  });

  test.each([
    ['{"a":"1"}', { a: '1' }],
    ['b=2, a=1', { a: '1', b: '2' }],
    [Buffer.from('{"a":"1"}').toString('base64'), { a: '1' }],
    ['', {}],
  ])('a secret id has the metadata of %j', async (metadata, expected) => {
    await call(role, {});
    const { secret_id } = (await call(`${role}/secret-id`, { metadata })).json.data;
    expect((await call(`${role}/secret-id/lookup`, { secret_id })).json.data.metadata).toEqual(expected);
  });

  test.each([
    ['a', 'failed to parse the input: invalid <key,value> format'],
    ['a=', 'failed to parse the input: invalid <key,value> pair: key: "a" value: ""'],
    ['{"a":""}', 'invalid value for key "a"'],
    ['{"a":1}', 'failed to parse the input: invalid <key,value> format'],
  ])('the metadata %j is refused', async (metadata, message) => {
    await call(role, {});
    expect(await errors(`${role}/secret-id`, { metadata })).toEqual([`failed to parse metadata: ${message}`]);
  });

  test('a secret id binds tokens no wider than its role does', async () => {
    await call(role, { token_bound_cidrs: '127.0.0.1/32' });
    expect(await errors(`${role}/secret-id`, { token_bound_cidrs: '127.0.0.0/8' })).toEqual([
      '1 error occurred:\n\t* failed to verify subset relationship between CIDR blocks on the role ["127.0.0.1/32"] and CIDR blocks on the secret ID ["127.0.0.0/8"]: %!w(<nil>)\n\n',
    ]);
    expect(await errors(`${role}/secret-id`, { token_bound_cidrs: 'x' })).toEqual([
      '1 error occurred:\n\t* failed to validate token CIDR blocks: invalid CIDR address: x\n\n',
    ]);
    expect((await call(`${role}/secret-id`, { token_bound_cidrs: '127.0.0.1/32' })).status).toBe(200);
  });

  test('secret ids of a role that there is not', async () => {
    expect(await list('auth/approle/role/none/secret-id')).toMatchObject({
      status: 400,
      json: { errors: ['role "none" does not exist'] },
    });
    expect(await errors('auth/approle/role/none/custom-secret-id', {})).toEqual(['missing secret_id']);
  });
});

describe('userpass', () => {
  const user = 'auth/userpass/users/alice';
  beforeEach(async () => {
    await call('sys/auth/userpass', { type: 'userpass' });
    await call(user, { password: 'pw' });
  });
  const login = (password: string): Promise<TestAnswer> =>
    call('auth/userpass/login/alice', { password }, '');

  test('the path of a password changes nothing else, and wants a user', async () => {
    expect((await call(`${user}/password`, { password: 'new', token_ttl: '1m' })).status).toBe(204);
    expect((await login('new')).status).toBe(200);
    expect(await dataOf(user)).toMatchObject({ token_ttl: 0 });
    expect(await errors(`${user}/password`, {})).toEqual(['missing password']);
    for (const part of ['password', 'policies']) {
      expect(await call(`auth/userpass/users/none/${part}`, {})).toMatchObject({
        status: 500,
        json: { errors: ['1 error occurred:\n\t* username does not exist\n\n'] },
      });
    }
  });

  test('an empty password is none', async () => {
    expect(await errors(user, { password: '' })).toEqual(['missing password']);
    expect((await login('pw')).status).toBe(200);
  });

  test('older fields are shown where they say something, and give way to the newer ones', async () => {
    await call(user, { ttl: '10m', policies: 'b,a', max_ttl: 0 });
    expect(await dataOf(user)).toMatchObject({ ttl: 600, token_ttl: 600, policies: ['a', 'b'] });
    expect(await dataOf(user)).not.toHaveProperty('max_ttl');
    await call(user, { token_ttl: '5m', ttl: '9m' });
    expect(await dataOf(user)).toMatchObject({ ttl: 300, token_ttl: 300 });
    await call(user, { token_ttl: '1m' });
    expect(await dataOf(user)).not.toHaveProperty('ttl');
    await call(`${user}/policies`, { token_policies: 'C,c' });
    expect(await dataOf(user)).toMatchObject({ token_policies: ['c'] });
    expect(await dataOf(user)).not.toHaveProperty('policies');
  });

  test('a user has no @ in the name', async () => {
    expect((await call('auth/userpass/users/a@b', { password: 'pw' })).json.errors).toEqual([
      '1 error occurred:\n\t* unsupported path\n\n',
    ]);
  });

  test('a renewal minds neither the order of the policies nor the default one', async () => {
    await call(user, { token_policies: 'a,b' });
    const token = (await login('pw')).json.auth.client_token;
    await call(user, { token_policies: 'b,default,a' });
    expect((await call('auth/token/renew-self', {}, token)).status).toBe(200);
  });

  test('nobody logs in as root', async () => {
    await call(user, { token_policies: 'root' });
    expect((await login('pw')).json.errors).toEqual(['auth methods cannot create root tokens']);
  });
});

describe('JWT and Kubernetes', () => {
  test.each([
    [{ user_claim: 'sub' }, "'allowed_redirect_uris' must be set if 'role_type' is 'oidc' or unspecified."],
    [{ role_type: 'x' }, "invalid 'role_type': x"],
    [{ role_type: 'jwt', bound_claims_type: 'x' }, "invalid 'bound_claims_type': x"],
    [
      { role_type: 'jwt', bound_claims_type: 'glob', bound_claims: { a: ['x', true] } },
      'claim is not a string: true',
    ],
    [
      { role_type: 'jwt', claim_mappings: { a: 'role' } },
      'metadata key "role" is reserved and may not be a mapping destination',
    ],
    [
      { role_type: 'jwt', claim_mappings: { a: 'x', b: 'x' } },
      'multiple keys are mapped to metadata key "x"',
    ],
    [
      { role_type: 'jwt', user_claim: 'sub', bound_subject: 'x', ttl: '2h', max_ttl: '1h' },
      'ttl should not be greater than max ttl',
    ],
    [
      { role_type: 'jwt', token_period: '1000h' },
      "'period' of '\"1000h0m0s\"' is greater than the backend's maximum lease TTL of '\"768h0m0s\"'",
    ],
  ])('the role %j is refused', async (body, message) => {
    await call('sys/auth/jwt', { type: 'jwt' });
    expect(await errors('auth/jwt/role/r', body)).toEqual([message]);
  });

  test('each write says anew what type a role is of', async () => {
    await call('sys/auth/jwt', { type: 'oidc' });
    const body = { role_type: 'jwt', user_claim: 'sub', bound_subject: 'x', policies: 'b,a', num_uses: 2 };
    expect((await call('auth/jwt/role/r', { ...body, token_max_ttl: '1000h' })).json.warnings).toEqual([
      expect.stringMatching(/^token max ttl is greater/),
    ]);
    expect(await dataOf('auth/jwt/role/r')).toMatchObject({ policies: ['a', 'b'], num_uses: 2 });
    expect((await call('auth/jwt/role/r', { token_ttl: 60 })).status).toBe(400);
  });

  test('accounts are named or all are meant', async () => {
    await call('sys/auth/kubernetes', { type: 'kubernetes' });
    const role = (names: string, more = {}): Promise<TestAnswer> =>
      call('auth/kubernetes/role/r', {
        bound_service_account_names: names,
        bound_service_account_namespaces: 'prod',
        ...more,
      });
    expect((await role('*,app')).json.errors).toEqual(['can not mix "*" with values']);
    expect((await role('app', { ttl: '2h', max_ttl: '1h' })).json.errors).toEqual([
      'token ttl should not be greater than token max ttl',
    ]);
    expect((await role('app', { max_ttl: '1000h' })).json.warnings).toHaveLength(1);
    expect(await dataOf('auth/kubernetes/role/r')).toMatchObject({ max_ttl: 3_600_000, token_ttl: 0 });
    expect(
      await errors('auth/kubernetes/config', { kubernetes_host: 'x', disable_local_ca_jwt: true }),
    ).toEqual(['kubernetes_ca_cert must be given when disable_local_ca_jwt is true']);
  });
});
