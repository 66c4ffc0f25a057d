import { setTimeout as delay } from 'node:timers/promises';
import { defineSettings, secret } from '@strongroom/core';
import {
  postgres,
  serverKinds,
  type TestServer,
  type TestService,
  writeSecret,
} from '@strongroom/test-servers';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSettings } from '../src/index.js';

const definition = defineSettings({
  application: 'orders',
  environments: ['production'],
  settings: { DATABASE_URL: secret('database/url') },
});

/** Asks with twenty workers at once until it is told to stop; none of them knows of pools or passwords. */
function load(query: () => Promise<unknown>) {
  const result = { succeeded: 0, failures: [] as unknown[] };
  let over = false;
  const workers = Array.from({ length: 20 }, async () => {
    while (!over) {
      await query().then(
        () => {
          result.succeeded += 1;
        },
        (error: unknown) => result.failures.push(error),
      );
    }
  });
  return {
    result,
    async stop() {
      over = true;
      await Promise.all(workers);
    },
  };
}

describe.skipIf(!postgres.there)(postgres.title, () => {
  const [kind] = serverKinds;
  let database: TestService;
  let admin: pg.Client;
  let vault: TestServer;
  beforeAll(async () => {
    if (kind === undefined) throw new Error('There is no server to test against');
    database = await postgres.start();
    vault = await kind.start();
    admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    await admin.query(`create role orders login password 'first'`);
  });
  afterAll(async () => {
    await admin?.end();
    await vault?.close();
    await database?.close();
  });

  const urlWith = (password: string) => `postgresql://orders:${password}@127.0.0.1:${database.port}/postgres`;
  const toVault = (password: string) =>
    writeSecret(vault, 'orders/production/database', { url: urlWith(password) });
  const toDatabase = (password: string) => admin.query(`alter role orders password '${password}'`);

  test('a password that is rotated under load reaches the pool, and no query fails', async () => {
    await toVault('first');
    const settings = await loadSettings(definition, {
      variables: {
        USE_VAULT: 'true',
        APP_ENV: 'production',
        VAULT_ADDR: vault.address,
        VAULT_TOKEN: vault.rootToken,
      },
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    });
    const sessions = 4;
    const pools: pg.Pool[] = [];
    const failed: unknown[] = [];
    settings.events.on('bindFailed', (failure) => failed.push(failure));
    const bound = await settings.bind(
      ['DATABASE_URL'],
      async ({ DATABASE_URL }) => {
        // Sessions that are open outlive the password that opened them; a new one would be refused.
        const pool = new pg.Pool({ connectionString: DATABASE_URL, max: sessions, idleTimeoutMillis: 0 });
        try {
          // Asked at the same time, so that each opens one.
          await Promise.all(Array.from({ length: sessions }, () => pool.query('select pg_sleep(0.01)')));
        } catch (error) {
          await pool.end();
          throw error;
        }
        pools.push(pool);
        return pool;
      },
      { dispose: (pool) => pool.end() },
    );
    const inUse = () =>
      bound.use(
        async (pool) => pool.options.password ?? new URL(String(pool.options.connectionString)).password,
      );

    const { result, stop } = load(() => bound.use((pool) => pool.query('select pg_sleep(0.002)')));
    const passes = async (password: string) => {
      await expect.poll(inUse, { timeout: 30_000 }).toBe(password);
      const before = result.succeeded;
      await expect.poll(() => result.succeeded, { timeout: 30_000 }).toBeGreaterThan(before + 20);
    };

    // Vault first: until PostgreSQL knows the new one too, the old pool goes on, and it is tried again.
    for (const password of ['second', 'third']) {
      await toVault(password);
      await settings.refresh();
      await expect.poll(() => failed.length, { timeout: 30_000 }).toBeGreaterThan(0);
      expect(await inUse()).not.toBe(password);
      await delay(50);
      expect(result.failures).toEqual([]);
      await toDatabase(password);
      await passes(password);
      failed.length = 0;
    }
    // PostgreSQL first: the sessions of the old pool live on until the new password is seen in Vault.
    for (const password of ['fourth', 'fifth']) {
      await toDatabase(password);
      await delay(50);
      await toVault(password);
      await settings.refresh();
      await passes(password);
      expect(failed).toEqual([]);
    }
    await stop();
    expect(result.failures).toEqual([]);
    expect(result.succeeded).toBeGreaterThan(50);
    await expect.poll(() => pools.filter(({ ended }) => ended).length).toBe(pools.length - 1);
    await settings.close();
    expect(pools.every(({ ended }) => ended)).toBe(true);
    // A pool says that it has ended before PostgreSQL has let its sessions go.
    const sessionsLeft = async () => {
      const { rows } = await admin.query(
        `select count(*)::int as count from pg_stat_activity where usename = 'orders'`,
      );
      return (rows[0] as { count: number }).count;
    };
    await expect.poll(sessionsLeft, { timeout: 30_000 }).toBe(0);
  }, 120_000);
});
