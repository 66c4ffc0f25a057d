import { defineSettings, leased, plain, secret } from '@strongroom/core';
import { startDevServer } from '@strongroom/dev-server';
import { expect, it, vi } from 'vitest';
import * as z from 'zod';
import { loadSettings } from '../src/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: {
    DB_USER: plain(z.string(), { place: leased('database/creds/{application}', 'username') }),
    DB_PASSWORD: secret(leased('database/creds/{application}', 'password'), z.string()),
  },
});

it('brings a pair that Vault leases, and the next one when that lease is gone', async () => {
  await using server = await startDevServer();
  const call = (path: string, body: object) =>
    fetch(`${server.address}/v1/${path}`, {
      method: 'POST',
      headers: { 'x-vault-token': server.rootToken },
      body: JSON.stringify(body),
    });
  await call('sys/mounts/database', { type: 'database' });
  await call('database/config/pg', { plugin_name: 'p', allowed_roles: '*', connection_url: 'u' });
  await call('database/roles/shop', { db_name: 'pg', default_ttl: '2s', max_ttl: '24h' });

  const variables = { USE_VAULT: 'true', VAULT_ADDR: server.address, VAULT_TOKEN: server.rootToken };
  await using settings = await loadSettings(definition, { variables, environment: 'production' });
  const before = settings.current();
  const changes: string[][] = [];
  settings.events.on('change', (changed) => changes.push(changed.map(({ name }) => name)));
  await call('sys/leases/revoke-prefix/database', {});
  // In real time: a lease of two seconds is renewed after less, and then found to be gone.
  await vi.waitFor(() => expect(changes).toHaveLength(1), { timeout: 15_000 });
  expect(changes).toEqual([['DB_USER', 'DB_PASSWORD']]);
  expect(settings.current().DB_USER).not.toBe(before.DB_USER);
  expect(settings.explain()[0]?.locator).toBe('database/creds/shop#username');
}, 20_000);

it('leaves Vault alone when the environment has the pair, and says when Vault is off', async () => {
  const variables = { USE_VAULT: 'true', VAULT_ADDR: 'http://127.0.0.1:9', DB_USER: 'ann', DB_PASSWORD: 'p' };
  await using settings = await loadSettings(definition, { variables, environment: 'production' });
  expect(settings.state.status).toBe('ready');
  await expect(loadSettings(definition, { variables: {}, environment: 'production' })).rejects.toMatchObject({
    message: expect.stringMatching(/DB_USER[\s\S]*vault {8}turned off/),
  });
});
