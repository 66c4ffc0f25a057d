import { isConfigurationError } from '@strongroom/core';
import { expect, test } from 'vitest';
import { readVaultEnvironment, vaultFromEnvironment } from './environment.js';
import { environmentHints } from './environment-hints.js';

const options = (variables: Record<string, string>) => {
  const { options, problems } = readVaultEnvironment(variables);
  expect(problems).toEqual([]);
  return options;
};
const problemsOf = (variables: Record<string, string>) =>
  readVaultEnvironment(variables).problems.map(({ name, reason }) => `${name} ${reason}`);

test('looks where the official client looks when nothing is set', () => {
  expect(options({})).toMatchObject({ address: 'https://127.0.0.1:8200', tls: {} });
  expect(options({ VAULT_ADDR: '', VAULT_URL: '', VAULT_TOKEN: '' }).address).toBe('https://127.0.0.1:8200');
});

test('prefers the Agent, then VAULT_ADDR, then VAULT_URL', () => {
  const url = { VAULT_URL: 'http://127.0.0.1:1' };
  expect(options(url).address).toBe('http://127.0.0.1:1');
  expect(options({ ...url, VAULT_ADDR: 'http://127.0.0.1:1/' }).address).toBe('http://127.0.0.1:1');
  expect(options({ ...url, VAULT_AGENT_ADDR: 'http://127.0.0.1:2' }).address).toBe('http://127.0.0.1:2');
  expect(problemsOf({ ...url, VAULT_ADDR: 'http://127.0.0.1:3' })).toEqual([
    'VAULT_ADDR VAULT_URL is set too, to another address',
  ]);
});

test("takes OpenBao's variables before Vault's, even when they are empty", () => {
  expect(options({ BAO_ADDR: 'https://bao', VAULT_ADDR: 'https://vault' }).address).toBe('https://bao');
  expect(options({ BAO_ADDR: '', VAULT_ADDR: 'https://vault' }).address).toBe('https://127.0.0.1:8200');
  expect(options({ BAO_NAMESPACE: '', VAULT_NAMESPACE: 'team' })).not.toHaveProperty('namespace');
  expect(options({ BAO_TOKEN: 'b', VAULT_TOKEN: 'v' }).token).toBe('b');
});

test('reads all that is set', () => {
  expect(
    options({
      VAULT_ADDR: 'https://vault',
      VAULT_TOKEN: 's.token',
      VAULT_NAMESPACE: 'team/a',
      VAULT_CLIENT_TIMEOUT: '1m',
      VAULT_MAX_RETRIES: '0',
      VAULT_CACERT: '/ca.pem',
      VAULT_CACERT_BYTES: 'PEM',
      VAULT_CAPATH: '/cas',
      VAULT_CLIENT_CERT: '/cert.pem',
      VAULT_CLIENT_KEY: '/key.pem',
      VAULT_TLS_SERVER_NAME: 'vault.internal',
      VAULT_SKIP_VERIFY: 'false',
      STRONGROOM_VAULT_AUTH_NAMESPACE: 'team',
      STRONGROOM_VAULT_MOUNT: '/team/secret/',
      STRONGROOM_VAULT_MARKER: 'Yes',
    }),
  ).toEqual({
    address: 'https://vault',
    allowInsecureHttp: false,
    token: 's.token',
    namespace: 'team/a',
    authNamespace: 'team',
    requestTimeoutMs: 60_000,
    retries: 0,
    mount: 'team/secret',
    marker: true,
    tls: { caFile: '/ca.pem', certFile: '/cert.pem', keyFile: '/key.pem', serverName: 'vault.internal' },
  });
  expect(options({ VAULT_CACERT_BYTES: 'PEM', VAULT_CAPATH: '/cas' }).tls).toEqual({ ca: 'PEM' });
  expect(options({ VAULT_CAPATH: '/cas' }).tls).toEqual({ caFolder: '/cas' });
});

test('warns of verification that is turned off', () => {
  const { options, warnings } = readVaultEnvironment({ VAULT_SKIP_VERIFY: 'yes' });
  expect(options.tls).toEqual({ skipVerify: true });
  expect(warnings).toEqual(['the certificate of Vault is not verified']);
  expect(readVaultEnvironment({ VAULT_SKIP_VERIFY: '0' }).warnings).toEqual([]);
});

test('reports every problem at once, and no value', () => {
  const variables = {
    VAULT_ADDR: 'http://vault.example.com',
    VAULT_URL: 'nonsense-hunter2',
    VAULT_TOKEN: 'hunter2',
    VAULT_TOKEN_FILE: '/token',
    VAULT_CLIENT_TIMEOUT: 'hunter2',
    VAULT_MAX_RETRIES: '-1',
    VAULT_CLIENT_CERT: '/cert.pem',
    VAULT_SKIP_VERIFY: 'maybe',
    STRONGROOM_VAULT_MOUNT: 'a/../b',
    STRONGROOM_VAULT_MARKER: 'hunter2',
  };
  let thrown: unknown;
  try {
    vaultFromEnvironment(variables);
  } catch (error) {
    thrown = error;
  }
  if (!isConfigurationError(thrown)) throw new Error('is no ConfigurationError');
  expect(thrown.problems.map(({ name }) => name)).toEqual([
    'VAULT_ADDR',
    'VAULT_URL',
    'VAULT_CLIENT_KEY',
    'VAULT_SKIP_VERIFY',
    'VAULT_TOKEN',
    'VAULT_CLIENT_TIMEOUT',
    'VAULT_MAX_RETRIES',
    'STRONGROOM_VAULT_MOUNT',
    'STRONGROOM_VAULT_MARKER',
  ]);
  expect(thrown.message).not.toContain('hunter2');
});

test('code wins over variables', () => {
  expect(() => vaultFromEnvironment({ STRONGROOM_VAULT_MOUNT: 'kv' }, { mount: 'a/../b' })).toThrow(/mount/);
  expect(
    vaultFromEnvironment({ VAULT_ADDR: 'http://vault.example.com' }, { allowInsecureHttp: true }).name,
  ).toBe('vault');
});

test.each([
  [{ VAULT_TOKN: 'x' }, 'SOURCE_DENIED', 'VAULT_TOKN is set: was it meant to be VAULT_TOKEN?'],
  [{ STRONGROOM_VAULT_ROLEID: 'x' }, 'SOURCE_DENIED', 'was it meant to be STRONGROOM_VAULT_ROLE_ID?'],
  [
    { STRONGROOM_VAULT_ROLE_ID: 'x', STRONGROOM_VAULT_SECRTE_ID: 'x' },
    'SOURCE_DENIED',
    'STRONGROOM_VAULT_SECRTE_ID is set: was it meant to be STRONGROOM_VAULT_SECRET_ID?',
  ],
  [{ VAULT_ULR: 'x' }, 'SOURCE_UNAVAILABLE', 'VAULT_ULR is set: was it meant to be VAULT_URL? Neither'],
  [{ VAULT_ADDRESS: 'x' }, 'SOURCE_UNAVAILABLE', 'VAULT_ADDRESS is set: was it meant to be VAULT_ADDR?'],
] as const)('names %j in what fails because of it', (variables, code, hint) => {
  expect(environmentHints(variables, { addressAssumed: true, authInCode: false })[code]).toContain(hint);
});

test('suspects no variable that is known, empty, or of no use', () => {
  const hints = (variables: Record<string, string>, authInCode = false) =>
    environmentHints(variables, { addressAssumed: false, authInCode });
  expect(hints({ VAULT_TOKEN: 'x', VAULT_TOKENS: 'x' })).toEqual({});
  expect(hints({ VAULT_TOKN: '' })).toEqual({});
  expect(hints({ VAULT_TOKN: 'x' }, true)).toEqual({});
  expect(hints({ STRONGROOM_VAULT_JWT: 'x', STRONGROOM_VAULT_JWT_ROLE: 'x' })).toEqual({});
  expect(hints({ VAULT_ULR: 'x' })).toEqual({});
});
