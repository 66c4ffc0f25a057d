import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type DevServer, startDevServer } from '@strongroom/dev-server';
import { postgres } from '@strongroom/test-servers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, applications, type Running } from '../src/application.js';

const stored = {
  'pake_system/production/database': { url: 'postgresql://pake:planted-password@127.0.0.1:9/pake' },
  'pake_system/production/redis': { url: 'redis://:planted-redis-password@cache:6379/1' },
  'pake_system/production/security': { secret_key: 'planted-key-of-vault' },
};
const fallback = {
  DATABASE_URL: 'postgresql://pake:planted-fallback-password@127.0.0.1:9/pake',
  REDIS_URL: 'redis://localhost:6379/1',
  SECRET_KEY: 'planted-key-of-environment',
};
const planted = [...Object.values(stored).flatMap((data) => Object.values(data)), ...Object.values(fallback)];

let folder: string;
let vault: DevServer;
let on: Record<string, string>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-pake-'));
  vault = await startVault();
  on = { USE_VAULT: 'true', VAULT_URL: vault.address, VAULT_TOKEN: 'dev-only-token', APP_ENV: 'production' };
});
afterEach(async () => {
  await vault.close();
  await rm(folder, { recursive: true });
});

/** The same Vault at each start: its data lie in a file. */
const startVault = (port = 0) =>
  startDevServer({
    port,
    dataFile: join(folder, 'vault.json'),
    rootToken: 'dev-only-token',
    ...(port === 0 ? { seed: stored } : {}),
  });

/** With which of these keys a login's token is signed. */
function signedWith({ status, body }: Answer, keys: readonly string[]): string | undefined {
  expect(status).toBe(200);
  const token = String(body['token']);
  const [header, payload, signature] = token.split('.');
  return keys.find(
    (key) => createHmac('sha256', key).update(`${header}.${payload}`).digest('base64url') === signature,
  );
}

/** Asks until the answer is this one: a refresh takes a moment. */
async function until(app: Running, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`It did not come to that. It printed:\n${app.printed}`);
    app.refresh();
    await delay(100);
  }
}

describe.each(applications)('$name', (application) => {
  test('takes the environment before Vault, and Vault before defaults', async () => {
    const { SECRET_KEY } = fallback;
    const keys = [SECRET_KEY, 'planted-key-of-vault'];
    {
      await using app = await application.start(on);
      expect(await app.ask('about')).toEqual({
        status: 200,
        body: { application: 'PAKE', logLevel: 'info', crawling: false },
      });
      expect(signedWith(await app.ask('login'), keys)).toBe('planted-key-of-vault');
    }
    await using app = await application.start({
      ...on,
      SECRET_KEY,
      LOG_LEVEL: 'debug',
      FIRECRAWL_API_KEY: 'x',
    });
    expect(await app.ask('about')).toMatchObject({ body: { logLevel: 'debug', crawling: true } });
    expect(signedWith(await app.ask('login'), keys)).toBe(SECRET_KEY);
  });

  test('runs without Vault on what the environment has, and says so', async () => {
    await vault.close();
    await using app = await application.start({ ...on, ...fallback });
    expect(signedWith(await app.ask('login'), [fallback.SECRET_KEY])).toBe(fallback.SECRET_KEY);
    expect(await app.ask('health')).toEqual({ status: 200, body: { status: 'degraded' } });
    expect(app.printed).toContain('SOURCE_UNAVAILABLE');
  });

  test('does not start without its secrets, and says what is missing, without a value', async () => {
    await vault.close();
    const { REDIS_URL, ...rest } = fallback;
    const failed = application.start({ ...on, ...rest, REDIS_ULR: REDIS_URL });
    await expect(failed).rejects.toThrow(/SETTINGS_MISSING 1 problem/);
    await expect(failed).rejects.toThrow(/was it meant to be REDIS_URL\?/);
    const said = await failed.catch(String);
    for (const value of planted) expect(said).not.toContain(value);
  });

  test('follows a rotation under load: no request fails, and none sees the old key after the new one', async () => {
    const keys = ['planted-key-of-vault', 'planted-key-rotated'];
    await using app = await application.start(on);
    const seen: string[][] = [];
    let over = false;
    const load = Array.from({ length: 20 }, async () => {
      const mine: string[] = [];
      seen.push(mine);
      while (!over) mine.push(signedWith(await app.ask('login'), keys) ?? 'neither');
    });
    await delay(200);
    vault.seed({ 'pake_system/production/security': { secret_key: 'planted-key-rotated' } });
    const rotated = async () => seen.every((mine) => mine.at(-1) === 'planted-key-rotated');
    await until(app, rotated);
    over = true;
    await Promise.all(load);
    for (const mine of seen) {
      const first = mine.indexOf('planted-key-rotated');
      expect(new Set(mine.slice(0, first))).toEqual(new Set(['planted-key-of-vault']));
      expect(new Set(mine.slice(first))).toEqual(new Set(['planted-key-rotated']));
    }
  });

  test('goes on through an outage of Vault, and follows it when it is back', async () => {
    const keys = ['planted-key-of-vault', 'planted-key-rotated'];
    await using app = await application.start(on);
    const { port } = new URL(vault.address);
    await vault.close();
    const status = async () => (await app.ask('health')).body['status'];
    await until(app, async () => (await status()) === 'degraded');
    expect(signedWith(await app.ask('login'), keys)).toBe('planted-key-of-vault');
    vault = await startVault(Number(port));
    vault.seed({ 'pake_system/production/security': { secret_key: 'planted-key-rotated' } });
    await until(app, async () => signedWith(await app.ask('login'), keys) === 'planted-key-rotated');
    await until(app, async () => (await status()) === 'ready');
  });

  test('can be started again while Vault is down, from what it knew last', async () => {
    const kept = {
      ...on,
      STRONGROOM_LAST_KNOWN_GOOD: join(folder, 'last-known-good'),
      STRONGROOM_LAST_KNOWN_GOOD_KEY: randomBytes(32).toString('base64'),
    };
    {
      await using app = await application.start(kept);
      await app.ask('about');
      app.terminate();
      expect(await app.ended).toEqual({ code: 0, signal: null });
    }
    await vault.close();
    await using app = await application.start(kept);
    expect(signedWith(await app.ask('login'), ['planted-key-of-vault'])).toBe('planted-key-of-vault');
    expect(await app.ask('health')).toEqual({ status: 200, body: { status: 'degraded' } });
  });

  describe('when it is told to end', () => {
    // A database that takes a connection and never answers: whoever asks it waits for two seconds.
    let silent: Server;
    let DATABASE_URL: string;
    beforeEach(async () => {
      silent = createServer((socket) => socket.on('error', () => {}));
      silent.listen(0, '127.0.0.1');
      await once(silent, 'listening');
      DATABASE_URL = `postgresql://pake:planted@127.0.0.1:${(silent.address() as AddressInfo).port}/pake`;
    });
    afterEach(() => void silent.close());

    test('ends by itself, with nothing left open', async () => {
      await using app = await application.start(on);
      await Promise.all([app.ask('about'), app.ask('login')]);
      app.terminate();
      expect(await app.ended).toEqual({ code: 0, signal: null });
      for (const value of planted) expect(app.printed).not.toContain(value);
    });

    test('answers first what it was asked', async () => {
      await using app = await application.start({ ...on, DATABASE_URL });
      const asked = app.ask('database');
      await once(silent, 'connection');
      app.terminate();
      expect(await asked).toEqual({ status: 503, body: { database: 'down' } });
      expect(await app.ended).toEqual({ code: 0, signal: null });
    });

    test('does not wait for it longer than it may', async () => {
      await using app = await application.start({ ...on, DATABASE_URL, SHUTDOWN_SECONDS: '0.2' });
      app.ask('database').catch(() => {});
      await once(silent, 'connection');
      app.terminate();
      expect((await app.ended).code).not.toBe(0);
    });
  });

  describe.skipIf(!postgres.there)(postgres.title, () => {
    test('uses its database, without showing where it is', async () => {
      const database = await postgres.start();
      try {
        await using app = await application.start({ ...on, DATABASE_URL: database.url });
        expect(await app.ask('database')).toEqual({ status: 200, body: { database: 'up' } });
        await database.kill();
        expect(await app.ask('database')).toEqual({ status: 503, body: { database: 'down' } });
        await database.start();
        expect(await app.ask('database')).toEqual({ status: 200, body: { database: 'up' } });
        expect(app.printed).not.toContain(database.url);
        app.terminate();
        expect(await app.ended).toEqual({ code: 0, signal: null });
      } finally {
        await database.close();
      }
    });
  });
});
