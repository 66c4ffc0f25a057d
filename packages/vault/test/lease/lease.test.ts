import { canarySecret, expectNoCanary } from '@strongroom/core/testing';
import { type DevServer, startDevServer } from '@strongroom/dev-server';
import { administer } from '@strongroom/test-servers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createVault, type Vault, type VaultOptions } from '../../src/index.js';
import { json, startHostileServer } from '../hostile-server.js';
import { hour, isLeased, withDatabase } from './database.js';
import { limits, PassingClock } from './passing-clock.js';

let clock: PassingClock;
let server: DevServer;
const opened: Vault[] = [];
beforeEach(async () => {
  clock = new PassingClock();
  server = await startDevServer({ now: () => clock.now() });
  await withDatabase(server);
  server.clearRequests();
});
afterEach(async () => {
  for (const vault of opened.splice(0)) await vault.close();
  await server.close();
});

function open(options: Partial<VaultOptions> = {}): Vault {
  const vault = createVault({
    address: server.address,
    // By a function, so that no life of the token is looked after, and all timers are those of leases.
    token: () => server.rootToken,
    clock,
    retries: 0,
    ...limits,
    ...options,
  });
  opened.push(vault);
  return vault;
}

const count = (path: string) => server.requests.filter((request) => request.path === `/v1/${path}`).length;
const creds = 'database/creds/app';
const renewals = () => count('sys/leases/renew');

test('gives what Vault made, and what is known of the lease', async () => {
  const lease = await open().lease(creds);
  expect(Object.keys(lease.data).sort()).toEqual(['password', 'username']);
  expect(lease).toMatchObject({ path: creds, renewable: true, durationMs: hour, readAt: clock.now() });
  expect(lease.leaseId).toMatch(/^database\/creds\/app\//);
  expect(lease.expiresAt).toBe(clock.now() + hour);
  expect(await isLeased(server, lease.leaseId)).toBe(true);
});

test('is renewed at about two thirds, again and again, and replaced at its maximum', async () => {
  const onRenewed = vi.fn();
  const onReplaced = vi.fn();
  const lease = await open().lease(creds, { onRenewed, onReplaced });
  const { leaseId, data } = lease;
  await clock.pass(hour * 0.59);
  expect(renewals()).toBe(0);
  await clock.pass(hour * 0.15);
  expect(onRenewed).toHaveBeenCalledExactlyOnceWith(lease);
  expect(lease.expiresAt).toBeGreaterThan(clock.now() + hour * 0.8);
  expect(lease.data).toBe(data);
  await clock.pass(3 * hour, () => onReplaced.mock.calls.length > 0 || clock.now() >= lease.expiresAt);
  expect(onReplaced).toHaveBeenCalledExactlyOnceWith(lease);
  expect(lease.leaseId).not.toBe(leaseId);
  expect(lease.data['username']).not.toBe(data['username']);
  // The pair before it is still good: connections that use it may drain.
  expect(await isLeased(server, leaseId)).toBe(true);
  expect(lease.expiresAt).toBe(clock.now() + hour);
  expect(renewals()).toBeLessThan(8);
  expect(count(creds)).toBe(2);
});

test('what cannot be renewed is replaced before it ends', async () => {
  let made = 0;
  await using other = await startHostileServer((response) => {
    made++;
    json(response, 200, {
      lease_id: `aws/creds/x/${made}`,
      renewable: false,
      lease_duration: 900,
      data: { made },
    });
  });
  const onReplaced = vi.fn();
  const lease = await open({ address: other.address }).lease('aws/creds/x', { onReplaced });
  expect(lease.data).toMatchObject({ made: 1 });
  await clock.pass(900_000 * 0.84);
  expect(made).toBe(1);
  await clock.pass(900_000 * 0.12, () => onReplaced.mock.calls.length === 1);
  expect(lease.data).toMatchObject({ made: 2 });
  expect(other.requests.every(({ url }) => url === '/v1/aws/creds/x')).toBe(true);
});

test('a static role is read again when its password has changed', async () => {
  await administer(server).call('POST', 'database/static-roles/fixed', {
    db_name: 'pg',
    username: 'app',
    rotation_period: '1h',
  });
  const onReplaced = vi.fn();
  const lease = await open().lease('database/static-creds/fixed', { onReplaced });
  const { password } = lease.data;
  expect(lease).toMatchObject({ leaseId: '', renewable: false });
  await clock.pass(hour + 1_000, () => onReplaced.mock.calls.length === 1);
  expect(lease.data['password']).not.toBe(password);
});

test('with parameters it is a write, and a certificate lasts until its own end', async () => {
  let body = '';
  await using other = await startHostileServer((response, request) => {
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const expiration = clock.now() / 1_000 + 600;
      json(response, 200, {
        lease_id: '',
        renewable: false,
        lease_duration: 0,
        data: { certificate: 'PEM', expiration },
      });
    });
  });
  const parameters = { common_name: 'a.example' };
  const lease = await open({ address: other.address }).lease('pki/issue/web', { parameters });
  expect(JSON.parse(body)).toEqual(parameters);
  expect(other.requests[0]?.method).toBe('PUT');
  expect(lease.expiresAt).toBe(clock.now() + 600_000);
  await clock.pass(600_000 * 0.96, () => other.requests.length === 2);
});

test('an outage leaves the data as it is, with attempts until the end and after it', async () => {
  const onFailed = vi.fn();
  const onRenewed = vi.fn();
  const onReplaced = vi.fn();
  const lease = await open().lease(creds, { onFailed, onRenewed, onReplaced });
  const { data } = lease;
  const recover = server.fail({ answer: { status: 503 } });
  await clock.pass(hour * 0.74, () => onFailed.mock.calls.length === 1);
  expect(lease.failure).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  await clock.pass(hour, () => clock.now() >= lease.expiresAt + 1_000);
  const asked = renewals();
  expect(asked).toBeGreaterThan(4);
  expect(lease.data).toBe(data);
  recover();
  await clock.pass(300_000, () => onReplaced.mock.calls.length === 1);
  expect(lease.failure).toBeUndefined();
  expect(lease.data['username']).not.toBe(data['username']);
  expect(onRenewed).not.toHaveBeenCalled();
  // What has ended is not renewed.
  expect(renewals()).toBe(asked);
});

test('what goes wrong with a lease is told with its cause, once, and so is that it is over', async () => {
  const lines: string[] = [];
  const nothing = () => undefined;
  const info = (_details: object, text: string) => void lines.push(`info ${text}`);
  const warn = (_details: object, text: string) => void lines.push(`warn ${text}`);
  const vault = open({ logger: { debug: nothing, info, warn, error: nothing } });
  const lease = await vault.lease(creds);
  const leased = () => lines.filter((line) => line.includes('the lease of'));
  const away = `Vault at ${server.address} cannot answer now (503)`;
  const ends = new Date(lease.expiresAt).toISOString();

  const recover = server.fail({ answer: { status: 503 } });
  await clock.pass(2 * hour);
  recover();
  await clock.pass(300_000, () => lease.failure === undefined);
  const told = [
    `warn the lease of ${creds}, which lasts until ${ends}, could not be kept up: ${away}`,
    `warn the lease of ${creds}, which has ended, could not be kept up: ${away}`,
    `info the lease of ${creds} is kept up again`,
  ];
  expect(leased()).toEqual(told);

  await administer(server).call('PUT', 'sys/leases/revoke', { lease_id: lease.leaseId });
  const { data } = lease;
  await clock.pass(hour * 0.74, () => lease.data !== data);
  expect(leased().slice(told.length)).toEqual([
    expect.stringMatching(
      `info the lease of ${creds} is not renewed any more, another is asked for: Vault at `,
    ),
  ]);
});

test('a short outage costs nothing but a later renewal', async () => {
  const onFailed = vi.fn();
  const onRenewed = vi.fn();
  const lease = await open().lease(creds, { onFailed, onRenewed });
  const { data } = lease;
  server.fail({ times: 1, answer: { status: 503 } });
  await clock.pass(hour * 0.74, () => onFailed.mock.calls.length === 1);
  await clock.pass(10_000);
  expect(onRenewed).toHaveBeenCalledTimes(1);
  expect(lease.data).toBe(data);
  expect(lease.failure).toBeUndefined();
});

test('a lease that somebody revoked is replaced', async () => {
  const onReplaced = vi.fn();
  const lease = await open().lease(creds, { onReplaced });
  await administer(server).call('PUT', 'sys/leases/revoke', { lease_id: lease.leaseId });
  await clock.pass(hour * 0.74, () => onReplaced.mock.calls.length === 1);
  expect(await isLeased(server, lease.leaseId)).toBe(true);
});

test('can be replaced at any time, also while it is being renewed', async () => {
  const onReplaced = vi.fn();
  const onRenewed = vi.fn();
  const lease = await open().lease(creds, { onReplaced, onRenewed });
  const [first, before] = [lease.leaseId, lease.data];
  server.fail({ path: '/v1/sys/leases/renew', times: 1, answer: { delayMs: 200 } });
  // Time stands still while the renewal is under way.
  const passing = clock.pass(hour * 0.74, () => renewals() > 0);
  await vi.waitFor(() => expect(renewals()).toBe(1), { interval: 1, timeout: 5_000 });
  await Promise.all([lease.replace(), lease.replace()]);
  await passing;
  expect(lease.leaseId).not.toBe(first);
  expect(lease.data['username']).not.toBe(before['username']);
  expect(onReplaced).toHaveBeenCalledTimes(1);
  expect(clock.pending).toBe(1);
  server.fail({ times: 1, answer: { status: 503 } });
  await expect(lease.replace()).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  expect(clock.pending).toBe(1);
  await clock.pass(11_000);
  expect(onReplaced).toHaveBeenCalledTimes(2);
  lease.release();
  expect(clock.pending).toBe(0);
});

test('has new data for each who waits for a replacement, whichever is answered first', async () => {
  const lease = await open().lease(creds);
  const { data } = lease;
  server.fail({ path: `/v1/${creds}`, times: 1, answer: { delayMs: 50 } });
  const replaced = Array.from({ length: 3 }, () => lease.replace().then(() => lease.data));
  const [first, ...others] = await Promise.all(replaced);
  expect(first).not.toBe(data);
  for (const other of others) expect(other).toBe(first);
});

test('one that was given up is not replaced, and says so', async () => {
  const vault = open({ revokeLeases: true });
  const [released, revoked, closed, late] = await Promise.all(
    Array.from({ length: 4 }, () => vault.lease(creds)),
  );
  released?.release();
  await revoked?.revoke();
  const stop = server.fail({ path: `/v1/${creds}`, answer: 'stall' });
  // Under way when the client is closed.
  const replacing = late?.replace();
  replacing?.catch(() => undefined);
  await vi.waitFor(() => expect(count(creds)).toBe(5), { interval: 1, timeout: 5_000 });
  await vault.close();
  stop();
  const givenUp = {
    code: 'SOURCE_UNAVAILABLE',
    message: `the lease of ${creds} is given up`,
    hint: 'Ask for another one: vault.lease().',
  };
  for (const call of [released?.replace(), revoked?.replace(), closed?.replace(), replacing]) {
    await expect(call).rejects.toMatchObject(givenUp);
  }
  expect(count(creds)).toBe(5);
});

test('is ended by revoke, left alone by release, and either way no timer stays', async () => {
  const vault = open();
  const [one, two] = await Promise.all([vault.lease(creds), vault.lease(creds)]);
  expect(clock.pending).toBe(2);
  await one.revoke();
  expect(await isLeased(server, one.leaseId)).toBe(false);
  two.release();
  expect(await isLeased(server, two.leaseId)).toBe(true);
  expect(clock.pending).toBe(0);
});

test.each([
  [true, false],
  [false, true],
])('closing with revokeLeases: %s leaves them: %s, and no timer', async (revokeLeases, left) => {
  const vault = open({ revokeLeases });
  const leases = [await vault.lease(creds), await vault.lease(creds)];
  await Promise.all([vault.close(), vault.close()]);
  for (const { leaseId } of leases) expect(await isLeased(server, leaseId)).toBe(left);
  expect(clock.pending).toBe(0);
  await expect(vault.lease(creds)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
});

test('closing while Vault is dead ends, and says what was not revoked', async () => {
  const warn = vi.fn();
  const logger = { debug: () => {}, info: () => {}, warn, error: () => {} };
  const vault = open({ revokeLeases: true, logger });
  await vault.lease(creds);
  server.fail({ answer: 'reset' });
  await vault.close();
  expect(warn).toHaveBeenCalledWith({ path: creds }, expect.stringContaining('could not be revoked'));
  expect(clock.pending).toBe(0);
});

test('what is not there, or not allowed, says so', async () => {
  await expect(open().lease('database/creds/none')).rejects.toMatchObject({
    code: 'SOURCE_DENIED',
    vaultMessages: ['unknown role: none'],
  });
  await expect(open().lease('nowhere/creds/x')).rejects.toMatchObject({
    code: 'SOURCE_DENIED',
    message: expect.stringContaining('has no mount for nowhere/creds/x'),
  });
  await expect(open().lease('secret/../x')).rejects.toMatchObject({ code: 'SETTINGS_INVALID' });
  const token = await administer(server).tokenWith('path "database/creds/other" { capabilities = ["read"] }');
  await expect(open({ token }).lease(creds)).rejects.toMatchObject({
    code: 'SOURCE_DENIED',
    hint: expect.stringContaining('path "database/creds/app" { capabilities = ["read"] }'),
  });
});

test('no failure, log or inspection shows what was leased or written', async () => {
  const value = canarySecret();
  const seen: unknown[] = [];
  const log = (...line: unknown[]) => void seen.push(line);
  const logger = { debug: log, info: log, warn: log, error: log };
  const answers = [
    { lease_id: `x/${value}`, renewable: true, lease_duration: 60, data: { password: value } },
    { errors: [`${value} is bad`], data: { value } },
    { lease_id: value, data: [value] },
  ];
  let next = 0;
  await using other = await startHostileServer((response) => {
    const answer = answers[Math.min(next++, 2)];
    json(response, next === 2 ? 400 : 200, answer);
  });
  const vault = open({ address: other.address, logger });
  const onFailed = (...failed: unknown[]) => void seen.push(failed);
  const parameters = { secret: value };
  const lease = await vault.lease('x/y', { parameters, onFailed });
  await clock.pass(60_000, () => seen.some((line) => JSON.stringify(line).includes('could not be kept')));
  await vault.lease('x/y', { parameters }).catch((error: unknown) => seen.push(error));
  seen.push(vault, lease, String(lease), JSON.stringify(lease));
  expectNoCanary(value, seen);
});
