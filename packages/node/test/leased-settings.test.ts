import { defineSettings, leased, plain, secret } from '@strongroom/core';
import { ManualClock } from '@strongroom/core/testing';
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
  const clock = new ManualClock();
  await using server = await startDevServer({ now: () => clock.now() });
  const call = (path: string, body: object) =>
    fetch(`${server.address}/v1/${path}`, {
      method: 'POST',
      headers: { 'x-vault-token': server.rootToken },
      body: JSON.stringify(body),
    });
  await call('sys/mounts/database', { type: 'database' });
  await call('database/config/pg', { plugin_name: 'p', allowed_roles: '*', connection_url: 'u' });
  await call('database/roles/shop', { db_name: 'pg', default_ttl: '1h', max_ttl: '24h' });

  const variables = { USE_VAULT: 'true', VAULT_ADDR: server.address, VAULT_TOKEN: server.rootToken };
  await using settings = await loadSettings(definition, { variables, environment: 'production', clock });
  const before = settings.current();
  const changes: string[][] = [];
  settings.events.on('change', (changed) => changes.push(changed.map(({ name }) => name)));
  await call('sys/leases/revoke-prefix/database', {});
  // In small steps, so that the request which the timer begins is not late.
  for (let minute = 36; minute < 46 && changes.length === 0; minute++) {
    clock.advance(minute === 36 ? 35 * 60_000 : 0);
    for (let second = 0; second < 60 && changes.length === 0; second += 5) {
      clock.advance(5_000);
      const { length } = server.requests;
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (server.requests.length > length) await vi.waitFor(() => expect(changes).toHaveLength(1));
    }
  }
  expect(changes).toEqual([['DB_USER', 'DB_PASSWORD']]);
  expect(settings.current().DB_USER).not.toBe(before.DB_USER);
  expect(settings.explain()[0]?.locator).toBe('database/creds/shop#username');
});

it('leaves Vault alone when the environment has the pair, and says when Vault is off', async () => {
  const variables = { USE_VAULT: 'true', VAULT_ADDR: 'http://127.0.0.1:9', DB_USER: 'ann', DB_PASSWORD: 'p' };
  await using settings = await loadSettings(definition, { variables, environment: 'production' });
  expect(settings.state.status).toBe('ready');
  await expect(loadSettings(definition, { variables: {}, environment: 'production' })).rejects.toMatchObject({
    message: expect.stringMatching(/DB_USER[\s\S]*vault {8}turned off/),
  });
});
