import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { administer, serverKinds, type TestServer } from '@strongroom/test-servers';
import { createVault, type Vault } from '@strongroom/vault';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { applyPlan, type PlanOptions, type Progress, planMigration, verifyMigration } from '../src/index.js';
import { definition, entriesOf, temporaryFolder } from './settings.js';

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  let server: TestServer;
  let vault: Vault;
  let mounts = 0;
  let mount = '';
  let journal = '';
  beforeAll(async () => {
    server = await kind.start();
    vault = createVault({ address: server.address, token: server.rootToken });
  });
  afterAll(async () => {
    await vault?.close();
    await server?.close();
  });

  describe.each([
    { kvVersion: 2, layout: 'group' },
    { kvVersion: 2, layout: 'leaf' },
    { kvVersion: 1, layout: 'group' },
    { kvVersion: 1, layout: 'leaf' },
  ] as const)('KV version $kvVersion, layout $layout', ({ kvVersion, layout }) => {
    beforeEach(async () => {
      mounts += 1;
      mount = `kv${mounts}`;
      await administer(server).mountKv(mount, kvVersion);
      journal = join(await temporaryFolder(onTestFinished), 'journal');
    });
    const plan = (values: Readonly<Record<string, unknown>>, options: Partial<PlanOptions> = {}) =>
      planMigration({
        definition,
        environment: 'production',
        mount,
        layout,
        entries: entriesOf(values),
        vault,
        ...options,
      });
    const read = async (group: string, key: string): Promise<unknown> => {
      const path = `shop/production/${group}${layout === 'leaf' ? `/${key}` : ''}`;
      const there = await vault.kv(mount).read(path);
      if (there.status === 'absent') return undefined;
      return there.data[layout === 'leaf' ? 'value' : key];
    };

    it('moves the secrets of a definition, verifies each, and has nothing to do afterwards', async () => {
      const values = { DATABASE_URL: 'postgres://a:b@c/d', DATABASE_POOL_KEY: 'k1', REDIS_URL: 'redis://r' };
      const first = await plan(values);
      expect(first.steps.map(({ entry, action }) => [entry, action])).toEqual([
        ['DATABASE_URL', 'create'],
        ['DATABASE_POOL_KEY', 'create'],
        ['REDIS_URL', 'create'],
      ]);
      const done = await applyPlan(first, { vault, journal });
      expect(done.verified.map(({ entry }) => entry)).toEqual(Object.keys(values));
      expect(done.written).toHaveLength(layout === 'group' ? 2 : 3);
      expect(await read('database', 'url')).toBe(values.DATABASE_URL);
      expect(await read('database', 'pool_key')).toBe('k1');
      expect(await read('cache', 'url')).toBe('redis://r');
      expect((await stat(journal)).mode & 0o777).toBe(0o600);

      const noted = await readFile(journal, 'utf8');
      const second = await plan(values);
      expect(second.steps.every(({ action }) => action === 'unchanged')).toBe(true);
      expect(await applyPlan(second, { vault, journal })).toMatchObject({
        written: [],
        verified: [{ entry: 'DATABASE_URL' }, { entry: 'DATABASE_POOL_KEY' }, { entry: 'REDIS_URL' }],
      });
      expect(await readFile(journal, 'utf8')).toBe(noted);
    });

    it('merges into what is there, and touches no key of others', async () => {
      const path = `shop/production/database${layout === 'leaf' ? '/url' : ''}`;
      const others = { other: 'stays', nested: { deep: [1, null, 'x'] } };
      await vault.kv(mount).write(path, others);
      await applyPlan(await plan({ DATABASE_URL: 'new', DATABASE_POOL_KEY: 'k' }), { vault, journal });
      const there = await vault.kv(mount).read(path);
      const moved = layout === 'leaf' ? { value: 'new' } : { url: 'new', pool_key: 'k' };
      expect({ ...(there as { data: object }).data }).toEqual({ ...others, ...moved });
    });

    it('keeps what Vault holds in a conflict, unless it is told otherwise', async () => {
      await applyPlan(await plan({ API_TOKEN: 'old', REDIS_URL: 'old' }), { vault, journal });
      const values = { API_TOKEN: 'new', REDIS_URL: 'new' };

      const kept = await plan(values);
      expect(kept.steps.map(({ action }) => action)).toEqual(['conflict', 'conflict']);
      const { source, vault: held } = kept.steps[0]?.fingerprints ?? {};
      expect(source).not.toBe(held);
      const outcome = await applyPlan(kept, { vault, journal });
      expect(outcome).toMatchObject({ written: [], verified: [] });
      expect(outcome.conflicts.map(({ entry }) => entry)).toEqual(['API_TOKEN', 'REDIS_URL']);
      expect(await read('api', 'token')).toBe('old');

      const refused = await plan(values, { onConflict: 'fail' });
      await expect(applyPlan(refused, { vault, journal })).rejects.toMatchObject({
        code: 'PLAN_CONFLICT',
        message: expect.stringMatching(/API_TOKEN.*REDIS_URL/),
      });

      const asked: string[] = [];
      const chosen = await plan(values, {
        onConflict: async ({ entry }) => {
          asked.push(entry);
          return entry === 'API_TOKEN' ? 'source' : 'vault';
        },
      });
      expect(asked).toEqual(['API_TOKEN', 'REDIS_URL']);
      expect(chosen.steps.map(({ action }) => action)).toEqual(['update', 'conflict']);
      await applyPlan(chosen, { vault, journal });
      expect([await read('api', 'token'), await read('cache', 'url')]).toEqual(['new', 'old']);

      await applyPlan(await plan(values, { onConflict: 'source' }), { vault, journal });
      expect(await read('cache', 'url')).toBe('new');
    });

    it('tells how far it has come, and verifies by itself', async () => {
      const told: Progress[] = [];
      const onProgress = (progress: Progress) => told.push(progress);
      const values = { DATABASE_URL: 'u', REDIS_URL: 'r' };
      const made = await plan(values, { onProgress });
      await applyPlan(made, { vault, journal, onProgress });
      await vault.kv(mount).write(`shop/production/cache${layout === 'leaf' ? '/url' : ''}`, { other: 'x' });
      const { verified, unverified } = await verifyMigration(made, { vault, onProgress });
      expect(verified.map(({ entry }) => entry)).toEqual(['DATABASE_URL']);
      expect(unverified.map(({ entry }) => entry)).toEqual(['REDIS_URL']);
      expect(told.map(({ phase, done, total }) => `${phase} ${done}/${total}`)).toEqual([
        'plan 1/2',
        'plan 2/2',
        'apply 1/2',
        'apply 2/2',
        'verify 1/2',
        'verify 2/2',
      ]);
    });

    it('gives every value back as it was, and knows every key', async () => {
      const values = { A: 'ключ "\\ \u0000 \u2028', B: 'one\r\ntwo\n', C: { deep: [1.5, null, true] } };
      const made = await plan(values, {
        map: { A: 'strange/__proto__', B: 'strange/constructor', C: 'strange/ключ' },
      });
      await applyPlan(made, { vault, journal });
      expect(await read('strange', '__proto__')).toBe(values.A);
      expect(await read('strange', 'constructor')).toBe(values.B);
      expect(await read('strange', 'ключ')).toEqual(values.C);
    });
  });
});
