import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';
import { send, type TestAnswer } from './http-client.js';

let server: DevServer;
const call = (path: string, body?: unknown, more: object = {}): Promise<TestAnswer> =>
  send(server.address, { path: `/v1/${path}`, token: 'root', body, ...more });
const errors = async (path: string, body?: unknown): Promise<unknown> => {
  const { status, json } = await call(path, body);
  return [status, json?.errors];
};
const remove = (path: string): Promise<TestAnswer> => call(path, undefined, { method: 'DELETE' });
const list = (path: string): Promise<TestAnswer> => call(path, undefined, { method: 'LIST' });
beforeEach(async () => {
  server = await startDevServer({ rootToken: 'root' });
});
afterEach(() => server.close());

describe('leases', () => {
  test('who does not wait for a revocation is told that it was accepted', async () => {
    for (const path of ['revoke/none', 'revoke-prefix/none']) {
      const answer = await call(`sys/leases/${path}`, { sync: false });
      expect([answer.status, answer.text]).toEqual([202, '']);
      expect((await call(`sys/leases/${path}`, { sync: true })).status).toBe(204);
    }
    expect((await call('sys/leases/revoke-force/none', { sync: false })).status).toBe(204);
  });

  test('those below a path are revoked, and not those that only begin like it', async () => {
    await call('sys/auth/u', { type: 'userpass' });
    const [bob, bobby] = await Promise.all(
      ['bob', 'bobby'].map(async (name) => {
        await call(`auth/u/users/${name}`, { password: 'p' });
        return (await call(`auth/u/login/${name}`, { password: 'p' })).json.auth.client_token;
      }),
    );
    const statuses = async (): Promise<number[]> =>
      Promise.all(
        [bob, bobby].map(
          async (token) => (await call('auth/token/lookup-self', undefined, { token })).status,
        ),
      );
    await call('sys/leases/revoke-prefix/auth/u/login/bo', {});
    expect(await statuses()).toEqual([200, 200]);
    await call('sys/leases/revoke-prefix/auth/u/login/bob', {});
    expect(await statuses()).toEqual([403, 200]);
    const id = (await list('sys/leases/lookup/auth/u/login/bobby')).json.data.keys[0];
    await call(`sys/leases/revoke-force/auth/u/login/bobby/${id}`, {});
    expect(await statuses()).toEqual([403, 403]);
  });

  test('none was given up', async () => {
    expect((await call('sys/leases/count?type=irrevocable')).json.data).toEqual({
      counts: {},
      lease_count: 0,
    });
    expect((await call('sys/leases?type=irrevocable&limit=none')).json.data).toEqual({
      lease_count: 0,
      leases: [],
    });
    expect(await errors('sys/leases/count')).toEqual([404, []]);
    expect(await errors('sys/leases?type=irrevocable&limit=0')).toEqual([
      500,
      ["1 error occurred:\n\t* limit must be 'none' or a positive integer\n\n"],
    ]);
  });
});

test('quotas: one for each mount, and what the configuration does not name is set back', async () => {
  const exempt = (await call('sys/quotas/config')).json.data.rate_limit_exempt_paths;
  expect(exempt).toContain('sys/health');
  await call('sys/quotas/config', { enable_rate_limit_response_headers: true });
  await call('sys/quotas/config', { rate_limit_exempt_paths: ['sys/mounts', 'secret/data/*'] });
  expect((await call('sys/quotas/config')).json.data).toEqual({
    enable_rate_limit_audit_logging: false,
    enable_rate_limit_response_headers: false,
    rate_limit_exempt_paths: ['sys/mounts', 'secret/data/*'],
  });
  expect((await call('sys/quotas/rate-limit/a', { rate: 1, interval: 60, path: 'secret' })).status).toBe(204);
  expect(await errors('sys/quotas/rate-limit/b', { rate: 1, path: 'secret/' })).toEqual([
    400,
    ['quota rule with similar properties exists under the name "a"'],
  ]);
  const statuses = [];
  for (const path of ['secret/data/x', 'secret/data/x', 'secret/metadata/x', 'secret/metadata/x']) {
    statuses.push((await call(path)).status);
  }
  expect(statuses).toEqual([404, 404, 404, 429]);
  expect((await list('secret/metadata')).json.errors).toEqual([
    'request path "secret/metadata/": rate limit quota exceeded',
  ]);
});

test('who goes over a limit is blocked for as long as the quota says', async () => {
  let now = Date.now();
  await using limited = await startDevServer({ rootToken: 'root', now: () => now });
  const status = async (path: string, body?: unknown): Promise<number> =>
    (await send(limited.address, { path: `/v1/${path}`, token: 'root', body })).status;
  await status('sys/quotas/rate-limit/q', {
    rate: 1.5,
    interval: '10s',
    block_interval: '60s',
    path: 'secret',
  });
  const seen: number[] = [];
  for (const seconds of [0, 0, 0, 59, 1]) {
    now += seconds * 1000;
    seen.push(await status('secret/data/x'));
  }
  expect(seen).toEqual([404, 404, 429, 429, 404]);
});

test('every time that CORS is configured the standard headers are added', async () => {
  const configure = async (allowed_headers?: string): Promise<string[]> => {
    await call('sys/config/cors', { allowed_origins: '*', allowed_headers });
    return (await call('sys/config/cors')).json.data.allowed_headers;
  };
  const standard = await configure();
  expect(await configure('X-A,X-B')).toEqual([...standard, ...standard, 'X-A', 'X-B']);
  await remove('sys/config/cors');
  expect(await configure()).toEqual(standard);
});

test('headers that the audit log names are known by any case of their names', async () => {
  const path = 'sys/config/auditing/request-headers';
  expect((await call(path)).json).toMatchObject({ headers: {}, data: { headers: {} } });
  await call(`${path}/X-Team`, { hmac: true });
  await call(`${path}/x-other`, {});
  expect((await call(`${path}/X-TEAM`)).json.data).toEqual({ 'X-TEAM': { hmac: true } });
  expect((await call(path)).json.data.headers).toEqual({
    'x-other': { hmac: false },
    'x-team': { hmac: true },
  });
  expect((await remove(`${path}/x-Team`)).status).toBe(204);
  expect(await errors(`${path}/x-team`)).toEqual([400, ['Could not find header in config']]);
});

test('the rotation of the key has limits', async () => {
  const first = { enabled: true, interval: 0, max_operations: 3_865_470_566 };
  expect((await call('sys/rotate/config')).json.data).toEqual(first);
  expect(await errors('sys/rotate/config', { interval: '1h' })).toEqual([
    400,
    ['interval must be greater or equal to 24h0m0s'],
  ]);
  expect(await errors('sys/rotate/config', { max_operations: 1 })).toEqual([
    400,
    ['max_operations must be in the range [1000000,3865470566]'],
  ]);
  await call('sys/rotate/config', { enabled: false, interval: '48h' });
  expect((await call('sys/rotate/config')).json.data).toEqual({
    ...first,
    enabled: false,
    interval: '48h0m0s',
  });
  expect(await errors('sys/rekey/backup')).toEqual([400, ['no backed-up keys found']]);
  expect((await remove('sys/rekey/backup')).status).toBe(204);
});

test('the catalog of plugins names what Vault has built in, and takes nothing', async () => {
  const { auth, database, secret } = (await call('sys/plugins/catalog')).json.data;
  expect((await list('sys/plugins/catalog/auth')).json.data.keys).toEqual(auth);
  for (const names of [auth, database, secret]) expect([...names].sort()).toEqual(names);
  expect((await call('sys/plugins/catalog/secret/kv')).json.data).toEqual({
    args: null,
    builtin: true,
    command: '',
    name: 'kv',
    sha256: '',
  });
  expect((await call('sys/plugins/catalog/secret/none')).status).toBe(404);
  expect((await call('sys/plugins/catalog/kv')).json.warnings[0]).toMatch(/^Deprecated API endpoint/);
  expect(await errors('sys/plugins/catalog/secret/x', { command: 'x' })).toEqual([
    400,
    ['missing SHA-256 value'],
  ]);
  expect(await errors('sys/plugins/catalog/secret/x', { command: 'x', sha256: 'ab' })).toEqual([
    500,
    ['1 error occurred:\n\t* could not set plugin, plugin directory is not configured\n\n'],
  ]);
  expect((await call('sys/plugins/reload/backend', { plugin: 'kv' })).json.data.reload_id).toMatch(/-/);
  expect(await errors('sys/plugins/reload/backend', {})).toEqual([
    400,
    ['plugin or mounts must be provided'],
  ]);
});

test('an audit device has options that it understands', async () => {
  const enable = (options: unknown): Promise<unknown> => errors('sys/audit/x', { type: 'file', options });
  const file_path = 'stdout';
  expect(await enable({ file_path, format: 'xml' })).toEqual([400, ['unknown format type "xml"']]);
  expect(await enable({ file_path, log_raw: 'perhaps' })).toEqual([
    400,
    ['strconv.ParseBool: parsing "perhaps": invalid syntax'],
  ]);
  expect(await enable({ file_path, format: 'jsonx', log_raw: 'true' })).toEqual([204, undefined]);
});

test('who asks for help is told whether there is something', async () => {
  expect((await call('sys/mounts?help=1')).json).toMatchObject({ help: expect.any(String), openapi: null });
  expect((await call('secret/data/x', undefined, { method: 'HELP' })).status).toBe(200);
  for (const path of ['sys/health', 'sys/unseal', 'sys/seal-status']) {
    expect((await send(server.address, { path: `/v1/${path}?help=1` })).status).toBe(200);
  }
  expect(await errors('sys/nothing?help=1')).toEqual([404, ['1 error occurred:\n\t* unsupported path\n\n']]);
  expect(await errors('nothing/x?help=1')).toEqual([404, ["no handler for route 'nothing/x'"]]);
  const nobody = await send(server.address, { path: '/v1/secret/data/x?help=1' });
  expect([nobody.status, nobody.json.errors]).toEqual([400, ['missing client token']]);
});

test('sys/generate-root is known, but there is nothing to be done', async () => {
  expect(await errors('sys/generate-root')).toEqual([
    405,
    ['1 error occurred:\n\t* unsupported operation\n\n'],
  ]);
});

test.each([
  ['random/abc', {}, 'error parsing url-set byte count: strconv.Atoi: parsing "abc": invalid syntax'],
  ['random/0', {}, '"bytes" cannot be less than 1'],
  ['random', { bytes: 131_073 }, '"bytes" should be less than 131072'],
  ['random', { format: 'x' }, 'unsupported encoding format "x"; must be "hex" or "base64"'],
  ['hash', { input: 'YQ==', format: 'x' }, 'unsupported encoding format x; must be "hex" or "base64"'],
  ['hash/md5', { input: 'YQ==' }, 'unsupported algorithm md5'],
  ['hash', { input: 'YQ' }, 'unable to decode input as base64: illegal base64 data at input byte 0'],
  ['hash', { input: 'YW%=' }, 'unable to decode input as base64: illegal base64 data at input byte 2'],
  ['hash', { input: 'YQ=' }, 'unable to decode input as base64: illegal base64 data at input byte 3'],
  ['hash', { input: 'YQ==YQ' }, 'unable to decode input as base64: illegal base64 data at input byte 4'],
])('sys/tools/%s refuses %j', async (path, body, problem) => {
  expect(await errors(`sys/tools/${path}`, body)).toEqual([400, [problem]]);
});

describe('what the user interface asks', () => {
  const tokenFor = async (policy: string): Promise<string> => {
    await call('sys/policies/acl/p', { policy });
    const made = await call('auth/token/create', { policies: ['p'], no_default_policy: true });
    return made.json.auth.client_token;
  };

  test('all that a token may do', async () => {
    expect((await call('sys/internal/ui/resultant-acl')).json.data).toEqual({ root: true });
    const token = await tokenFor(`
      path "a/*" { capabilities = ["update", "create"] max_wrapping_ttl = "1m" }
      path "b" { capabilities = ["deny", "read"] }
      path "c" { capabilities = ["update"] required_parameters = ["x"] }
      path "sys/internal/ui/resultant-acl" { capabilities = ["read"] }
    `);
    expect((await call('sys/internal/ui/resultant-acl', undefined, { token })).json.data).toEqual({
      exact_paths: {
        b: { capabilities: ['deny'] },
        c: { capabilities: ['update'], required_parameters: ['x'] },
        'sys/internal/ui/resultant-acl': { capabilities: ['read'] },
      },
      glob_paths: { 'a/': { capabilities: ['create', 'update'], max_wrapping_ttl: 60 } },
      root: false,
    });
  });

  test('an auth method is shown to who has a policy for its path without auth/', async () => {
    await call('sys/auth/team', { type: 'userpass' });
    const shown = async (path: string): Promise<string[]> => {
      const token = await tokenFor(`path "${path}" { capabilities = ["read"] }`);
      return Object.keys((await call('sys/internal/ui/mounts', undefined, { token })).json.data.auth);
    };
    expect(await shown('auth/team/users/a')).toEqual([]);
    expect(await shown('team/users/a')).toEqual(['team/']);
  });

  test('no features', async () => {
    expect((await call('sys/internal/ui/feature-flags')).json).toEqual({ feature_flags: null });
  });
});

test('the configuration is that of a server in dev mode', async () => {
  expect((await call('sys/config/state/sanitized')).json.data).toMatchObject({
    enable_ui: true,
    listeners: [{ type: 'tcp' }],
    storage: { type: 'inmem' },
  });
});

test.each(['sys/config/state', 'sys/pprof'])('%s is known with a slash only', async (path) => {
  const answer = await call(path);
  expect([answer.status, answer.headers.location]).toEqual([301, `/v1/${path}/`]);
});
