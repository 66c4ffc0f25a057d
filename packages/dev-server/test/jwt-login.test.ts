import { generateKeyPairSync, sign } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';
import { send, type TestAnswer } from './http-client.js';

const keys = generateKeyPairSync('ed25519');
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const now = Date.UTC(2030, 0, 1);
let server: DevServer;
const call = (path: string, body?: unknown, token = 'root'): Promise<TestAnswer> =>
  send(server.address, { path: `/v1/${path}`, token, body });

beforeEach(async () => {
  server = await startDevServer({ now: () => now, rootToken: 'root' });
  await call('sys/auth/jwt', { type: 'jwt' });
  await call('auth/jwt/config', {
    jwt_validation_pubkeys: [keys.publicKey.export({ type: 'spki', format: 'pem' })],
  });
});
afterEach(() => server.close());

async function login(role: object, claims: object): Promise<TestAnswer> {
  await call('auth/jwt/role/r', {
    role_type: 'jwt',
    user_claim: 'sub',
    bound_claims: { sub: 'ci' },
    ...role,
  });
  const content = `${base64({ alg: 'EdDSA' })}.${base64({ exp: now / 1000 + 60, sub: 'ci', ...claims })}`;
  const signature = sign(null, Buffer.from(content), keys.privateKey).toString('base64url');
  return call('auth/jwt/login', { role: 'r', jwt: `${content}.${signature}` }, '');
}

test.each([
  // The names come before the claims that are bound.
  [{ user_claim: '/a/b' }, { a: { b: 'x' } }, 'claim "/a/b" not found in token'],
  [{ user_claim: 'n', bound_claims: { sub: 'other' } }, {}, 'claim "n" not found in token'],
  [{ user_claim: 'n' }, { n: null }, 'claim "n" could not be converted to string'],
  [{ claim_mappings: { n: 'x' } }, { n: 1 }, "error converting claim 'n' to string"],
  [{ groups_claim: 'g' }, {}, 'failed to fetch groups: "g" claim not found in token'],
  [{ groups_claim: 'g' }, { g: 1 }, '"g" claim could not be converted to string list'],
  [{ groups_claim: 'g' }, { g: ['a', 1e6] }, 'value 1e+06 in groups claim could not be parsed as string'],
  [
    { bound_claims: { n: '5' } },
    { n: 1234567 },
    'error validating claims: received claim is not a string or list: 1.234567e+06',
  ],
  [{ bound_claims: { n: 5 } }, { n: '5' }, 'error validating claims: bound claim is not a string or list: 5'],
  [
    { bound_claims: { n: 'true' } },
    { n: true },
    'error validating claims: claim "n" does not match any associated bound claim values',
  ],
  [{}, { aud: ['x'] }, 'audience claim found in JWT but no audiences bound to the role'],
])('a role with %j refuses the claims %j', async (role, claims, message) => {
  const answer = await login(role, claims);
  expect(answer.status).toBe(400);
  expect(answer.json.errors).toEqual([message]);
});

test.each([
  [{ bound_claims: { n: [true, 'x'] } }, { n: true }],
  [{ bound_claims: { '/n/0': 'x' } }, { n: ['x'] }],
  [{ groups_claim: '/n/g' }, { n: { g: 'x' } }],
  [{}, { aud: 'x' }],
])('a role with %j takes the claims %j', async (role, claims) => {
  expect((await login(role, claims)).status).toBe(200);
});

test.each([
  ['a.b', 'square/go-jose: compact JWS format must have three parts'],
  ['a.b.c', 'illegal base64 data at input byte 0'],
  ['abcd.ab=.abcd', 'illegal base64 data at input byte 2'],
  [
    `${Buffer.from('hi').toString('base64url')}.ab.ab`,
    "invalid character 'h' looking for beginning of value",
  ],
  [`${base64({})}.ab.ab`, 'no known key successfully validated the token signature'],
])('%s is refused as a JWT', async (jwt, message) => {
  await call('auth/jwt/role/r', { role_type: 'jwt', user_claim: 'sub', bound_claims: { sub: 'ci' } });
  expect((await call('auth/jwt/login', { role: 'r', jwt }, '')).json.errors).toEqual([
    `error validating token: error verifying token signature: ${message}`,
  ]);
});

const soon = now / 1000 + 600;
test.each([
  [{ exp: 0 }, 'no issued at (iat), not before (nbf), or expiration time (exp) claims in token'],
  // Whose token it is comes before when it holds.
  [{ exp: 1, sub: 'other' }, 'invalid subject (sub) claim'],
  [{ exp: 1, nbf: soon }, 'invalid not before (nbf) claim: token not yet valid'],
  [{ exp: 1 }, 'invalid expiration time (exp) claim: token is expired'],
  [{ iat: soon, nbf: 1 }, 'invalid issued at (iat) claim: token issued in the future'],
  [{ exp: '1' }, 'square/go-jose/jwt: expected number value to unmarshal NumericDate'],
  [{ aud: 1 }, 'square/go-jose/jwt: expected string or array value to unmarshal to Audience'],
  [{ iss: 1 }, 'json: cannot unmarshal number into Go struct field Claims.iss of type string'],
])('a token with the claims %j is refused', async (claims, message) => {
  expect((await login({ bound_subject: 'ci' }, claims)).json.errors).toEqual([
    `error validating token: ${message}`,
  ]);
});

const pem = keys.publicKey.export({ type: 'spki', format: 'pem' });
test.each([
  [{ oidc_client_id: 'x' }, "both 'oidc_client_id' and 'oidc_client_secret' must be set for OIDC"],
  [{ oidc_client_id: 'x', oidc_client_secret: 'y' }, "'oidc_discovery_url' must be set for OIDC"],
  [{ oidc_response_types: 'code,x' }, "invalid response_types [code x]. 'code' and 'id_token' are allowed"],
  [{ oidc_response_mode: 'x' }, 'invalid response_mode: "x"'],
  [{ oidc_response_types: 'id_token' }, 'query response_mode may not be used with an id_token response_type'],
])('a configuration with %j is refused', async (more, message) => {
  const answer = await call('auth/jwt/config', { jwt_validation_pubkeys: pem, ...more });
  expect(answer.json.errors).toEqual([message]);
});

test('a configuration shows what only providers need, and keeps where the namespace goes', async () => {
  const more = { oidc_response_mode: 'form_post', oidc_response_types: 'id_token', jwks_ca_pem: 'x' };
  await call('auth/jwt/config', { jwt_validation_pubkeys: pem, ...more, namespace_in_state: false });
  expect((await call('auth/jwt/config')).json.data).toMatchObject({
    jwks_ca_pem: 'x',
    namespace_in_state: false,
    oidc_response_mode: 'form_post',
    oidc_response_types: ['id_token'],
  });
  await call('auth/jwt/config', { jwt_validation_pubkeys: pem });
  expect((await call('auth/jwt/config')).json.data).toMatchObject({
    jwks_ca_pem: '',
    namespace_in_state: false,
    oidc_response_types: [],
  });
});

test('an alias has the claims that are mapped for its metadata, and a token the role besides', async () => {
  const { auth } = (await login({ claim_mappings: { team: 'group' } }, { team: 'blue' })).json;
  expect(auth.metadata).toEqual({ role: 'r', group: 'blue' });
  const { data } = (await call(`identity/entity/id/${auth.entity_id}`)).json;
  expect(data.aliases[0].metadata).toEqual({ group: 'blue' });
});

test('a login cannot be renewed when its role is gone', async () => {
  const { auth } = (await login({}, {})).json;
  await send(server.address, { method: 'DELETE', path: '/v1/auth/jwt/role/r', token: 'root' });
  expect((await call('auth/token/renew-self', {}, auth.client_token)).json.errors[0]).toContain(
    'role r does not exist during renewal',
  );
});
