import { setTimeout as delay } from 'node:timers/promises';
import { createResolver, defineSettings, leased, type SettingChange, secret } from '@strongroom/core';
import { administer, makeAuthority, serverKinds, type TestServer } from '@strongroom/test-servers';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import * as z from 'zod';
import { createVault, type Vault, type VaultOptions, vaultSource } from '../../src/index.js';
import { isLeased } from './database.js';

// Certificates are what a Vault leases that has nothing else beside it. In real time, so with short lives.

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await kind.start();
    await makeAuthority(server, 'pki');
    const role = { allow_any_name: true, enforce_hostnames: false, key_type: 'ec', key_bits: 256 };
    await administer(server).call('POST', 'pki/roles/leased', { ...role, generate_lease: true, ttl: '1h' });
  });
  afterAll(() => server.close());

  const path = 'pki/issue/leased';
  const open = (options: Partial<VaultOptions> = {}): Vault => {
    const vault = createVault({ address: server.address, token: server.rootToken, retries: 0, ...options });
    onTestFinished(() => vault.close());
    return vault;
  };
  const lease = (vault: Vault, ttl = '1h', onReplaced = () => {}) =>
    vault.lease(path, { parameters: { common_name: 'a.example', ttl }, onReplaced });

  test('gives a certificate with its key and its lease', async () => {
    const made = await lease(open(), '10m');
    expect(made.leaseId).toMatch(/^pki\/issue\/leased\//);
    expect(made.renewable).toBe(false);
    expect(made.durationMs).toBeGreaterThan(500_000);
    expect(made.durationMs).toBeLessThanOrEqual(600_000);
    expect(made.data).toMatchObject({
      certificate: expect.stringContaining('BEGIN CERTIFICATE'),
      private_key: expect.stringContaining('PRIVATE KEY'),
    });
    expect(await isLeased(server, made.leaseId)).toBe(true);
  });

  test('is replaced before it ends, since it cannot be renewed', async () => {
    const onReplaced = vi.fn();
    const made = await lease(open(), '3s', onReplaced);
    const { leaseId, data } = made;
    await vi.waitFor(() => expect(onReplaced).toHaveBeenCalled(), { interval: 20, timeout: 20_000 });
    expect(made.leaseId).not.toBe(leaseId);
    expect(made.data['serial_number']).not.toBe(data['serial_number']);
  });

  test('is ended by revoke, and left alone by release', async () => {
    const vault = open();
    const [one, two] = await Promise.all([lease(vault), lease(vault)]);
    await one.revoke();
    two.release();
    // A real server revokes a moment later.
    await expect.poll(() => isLeased(server, one.leaseId)).toBe(false);
    expect(await isLeased(server, two.leaseId)).toBe(true);
  });

  test('that somebody else revoked can be replaced', async () => {
    const made = await lease(open());
    await administer(server).call('PUT', 'sys/leases/revoke', { lease_id: made.leaseId });
    await expect.poll(() => isLeased(server, made.leaseId)).toBe(false);
    await made.replace();
    expect(await isLeased(server, made.leaseId)).toBe(true);
  });

  test.each([
    [true, false],
    [false, true],
  ])('closing with revokeLeases: %s leaves it: %s', async (revokeLeases, left) => {
    const vault = open({ revokeLeases });
    const { leaseId } = await lease(vault);
    await vault.close();
    await expect.poll(() => isLeased(server, leaseId)).toBe(left);
  });

  test('what is not there, or not allowed, says so', async () => {
    await expect(open().lease('pki/issue/none', { parameters: { common_name: 'a' } })).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
      status: 400,
    });
    await expect(open().lease('nowhere/issue/a')).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
      message: expect.stringContaining('has no mount for nowhere/issue/a'),
    });
    const token = await administer(server).tokenWith('path "pki/issue/other" { capabilities = ["update"] }');
    await expect(lease(open({ token }))).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
      hint: expect.stringContaining('path "pki/issue/leased" { capabilities = ["create", "update"] }'),
    });
  });

  test('settings of one lease come together, and a new certificate is one change', async () => {
    const place = { parameters: { common_name: 'a.example', ttl: '3s' } };
    const definition = defineSettings({
      application: 'app',
      environments: ['test'],
      settings: {
        CERTIFICATE: secret(leased(path, 'certificate', place), z.string()),
        KEY: secret(leased(path, 'private_key', place), z.string()),
        SERIAL: secret(leased(path, 'serial_number', place), z.string()),
      },
    });
    const source = vaultSource({ address: server.address, token: server.rootToken });
    const resolver = createResolver(definition, { environment: 'test', sources: [source] });
    onTestFinished(() => resolver.close());
    const changes: (readonly SettingChange[])[] = [];
    resolver.events.on('change', (changed) => void changes.push(changed));
    await resolver.load();
    const before = resolver.current();
    for (let waited = 0; changes.length === 0 && waited < 20_000; waited += 20) await delay(20);
    expect(changes[0]?.map(({ name }) => name).sort()).toEqual(['CERTIFICATE', 'KEY', 'SERIAL']);
    expect(resolver.current().SERIAL).not.toBe(before.SERIAL);
  });
});
