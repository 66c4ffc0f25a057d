import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';
import { send, type TestAnswer } from './http-client.js';

let server: DevServer;
beforeEach(async () => {
  server = await startDevServer({ rootToken: 'root' });
});
afterEach(() => server.close());

const call = (path: string, body?: unknown): Promise<TestAnswer> =>
  send(server.address, { path: `/v1/${path}`, token: 'root', body });
const errors = async (path: string, body?: unknown): Promise<unknown> => (await call(path, body)).json.errors;

const UNCONVERTED = 'unable to convert given auth config information';
test.each([
  [{ type: 'userpass', config: { default_lease_ttl: true } }, UNCONVERTED],
  [{ type: 'userpass', config: { passthrough_request_headers: 'x' } }, UNCONVERTED],
  [{ type: 'userpass', config: { force_no_cache: 'true' } }, UNCONVERTED],
  [{ type: 'userpass', config: { token_type: 'odd' } }, "invalid value for 'token_type'"],
  [{ type: 'plugin' }, 'plugin_name must be provided for plugin backend'],
  [{ type: 'plugin', plugin_name: 'odd' }, 'plugin not found in the catalog: odd'],
  [{ type: 'system' }, 'plugin not found in the catalog: system'],
  [{ type: 'token' }, 'token credential backend cannot be instantiated'],
  [{ type: 'kv', options: { version: '1' } }, 'auth method "kv" does not allow setting a version'],
])('an auth method with %j is refused', async (body, message) => {
  expect(await errors('sys/auth/x', body)).toEqual([message]);
});

test('a path that is taken is refused before the type of what would be there', async () => {
  expect(await errors('sys/auth/token/below', { type: 'token' })).toEqual([
    'path is already in use at token/',
  ]);
});

test('a plugin stands for an auth method by its name, and numbers of seconds are lifetimes', async () => {
  await call('sys/auth/people', {
    type: 'plugin',
    config: { plugin_name: 'userpass', default_lease_ttl: 60, max_lease_ttl: '2m' },
  });
  expect((await call('sys/auth')).json.data['people/']).toMatchObject({
    type: 'userpass',
    config: { default_lease_ttl: 60, max_lease_ttl: 120, token_type: 'default-service' },
  });
});

test('the options of a mount are added to, taken away when empty, and their version never goes back', async () => {
  const tune = (options: object): Promise<TestAnswer> => call('sys/auth/userpass/tune', { options });
  const options = async (): Promise<unknown> => (await call('sys/auth')).json.data['userpass/'].options;
  await call('sys/auth/userpass', { type: 'userpass', options: { a: '1' } });
  await tune({ b: '2', c: '' });
  expect(await options()).toEqual({ a: '1', b: '2' });
  await tune({ a: '' });
  expect(await options()).toEqual({ b: '2' });
  expect((await tune({ version: 'two' })).json.errors).toEqual([
    'unable to parse options: strconv.ParseInt: parsing "two": invalid syntax',
  ]);
  expect((await tune({ version: '' })).json.errors).toEqual(['invalid version provided: 0']);
  expect((await tune({ version: '2' })).json.warnings).toEqual([
    expect.stringMatching(/^Upgrading mount from version 0 to version 2\. /),
  ]);
});
