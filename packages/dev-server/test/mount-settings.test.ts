import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';
import { send, type TestAnswer } from './http-client.js';

let server: DevServer;
const call = (path: string, body?: unknown, more: object = {}): Promise<TestAnswer> =>
  send(server.address, { path: `/v1/${path}`, token: 'root', body, ...more });
const errors = async (path: string, body: unknown): Promise<unknown> => {
  const { status, json } = await call(path, body);
  return [status, json?.errors];
};
beforeEach(async () => {
  server = await startDevServer({ rootToken: 'root' });
});
afterEach(() => server.close());

test.each([
  [{ default_lease_ttl: true }],
  [{ max_lease_ttl: ['1h'] }],
  [{ force_no_cache: 'true' }],
  [{ audit_non_hmac_request_keys: 'a,b' }],
  [{ passthrough_request_headers: [{}] }],
])('the config %j has a value of a wrong type', async (config) => {
  expect(await errors('sys/mounts/x', { type: 'kv', config })).toEqual([
    400,
    ['unable to convert given mount config information'],
  ]);
  expect(await errors('sys/auth/x', { type: 'userpass', config })).toEqual([
    400,
    ['unable to convert given auth config information'],
  ]);
});

test('of several mistakes the one is reported that Vault finds first', async () => {
  const config = { listing_visibility: 'x', token_type: 'x' };
  const type = 'backend type must be specified as a string';
  expect(await errors('sys/mounts/sys/x', { config })).toEqual([400, [type]]);
  expect(await errors('sys/mounts/sys/x', { config, type: 'kv' })).toEqual([
    400,
    ['invalid listing_visibility x'],
  ]);
  expect(await errors('sys/auth/x', { config })).toEqual([400, ["invalid value for 'token_type'"]]);
  expect(await errors('sys/auth/token', { type: 'token' })).toEqual([
    400,
    ['path is already in use at token/'],
  ]);
  expect(await errors('sys/auth/x', { type: 'kv-v2', options: { version: '2' } })).toEqual([
    400,
    ['auth method "kv-v2" does not allow setting a version'],
  ]);
  expect(await errors('sys/mounts/x', { type: 'plugin' })).toEqual([
    400,
    ['plugin_name must be provided for plugin backend'],
  ]);
});

test('a plugin is named by itself, a TTL may be a number, and the type of tokens is no matter of secrets', async () => {
  const config = { default_lease_ttl: 3600, token_type: 'any', force_no_cache: true };
  expect((await call('sys/mounts/x', { type: 'plugin', plugin_name: 'kv-v2', config })).status).toBe(204);
  const mount = (await call('sys/mounts')).json.data['x/'];
  expect(mount).toMatchObject({ type: 'kv', options: { version: '2' } });
  expect(mount.config).toEqual({ default_lease_ttl: 3600, force_no_cache: true, max_lease_ttl: 0 });
});

test('a setting that was taken away is not shown', async () => {
  const tuned = {
    audit_non_hmac_request_keys: ['a'],
    listing_visibility: 'unauth',
    options: { team: 'a' },
    passthrough_request_headers: 'X-A,X-B',
  };
  await call('sys/mounts/secret/tune', tuned);
  expect((await call('sys/mounts/secret/tune')).json.data).toMatchObject({
    ...tuned,
    passthrough_request_headers: ['X-A', 'X-B'],
    options: { team: 'a', version: '2' },
  });
  await call('sys/mounts/secret/tune', {
    audit_non_hmac_request_keys: [],
    listing_visibility: '',
    options: { team: '' },
    passthrough_request_headers: '',
  });
  const data = {
    default_lease_ttl: 2764800,
    description: 'key/value secret storage',
    force_no_cache: false,
    max_lease_ttl: 2764800,
    options: { version: '2' },
  };
  expect((await call('sys/mounts/secret/tune')).json.data).toEqual(data);
  expect((await call('sys/mounts')).json.data['secret/'].config).toEqual({
    default_lease_ttl: 0,
    force_no_cache: false,
    max_lease_ttl: 0,
  });
});

test('what a tuning names before a mistake is done all the same', async () => {
  expect(
    await errors('sys/mounts/secret/tune', {
      description: 'new',
      listing_visibility: 'x',
      options: { a: 'b' },
    }),
  ).toEqual([400, ['invalid listing_visibility x']]);
  expect((await call('sys/mounts/secret/tune')).json.data).toMatchObject({
    description: 'new',
    options: { version: '2' },
  });
});

test.each([
  ['abc', 'unable to parse options: strconv.ParseInt: parsing "abc": invalid syntax'],
  ['3', 'invalid version provided: 3'],
  ['', 'invalid version provided: 0'],
  ['1', 'cannot downgrade mount from version 2'],
])('a mount is not tuned to version "%s"', async (version, problem) => {
  expect(await errors('sys/mounts/secret/tune', { options: { version } })).toEqual([400, [problem]]);
});

test('the version is counted on mounts of every type, and the secrets of KV have one version after it', async () => {
  await call('sys/mounts/pki', { type: 'pki' });
  const warning = (await call('sys/mounts/pki/tune', { options: { version: 1 } })).json.warnings[0];
  expect(warning).toMatch(/^Upgrading mount from version 0 to version 1\./);
  await call('sys/mounts/one', { type: 'kv', options: { version: '1' } });
  await call('one/a', { x: 1 });
  await call('sys/mounts/one/tune', { options: { version: '2' } });
  expect((await call('one/metadata/a')).json.data).toMatchObject({
    current_version: 1,
    max_versions: 0,
    oldest_version: 1,
  });
});

test('a mount moves to any path that is not within another one', async () => {
  const move = (from: string, to: string): Promise<unknown> => errors('sys/remount', { from, to });
  await call('sys/mounts/a/b', { type: 'kv' });
  await call('a/b/x', { n: 1 });
  await call('sys/quotas/rate-limit/q', { rate: 100, path: 'a/b' });
  expect(await move('a/b', 'secret/x')).toEqual([400, ['existing mount at "secret/"']]);
  expect(await move('secret/x', 'y')).toEqual([400, ['failed to taint entry in mounts table']]);
  expect(await move('secret/', 'a')).toEqual([204, undefined]);
  expect(await move('a/b', 'c')).toEqual([204, undefined]);
  expect((await call('c/x')).json.data).toEqual({ n: 1 });
  expect((await call('sys/quotas/rate-limit/q')).json.data.path).toBe('c/');
  await call('sys/mounts/c', undefined, { method: 'DELETE' });
  expect((await call('sys/quotas/rate-limit/q')).status).toBe(404);
});

test('what Vault has built in can be mounted, also where nothing is behind it here', async () => {
  expect((await call('sys/mounts/transit', { type: 'transit' })).status).toBe(204);
  expect((await call('sys/auth/github', { type: 'github' })).status).toBe(204);
  expect((await call('sys/mounts')).json.data['transit/']).toMatchObject({ type: 'transit', options: {} });
  expect((await call('sys/auth')).json.data['github/'].accessor).toMatch(/^auth_github_[0-9a-f]{8}$/);
  const unsupported = [404, ['1 error occurred:\n\t* unsupported path\n\n']];
  expect(await errors('transit/keys/x', {})).toEqual(unsupported);
  expect(await errors('auth/github/config', {})).toEqual(unsupported);
  expect(await errors('sys/mounts/x', { type: 'github' })).toEqual([
    400,
    ['plugin not found in the catalog: github'],
  ]);
  await call('sys/mounts/old', { type: 'generic' });
  await call('old/x', { a: 1 });
  expect((await call('old/x')).json.data).toEqual({ a: 1 });
});
