import { administer } from '@strongroom/test-servers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { appRole } from '../../src/index.js';
import { failureOf, makeAppRole, makeReadable, makeToken, open, quiet, read, startTimed } from './setting.js';

// Hundreds of steps, each with requests: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 30_000 });

// In the middle of its range, so that the moments are exact.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0.5));
afterEach(() => void vi.restoreAllMocks());

const login = 'approle/login';
const renewal = 'token/renew-self';
const lookup = 'token/lookup-self';

test('lives through several lives of a short token under constant reads, with no read that fails', async () => {
  const { server, clock, count, pass } = await startTimed();
  const auth = appRole(await makeAppRole(server, { token_ttl: 9, token_max_ttl: 27 }));
  const vault = open(server, { auth, clock });
  await read(vault);
  let reads = 0;
  await pass(68_000, async () => {
    expect(await read(vault)).toMatchObject({ status: 'found' });
    reads++;
  });
  expect(reads).toBe(272);
  expect(count('secret/data', 403)).toBe(0);
  // Renewed at 6, 12, 18 and 24 s; the last brings less than a TTL, so at 26 s a login does the rest.
  expect(count(login)).toBe(3);
  expect(count(renewal, 200)).toBe(10);
  expect(count(lookup)).toBe(0);
});

test('a periodic token is renewed for ever', async () => {
  const { server, clock, count, pass } = await startTimed();
  const auth = appRole(await makeAppRole(server, { token_period: 9 }));
  const vault = open(server, { auth, clock });
  await read(vault);
  await pass(62_000);
  expect(await read(vault)).toMatchObject({ status: 'found' });
  expect(count(login)).toBe(1);
  expect(count(renewal, 200)).toBe(10);
});

test('a batch token is replaced before it ends, and never renewed, looked up or revoked', async () => {
  const { server, clock, count, pass } = await startTimed();
  const auth = appRole(await makeAppRole(server, { token_type: 'batch', token_ttl: 9 }));
  const vault = open(server, { auth, clock, revokeTokens: true });
  await read(vault);
  await pass(20_000, () => read(vault));
  await vault.close();
  expect(count(login)).toBe(4);
  expect(count('secret/data', 403)).toBe(0);
  expect(count('auth/token/')).toBe(0);
  expect(clock.pending).toBe(0);
});

test('a token whose uses are spent leads to a new login, and no use is spent on lookups', async () => {
  const { server, clock, count, pass } = await startTimed();
  const auth = appRole(await makeAppRole(server, { token_num_uses: 3, token_ttl: 60 }));
  const vault = open(server, { auth, clock });
  server.clearRequests();
  for (let reads = 0; reads < 7; reads++) {
    const answer = read(vault);
    // Logins are a second apart.
    await pass(1_250);
    expect(await answer).toMatchObject({ status: 'found' });
  }
  expect(count('secret/data', 200)).toBe(7);
  expect(count(login)).toBe(3);
  expect(count(renewal)).toBe(0);
});

test('what cannot be renewed now is tried again, after 10 s and doubled, but not past its life', async () => {
  const { server, clock, count, pass } = await startTimed();
  const said: unknown[] = [];
  const say = (_details: object, message: string) => void said.push(message);
  const logger = { debug: vi.fn(), info: say, warn: say, error: say };
  const auth = appRole(await makeAppRole(server, { token_ttl: 90 }));
  const vault = open(server, { auth, clock, logger });
  await read(vault);
  const stop = server.fail({ path: '/v1/auth/token/', answer: { status: 503 } });
  await pass(60_500);
  expect(count(renewal)).toBe(1);
  await pass(10_000);
  expect(count(renewal)).toBe(2);
  // 19.5 s are left, less than 20 s: after half of them.
  await pass(10_000);
  expect(count(renewal)).toBe(3);
  stop();
  await pass(6_000);
  expect(count(renewal, 200)).toBe(1);
  await pass(40_000);
  expect(await read(vault)).toMatchObject({ status: 'found' });
  expect(count(login)).toBe(1);
  expect(said).toEqual([
    'logged in to Vault',
    `the token for Vault could not be renewed now: Vault at ${server.address} could not renew the token now (503)`,
    'renewed the token for Vault',
  ]);
});

test('a program that slept past the end of its token logs in again at once', async () => {
  const { server, clock, count } = await startTimed();
  const auth = appRole(await makeAppRole(server, { token_ttl: 90 }));
  const vault = open(server, { auth, clock });
  await read(vault);
  server.fail({ path: '/v1/auth/token/', answer: { status: 503 } });
  clock.advance(600_000);
  await quiet(server);
  expect(await read(vault)).toMatchObject({ status: 'found' });
  expect(count(login)).toBe(2);
  expect(count('secret/data', 403)).toBe(0);
});

test('a token that was given is looked up a second after its first use, renewed, and never revoked', async () => {
  const { server, clock, count, pass } = await startTimed();
  await makeReadable(server);
  const token = await makeToken(server, { ttl: '60s' });
  const vault = open(server, { token: ` ${token}\n`, clock, revokeTokens: true });
  await read(vault);
  expect(count(lookup)).toBe(0);
  await pass(200_000);
  expect(await read(vault)).toMatchObject({ status: 'found' });
  expect(count(lookup)).toBe(1);
  expect(count(renewal, 200)).toBe(4);
  await vault.close();
  expect(count('revoke')).toBe(0);
  expect(clock.pending).toBe(0);
});

test('a token that was given and cannot be renewed further ends with a warning and a clear error', async () => {
  const { server, clock, count, pass } = await startTimed();
  await makeReadable(server);
  const warn = vi.fn();
  const logger = { debug: vi.fn(), info: vi.fn(), warn, error: vi.fn() };
  const token = await makeToken(server, { ttl: '30s', explicit_max_ttl: '40s' });
  const vault = open(server, { token, clock, logger });
  await read(vault);
  await pass(45_000);
  expect(warn.mock.calls.at(-1)).toMatchObject([
    { accessor: expect.any(String), secondsLeft: expect.any(Number) },
    'the token for Vault cannot be renewed further: give a new one in time',
  ]);
  const error = await failureOf(read(vault));
  expect(error).toMatchObject({ code: 'SOURCE_DENIED', status: 403 });
  expect(error.message).toContain('the token is not valid');
  expect(count(renewal, 200)).toBe(1);
  // What is known to be dead is not looked up for each read.
  const lookups = count(lookup);
  await failureOf(read(vault));
  expect(count(lookup)).toBe(lookups);
});

test('a use-limited token that was given spends one use on a lookup, later, and none on renewals', async () => {
  const { server, clock, count, pass } = await startTimed();
  await makeReadable(server);
  const vault = open(server, { token: await makeToken(server, { num_uses: 3, ttl: '60s' }), clock });
  await read(vault);
  await pass(50_000);
  expect(count(lookup)).toBe(1);
  expect(count(renewal)).toBe(0);
  expect(await read(vault)).toMatchObject({ status: 'found' });
  await expect(read(vault)).rejects.toMatchObject({ code: 'SOURCE_DENIED' });
});

test('root and orphan tokens behave: one never ends, the other is like any', async () => {
  const { server, clock, count, pass } = await startTimed();
  await makeReadable(server);
  const root = open(server, { token: server.rootToken, clock });
  await read(root);
  await pass(2_000);
  expect(clock.pending).toBe(0);
  const made = await administer(server).call('POST', 'auth/token/create-orphan', {
    policies: ['reader'],
    ttl: 60,
  });
  const { client_token: token } = (made as { auth: { client_token: string } }).auth;
  const orphan = open(server, { token, clock });
  await read(orphan);
  await pass(45_000);
  expect(count(renewal, 200)).toBe(1);
});

test('a policy that forbids the lookup does no harm', async () => {
  const { server, clock, pass } = await startTimed();
  await makeReadable(server);
  const token = await makeToken(server, { no_default_policy: true, ttl: '60s' });
  const vault = open(server, { token, clock });
  expect(await read(vault)).toMatchObject({ status: 'found' });
  await pass(5_000);
  expect(await read(vault)).toMatchObject({ status: 'found' });
  const { hint } = await failureOf(read(vault, 'other/database'));
  expect(hint).toContain('path "secret/data/other/database" { capabilities = ["read"] }');
});

test('leases that hang on a token are made anew with the token that replaces it', async () => {
  const { server, clock, count, pass } = await startTimed();
  const { call } = administer(server);
  await call('POST', 'sys/mounts/database', { type: 'database' });
  await call('POST', 'database/config/one', {
    plugin_name: 'postgresql-database-plugin',
    connection_url: 'postgresql://{{username}}:{{password}}@localhost/app',
    allowed_roles: '*',
  });
  await call('POST', 'database/roles/app', {
    db_name: 'one',
    creation_statements: 'CREATE ROLE "{{name}}"',
    default_ttl: '1h',
  });
  const settings = { token_ttl: 60, token_max_ttl: 60, token_policies: ['reader', 'creds'] };
  const credentials = await makeAppRole(server, settings);
  await call('PUT', 'sys/policies/acl/creds', {
    policy: 'path "database/creds/app" { capabilities = ["read"] }',
  });
  const onReplaced = vi.fn();
  const vault = open(server, { auth: appRole(credentials), clock });
  const lease = await vault.lease('database/creds/app', { onReplaced });
  const { leaseId } = lease;
  // The renewal at 40 s brings no more than is left, so the login comes at two thirds of that.
  await pass(56_000);
  expect(count(login)).toBe(2);
  expect(onReplaced).toHaveBeenCalledTimes(1);
  expect(lease.leaseId).not.toBe(leaseId);
});
