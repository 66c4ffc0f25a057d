import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';
import { send, type TestAnswer } from './http-client.js';

let server: DevServer;
beforeEach(async () => {
  server = await startDevServer({ rootToken: 'root' });
});
afterEach(() => server.close());

const call = (path: string, body?: unknown, token = 'root'): Promise<TestAnswer> =>
  send(server.address, { path: `/v1/${path}`, token, body });
const errors = async (path: string, body?: unknown, token = 'root'): Promise<unknown> =>
  (await call(path, body, token)).json.errors;
const create = async (body: unknown): Promise<string> =>
  (await call('auth/token/create', body)).json.auth.client_token;

test.each([
  [{ lease: '3600' }, 'time: missing unit in duration "3600"'],
  [{ lease: 'soon' }, 'time: invalid duration "soon"'],
  [{ id: 'a.b' }, "custom token ID cannot have a '.' in the value"],
])('a token with %j is refused', async (body, message) => {
  expect(await errors('auth/token/create', body)).toEqual([message]);
});

test('a token at its last use is seen by a look at itself, and by nothing else', async () => {
  const once = (): Promise<string> => create({ policies: ['default', 'maker'], num_uses: 1 });
  await call('sys/policy/maker', {
    policy: 'path "auth/token/create" { capabilities = ["create", "update"] }',
  });
  expect((await call('auth/token/lookup-self', undefined, await once())).json.data.num_uses).toBe(-1);
  expect(await errors('auth/token/renew-self', {}, await once())).toEqual(['token not found']);
  expect(await errors('auth/token/create', {}, await once())).toEqual([
    'parent token lookup failed: no parent found',
  ]);
  expect(await errors('sys/capabilities-self', { path: 'x' }, await once())).toEqual([
    '1 error occurred:\n\t* invalid token\n\n',
  ]);
  expect((await call('auth/token/revoke-self', {}, await once())).status).toBe(204);
});

test.each([
  [{ path_suffix: 'a' }, /^given role path suffix contains invalid characters/],
  [{ path_suffix: 'abc..d' }, /^error registering path suffix: path cannot contain parent references$/],
  [{ token_num_uses: -1 }, /^error parsing role fields: 'token_num_uses' cannot be negative$/],
  [{ bound_cidrs: 'x' }, /^error parsing bound_cidrs: error parsing address "x"/],
  [{ token_type: 'default' }, /^invalid 'token_type' value "default"$/],
])('a token role with %j is refused', async (body, message) => {
  expect(await errors('auth/token/roles/r', body)).toEqual([expect.stringMatching(message)]);
});

test('a token role shows names each once, and addresses in their short form', async () => {
  await call('auth/token/roles/r', {
    path_suffix: 'a b/cde',
    disallowed_policies: 'b,,A,b',
    token_bound_cidrs: '127.0.0.1/32',
  });
  expect((await call('auth/token/roles/r')).json.data).toMatchObject({
    path_suffix: 'a b/cde',
    disallowed_policies: ['a', 'b'],
    token_bound_cidrs: ['127.0.0.1'],
  });
  const token = (await call('auth/token/create/r', { ttl: 60, policies: ['default'] })).json.auth
    .client_token;
  expect((await call('auth/token/lookup-self', undefined, token)).json.data.bound_cidrs).toEqual([
    '127.0.0.1',
  ]);
});

test('a token that was made for an entity shows the policies of the entity', async () => {
  await call('sys/auth/userpass', { type: 'userpass' });
  await call('auth/userpass/users/alice', { password: 'pw', token_policies: 'maker' });
  await call('sys/policy/maker', {
    policy: 'path "auth/token/create" { capabilities = ["create", "update"] }',
  });
  const { auth } = (await call('auth/userpass/login/alice', { password: 'pw' }, '')).json;
  await call(`identity/entity/id/${auth.entity_id}`, { policies: 'extra' });
  const child = await call('auth/token/create', {}, auth.client_token);
  expect(child.json.auth).toMatchObject({
    policies: ['default', 'extra', 'maker'],
    identity_policies: ['extra'],
    token_policies: ['default', 'maker'],
  });
});

test('the first root token of a server has no lease', async () => {
  const fresh = await startDevServer({ initialised: false });
  const send1 = (path: string, body?: unknown, token = ''): Promise<TestAnswer> =>
    send(fresh.address, { path: `/v1/${path}`, token, body });
  const { keys, root_token } = (await send1('sys/init', { secret_shares: 1, secret_threshold: 1 })).json;
  await send1('sys/unseal', { key: keys[0] });
  const { data } = (await send1('auth/token/lookup-self', undefined, root_token)).json;
  await fresh.close();
  expect(data).toMatchObject({ path: 'auth/token/root', display_name: 'root', expire_time: null });
  expect(Object.keys(data)).not.toContain('renewable');
  expect(Object.keys(data)).not.toContain('issue_time');
});

test('capabilities are asked for in the order that Vault looks', async () => {
  expect(await errors('sys/capabilities-accessor', { accessor: 'x' })).toEqual([
    '1 error occurred:\n\t* invalid accessor\n\n',
  ]);
  expect(await errors('sys/capabilities', { token: 'x', paths: [''] })).toEqual([
    '1 error occurred:\n\t* missing path\n\n',
  ]);
});

test('sudo for a list may be given without the slash at the end', async () => {
  await call('sys/policy/lister', {
    policy: 'path "auth/token/accessors" { capabilities = ["list", "sudo"] }',
  });
  const token = await create({ policies: ['lister'] });
  const answer = await send(server.address, { method: 'LIST', path: '/v1/auth/token/accessors', token });
  expect(answer.status).toBe(200);
});

test.each([
  ['auth/token/lookup', 400, ''],
  ['auth/token/renew', 500, 'error looking up token to renew: '],
  ['auth/token/revoke', 500, ''],
  ['auth/token/revoke-orphan', 500, 'error when looking up token to revoke: '],
  ['sys/capabilities', 500, ''],
])('%s says of a token of no form why it cannot be looked for', async (path, status, context) => {
  for (const [token, why] of [
    ['b.AAAA!A', 'illegal base64 data at input byte 4'],
    ['s.abc.elsewhere', 'failed to look up namespace from the token: no namespace'],
  ] as const) {
    const answer = await call(path, { token, path: 'x' });
    expect(answer.status).toBe(status);
    expect(answer.json.errors).toEqual([expect.stringContaining(`${context}${why}`)]);
  }
});

test('a request with a batch token that is no base64 is refused for that', async () => {
  expect(await errors('auth/token/lookup-self', undefined, 'b.AAAA!A')).toEqual([
    'error performing token check: illegal base64 data at input byte 4',
  ]);
});

test('what is asked of a wrapping token that is no base64 is refused for that', async () => {
  expect(await errors('sys/wrapping/lookup', { token: 'b.AAAA!A' })).toEqual([
    'error validating wrapping token: illegal base64 data at input byte 4',
  ]);
});

test('a wrapping token that looks like a JWT is refused for its form', async () => {
  expect(await errors('sys/wrapping/lookup', { token: 'a.b.c' })).toEqual([
    'error validating wrapping token: wrapping token could not be parsed: illegal base64 data at input byte 0',
  ]);
});

test('the token to renew is only taken out of the body', async () => {
  expect((await call('auth/token/renew/s.abc', {})).status).toBe(404);
});

test('a batch token has no ID of choice', async () => {
  const { auth, warnings } = (await call('auth/token/create', { type: 'batch', id: 'root', policies: 'x' }))
    .json;
  expect(auth.client_token).toMatch(/^b\./);
  expect(warnings[0]).toMatch(/^Supplying a custom ID/);
});

test('the settings of a token are found whatever the case of their names', async () => {
  const { auth } = (await call('auth/token/create', { POLICIES: ['x'], Ttl: '5m', Num_Uses: 3 })).json;
  expect(auth).toMatchObject({ policies: ['default', 'x'], lease_duration: 300 });
});
