import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { administer, serverKinds, type TestServer } from '@strongroom/test-servers';
import { createVault, type KvMount, type Vault } from '@strongroom/vault';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  applyPlan,
  type LoadPlanOptions,
  loadPlan,
  type PlanOptions,
  planMigration,
  savePlan,
} from '../src/index.js';
import { definition, entriesOf, temporaryFolder } from './settings.js';

const values = { DATABASE_URL: 'u', DATABASE_POOL_KEY: 'k', REDIS_URL: 'r', PORT: '80' };
const database = 'shop/production/database';

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  let server: TestServer;
  let vault: Vault;
  beforeAll(async () => {
    server = await kind.start();
    vault = createVault({ address: server.address, token: server.rootToken });
  });
  afterAll(async () => {
    await vault?.close();
    await server?.close();
  });
  let mounts = 0;

  describe.each([1, 2] as const)('a saved plan, KV version %i', (kvVersion) => {
    let kv: KvMount;
    let file: string;
    let journal: string;
    beforeEach(async () => {
      mounts += 1;
      await administer(server).mountKv(`kv${mounts}`, kvVersion);
      kv = vault.kv(`kv${mounts}`);
      const folder = await temporaryFolder(onTestFinished);
      file = join(folder, 'plan.json');
      journal = join(folder, 'journal');
    });
    const save = async (given: Partial<PlanOptions> = {}) => {
      const plan = await planMigration({
        definition,
        environment: 'production',
        mount: kv.mount,
        entries: entriesOf(values),
        vault,
        ...given,
      });
      await savePlan(plan, file);
      return plan;
    };
    const load = (options: Partial<LoadPlanOptions> = {}) =>
      loadPlan(file, { entries: entriesOf(values), ...options });
    const apply = async (options: Partial<LoadPlanOptions> = {}) =>
      applyPlan(await load(options), { vault, journal });
    const outdated = (...words: readonly string[]) => ({
      code: 'PLAN_OUTDATED',
      message: expect.stringMatching(new RegExp(words.join('.*'))),
    });

    it('is the same when it is read, and can be applied', async () => {
      await kv.write(database, { url: 'old', other: 'x' });
      const plan = await save({ onConflict: async () => 'source' });
      for (const each of [file, `${file}.key`]) expect((await stat(each)).mode & 0o777).toBe(0o600);
      const loaded = await load();
      expect(loaded.toJSON()).toEqual(plan.toJSON());
      expect(loaded.steps).toEqual(plan.steps);
      const { verified, written } = await applyPlan(loaded, { vault, journal });
      expect(verified).toHaveLength(3);
      expect(written).toHaveLength(2);
      expect(await kv.read(database)).toMatchObject({ data: { url: 'u', pool_key: 'k', other: 'x' } });
      // Once more there is nothing to do, and nothing is refused.
      expect(await apply()).toMatchObject({ written: [], verified: [{}, {}, {}] });
    });

    it.each([
      ['a value that is to be moved', { ...values, DATABASE_URL: 'changed' }, 'DATABASE_URL'],
      ['a value that stays', { ...values, PORT: '81' }, 'PORT'],
      ['an entry more', { ...values, MORE: 'x' }, 'MORE'],
      ['an entry less', { DATABASE_URL: 'u', DATABASE_POOL_KEY: 'k', REDIS_URL: 'r' }, 'PORT'],
    ])('is refused when the source has changed: %s', async (_what, changed, named) => {
      await save();
      await expect(load({ entries: entriesOf(changed) })).rejects.toMatchObject(outdated('source', named));
    });

    it.each([
      ['a key that is to be moved', { url: 'by hand' }],
      ['a key of others', { other: 'by hand' }],
    ])('is refused when Vault has changed: %s', async (_what, data) => {
      await save();
      await kv.write(database, data);
      await expect(apply()).rejects.toMatchObject(outdated(database));
      expect(await kv.read('shop/production/cache')).toMatchObject({ status: 'absent' });
    });

    it('is refused when a path has changed on which nothing was to be done', async () => {
      await kv.write(database, { url: 'u', pool_key: 'k' });
      await save();
      await kv.write(database, { url: 'by hand', pool_key: 'k' });
      await expect(apply()).rejects.toMatchObject(outdated(database));
    });

    it('is refused when it was changed, or its key is gone', async () => {
      await save();
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replaceAll('shop/production/database', 'shop/production/mine'));
      await expect(load()).rejects.toMatchObject(outdated('not as it was saved'));
      await writeFile(file, text);
      await rm(`${file}.key`);
      await expect(load()).rejects.toMatchObject(outdated('without its key'));
    });

    it('is refused for another Vault or namespace', async () => {
      await save();
      const other = createVault({ address: server.address, token: server.rootToken, namespace: 'team' });
      onTestFinished(() => other.close());
      await expect(applyPlan(await load(), { vault: other, journal })).rejects.toMatchObject(
        outdated('the namespace team'),
      );
    });

    it('keeps the conflicts that were decided, and lets nobody win in one that is new', async () => {
      await kv.write(database, { url: 'old', pool_key: 'old' });
      await save({ onConflict: async ({ entry }) => (entry === 'DATABASE_URL' ? 'source' : 'vault') });
      const { conflicts } = await apply();
      expect(conflicts).toMatchObject([{ entry: 'DATABASE_POOL_KEY' }]);
      expect(await kv.read(database)).toMatchObject({ data: { url: 'u', pool_key: 'old' } });
      expect(await apply()).toMatchObject({ written: [], conflicts: [{ entry: 'DATABASE_POOL_KEY' }] });
    });

    it('that is none, or that cannot be written, is told', async () => {
      await writeFile(file, '{"strongroom":"plan"}');
      await expect(load()).rejects.toMatchObject({ code: 'SOURCE_MALFORMED' });
      await rm(file);
      await expect(load()).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
      const plan = await save();
      const nowhere = join(file, 'plan.json');
      await expect(savePlan(plan, nowhere)).rejects.toMatchObject({
        code: 'FILE_UNWRITABLE',
        message: expect.stringContaining('ENOTDIR'),
      });
    });
  });
});
