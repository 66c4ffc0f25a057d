import { expect, test } from 'vitest';
import { readVaultEnvironment } from './environment.js';

const p = 'STRONGROOM_VAULT_';
const chosen = (variables: Record<string, string>) => {
  const { options, problems } = readVaultEnvironment(variables);
  expect(problems).toEqual([]);
  return options.auth?.name ?? 'token';
};
const problemsOf = (variables: Record<string, string>) =>
  readVaultEnvironment(variables).problems.map(({ name, reason }) => `${name} ${reason}`);

test('a token that is set goes before auth methods, and they before token files', () => {
  const role = { [`${p}ROLE_ID`]: 'r', HOME: '/home/me' };
  expect(chosen({})).toBe('token');
  expect(chosen(role)).toBe('approle');
  expect(chosen({ ...role, VAULT_TOKEN: 't' })).toBe('token');
  expect(chosen({ ...role, VAULT_TOKEN_FILE: '/t' })).toBe('token');
  expect(chosen({ ...role, VAULT_TOKEN: '' })).toBe('approle');
  expect(chosen({ ...role, VAULT_TOKEN: 't', [`${p}AUTH`]: 'AppRole' })).toBe('approle');
  expect(chosen({ ...role, [`${p}AUTH`]: 'token' })).toBe('token');
});

test.each([
  ['approle', { ROLE_ID_FILE: '/r', WRAPPED_SECRET_ID_FILE: '/s' }],
  ['kubernetes', { KUBERNETES_ROLE: 'app' }],
  ['jwt', { JWT_FILE: '/jwt' }],
  ['userpass', { USERNAME: 'u', PASSWORD_FILE: '/p' }],
  ['cert', { CERT_ROLE: 'app' }],
  ['aws', { AWS_ROLE: 'app' }],
])('finds %s by its variables', (method, variables) => {
  const named = Object.fromEntries(Object.entries(variables).map(([name, value]) => [p + name, value]));
  const tls = { VAULT_CLIENT_CERT: '/c', VAULT_CLIENT_KEY: '/k' };
  expect(chosen({ ...named, ...tls })).toBe(method);
});

test('two methods at once are a problem that names both', () => {
  expect(problemsOf({ [`${p}ROLE_ID`]: 'r', [`${p}JWT_FILE`]: '/j' })).toEqual([
    `${p}ROLE_ID ${p}JWT_FILE is set too: they are of two auth methods, approle and jwt`,
  ]);
  expect(chosen({ [`${p}ROLE_ID`]: 'r', [`${p}JWT_FILE`]: '/j', [`${p}AUTH`]: 'jwt' })).toBe('jwt');
});

test('says what is missing, unknown or set twice, and no value', () => {
  expect(problemsOf({ [`${p}AUTH`]: 'hunter2' })).toEqual([`${p}AUTH names no auth method`]);
  expect(problemsOf({ [`${p}SECRET_ID`]: 's' })).toEqual([
    `${p}ROLE_ID is not set, but the auth method approle needs it`,
  ]);
  expect(problemsOf({ [`${p}AUTH`]: 'userpass' })).toEqual([
    `${p}USERNAME is not set, but the auth method userpass needs it`,
    `${p}PASSWORD is not set, but the auth method userpass needs it`,
  ]);
  expect(problemsOf({ [`${p}AUTH`]: 'cert' })).toEqual([
    'VAULT_CLIENT_CERT is not set, but the auth method cert needs it',
  ]);
  expect(problemsOf({ [`${p}JWT`]: 'hunter2', [`${p}JWT_FILE`]: '/j' })).toEqual([
    `${p}JWT ${p}JWT_FILE is set too`,
  ]);
  expect(
    problemsOf({ [`${p}ROLE_ID`]: 'r', [`${p}SECRET_ID`]: 's', [`${p}WRAPPED_SECRET_ID`]: 'w' }),
  ).toEqual([`${p}SECRET_ID ${p}WRAPPED_SECRET_ID is set too`]);
  expect(problemsOf({ [`${p}ROLE_ID`]: 'r', [`${p}AUTH_MOUNT`]: 'a/../b' })).toEqual([
    `${p}AUTH_MOUNT cannot be the path of a mount`,
  ]);
});
