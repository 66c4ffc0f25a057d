import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';
import { send, type TestAnswer } from './http-client.js';

describe('the stand-in database engine', () => {
  let server: DevServer;
  let now: number;
  const call = (path: string, body?: unknown, token = 'root'): Promise<TestAnswer> =>
    send(server.address, { path: `/v1/${path}`, token, body });
  const leaseIs = async (id: string): Promise<number> =>
    (await call('sys/leases/lookup', { lease_id: id })).status;

  beforeEach(async () => {
    now = Date.UTC(2030, 0, 1);
    server = await startDevServer({ now: () => now, rootToken: 'root' });
    await call('sys/mounts/database', { type: 'database' });
    await call('database/config/pg', {
      plugin_name: 'postgresql-database-plugin',
      allowed_roles: 'app*',
      connection_url: 'postgres://{{username}}:{{password}}@localhost',
      username: 'admin',
      password: 'canary',
    });
    await call('database/roles/app', { db_name: 'pg', default_ttl: '1h', max_ttl: '3h' });
  });
  afterEach(() => server.close());

  test('gives each caller a user of its own, with a lease', async () => {
    const one = await call('database/creds/app');
    const two = await call('database/creds/app');
    expect(one.json).toMatchObject({ renewable: true, lease_duration: 3_600 });
    expect(one.json.lease_id).toMatch(/^database\/creds\/app\/[A-Za-z0-9]{24}$/);
    expect(one.json.data.username).toMatch(/^v-app-/);
    expect(one.json.data.username).not.toBe(two.json.data.username);
    expect(one.json.data.password).not.toBe(two.json.data.password);
  });

  test('renews a lease up to its maximum and revokes it', async () => {
    const { lease_id: id } = (await call('database/creds/app')).json;
    now += 3_000_000;
    const renewed = await call('sys/leases/renew', { lease_id: id });
    expect(renewed.json).toMatchObject({ lease_id: id, lease_duration: 3_600, renewable: true });
    now += 3_500_000;
    const capped = await call('sys/leases/renew', { lease_id: id, increment: 9_999 });
    expect(capped.json.lease_duration).toBe(10_800 - 6_500);
    expect(capped.json.warnings).toHaveLength(1);
    expect((await call('sys/leases/revoke', { lease_id: id })).status).toBe(204);
    expect(await leaseIs(id)).toBe(400);
  });

  test('a lease ends by itself, with the token that it was given to, and with the mount', async () => {
    const expiring = (await call('database/creds/app')).json.lease_id;
    await call('sys/policies/acl/db', { policy: 'path "database/creds/app" { capabilities = ["read"] }' });
    const token = (await call('auth/token/create', { policies: ['db'], ttl: '30m' })).json.auth.client_token;
    const owned = (await call('database/creds/app', undefined, token)).json.lease_id;
    expect(await leaseIs(owned)).toBe(200);
    now += 1_800_000;
    expect(await leaseIs(owned)).toBe(400);
    expect(await leaseIs(expiring)).toBe(200);
    now += 1_800_000;
    expect(await leaseIs(expiring)).toBe(400);
    const last = (await call('database/creds/app')).json.lease_id;
    await send(server.address, { method: 'DELETE', path: '/v1/sys/mounts/database', token: 'root' });
    expect(await leaseIs(last)).toBe(400);
  });

  test('does not show the password of a connection, and keeps to its roles', async () => {
    const config = await call('database/config/pg');
    expect(config.text).not.toContain('canary');
    expect(config.json.data.connection_details.username).toBe('admin');
    await call('database/roles/other', { db_name: 'pg' });
    expect((await call('database/creds/other')).json.errors).toEqual(['"other" is not an allowed role']);
    expect((await call('database/creds/none')).json.errors).toEqual(['unknown role: none']);
  });

  test('changes the password of a static role when its period is over', async () => {
    await call('database/static-roles/fixed', { db_name: 'pg', username: 'app', rotation_period: '1h' });
    const first = (await call('database/static-creds/fixed')).json.data;
    expect(first).toMatchObject({ username: 'app', rotation_period: 3_600, ttl: 3_600 });
    now += 3_000_000;
    expect((await call('database/static-creds/fixed')).json.data).toMatchObject({
      password: first.password,
      ttl: 600,
    });
    now += 600_000;
    const second = (await call('database/static-creds/fixed')).json.data;
    expect(second.password).not.toBe(first.password);
    expect(second.last_vault_rotation).toBe('2030-01-01T01:00:00Z');
  });
});
