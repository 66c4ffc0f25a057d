import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineSettings, isStrongroomError, secret } from '@strongroom/core';
import { administer, serverKinds, type TestServer } from '@strongroom/test-servers';
import { createVault, type KvMount, type Vault } from '@strongroom/vault';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { applyPlan, type Plan, planMigration, readJournal, rollBack } from '../src/index.js';
import { definition, entriesOf, temporaryFolder } from './settings.js';

const path = 'shop/production/database';

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  let server: TestServer;
  let vault: Vault;
  let kv: KvMount;
  let mounts = 0;
  let folder: string;
  beforeAll(async () => {
    server = await kind.start();
    vault = createVault({ address: server.address, token: server.rootToken });
  });
  afterAll(async () => {
    await vault?.close();
    await server?.close();
  });
  beforeEach(async () => {
    mounts += 1;
    await administer(server).mountKv(`kv${mounts}`, 2);
    kv = vault.kv(`kv${mounts}`);
    folder = await temporaryFolder(onTestFinished);
  });

  const there = async () => {
    const read = await kv.read(path);
    return read.status === 'found' ? { ...read.data } : undefined;
  };
  const journal = (name: string) => join(folder, name);

  /** As a person does it who knows nothing of migrations: reads, and writes with check-and-set. */
  async function writeByHand(key: string, value: unknown): Promise<void> {
    for (;;) {
      const read = await kv.read(path);
      const data = read.status === 'found' ? { ...read.data, [key]: value } : { [key]: value };
      try {
        await kv.write(path, data, { cas: read.version ?? 0 });
        return;
      } catch (error) {
        if (!isStrongroomError(error, 'CAS_MISMATCH')) throw error;
      }
    }
  }

  /** Plans the keys of one of several teams, all of one group, one after another. */
  async function migrateTeam(team: string, keys: number, mount = kv.mount): Promise<void> {
    for (let index = 0; index < keys; index += 1) {
      const name = `${team}_${index}`;
      const plan = await planMigration({
        definition: defineSettings({
          application: 'shop',
          environments: ['production'],
          settings: { [name]: secret(`database/${name}`) },
        }),
        environment: 'production',
        mount,
        entries: entriesOf({ [name]: `of ${team}` }),
        vault,
      });
      await applyPlan(plan, { vault, journal: journal(team) });
    }
  }

  const plan = (values: Readonly<Record<string, unknown>>, onConflict?: 'vault' | 'source' | 'fail') =>
    planMigration({
      definition,
      environment: 'production',
      mount: kv.mount,
      entries: entriesOf(values),
      vault,
      ...(onConflict === undefined ? {} : { onConflict }),
    });

  it('two migrations and a person who write to one group at once lose no key of each other', async () => {
    const keys = 15;
    await Promise.all([
      migrateTeam('a', keys),
      migrateTeam('b', keys),
      (async () => {
        for (let index = 0; index < keys; index += 1) await writeByHand(`person_${index}`, 'by hand');
      })(),
    ]);
    const expected = Array.from({ length: keys }, (_, index) => [
      [`a_${index}`, 'of a'],
      [`b_${index}`, 'of b'],
      [`person_${index}`, 'by hand'],
    ]).flat();
    expect(await there()).toEqual(Object.fromEntries(expected));
    // Each wrote each of its keys once: what was overtaken was not taken.
    expect((await kv.read(path)).version).toBe(3 * keys);
  });

  it('two runs of one migration at once end as one does', async () => {
    const values = { DATABASE_URL: 'u', DATABASE_POOL_KEY: 'k', REDIS_URL: 'r', API_TOKEN: 't' };
    const [one, other] = await Promise.all([plan(values), plan(values)]);
    // Both with one journal.
    const done = await Promise.all([
      applyPlan(one, { vault, journal: journal('both') }),
      applyPlan(other, { vault, journal: journal('both') }),
    ]);
    for (const { verified } of done) expect(verified).toHaveLength(4);
    expect(done.flatMap(({ written }) => written)).toHaveLength(3);
    expect(await kv.read(path)).toMatchObject({ version: 1, data: { url: 'u', pool_key: 'k' } });

    const { paths } = await rollBack(journal('both'), { vault });
    expect(paths.map(({ outcome }) => outcome)).toEqual(['removed', 'removed', 'removed']);
    expect(await there()).toBeUndefined();
  });

  it.each(['after', 'before'])(
    'what a run that begins takes for not written, and is, can be rolled back: noted %s that',
    async (when) => {
      const values = { DATABASE_URL: 'u' };
      const slow = await plan(values);
      const second = await plan(values);
      // The journal as it is while the first run is about to write.
      await applyPlan(slow, { vault, journal: journal('first') });
      const lines = (await readFile(journal('first'), 'utf8')).split('\n');
      const written = lines.find((line) => line.includes('"written"')) ?? '';
      await writeFile(journal('both'), lines.filter((line) => line !== written).join('\n'));
      await applyPlan(second, { vault, journal: journal('both') });
      const both = (await readFile(journal('both'), 'utf8')).split('\n');
      const verdict = both.findIndex((line) => line.includes('"not-written"'));
      const place = when === 'after' ? verdict + 1 : verdict;
      await writeFile(journal('both'), both.toSpliced(place, 0, written).join('\n'));
      const records = await readJournal(journal('both'));
      expect(records.map(({ type }) => type)).toContain('not-written');
      expect((await rollBack(journal('both'), { vault })).paths).toMatchObject([{ outcome: 'removed' }]);
    },
  );

  it('what was written since the plan was made stays, beside what is moved', async () => {
    const made = await plan({ DATABASE_URL: 'u' });
    await writeByHand('person', 'by hand');
    const { written } = await applyPlan(made, { vault, journal: journal('journal') });
    expect(written).toEqual([{ path, versionBefore: 1, versionAfter: 2, keys: ['url'] }]);
    expect(await there()).toEqual({ person: 'by hand', url: 'u' });
    const records = await readJournal(journal('journal'));
    expect(records.map(({ type }) => type)).toEqual(['run', 'write', 'not-written', 'write', 'written']);
    await rollBack(journal('journal'), { vault });
    expect(await there()).toEqual({ person: 'by hand' });
  });

  describe('a key that somebody else writes between plan and apply', () => {
    const applied = async (made: Plan) => {
      await writeByHand('url', 'by hand');
      return applyPlan(made, { vault, journal: journal('journal') });
    };

    it('stays, and is told as a conflict', async () => {
      const { conflicts, verified } = await applied(
        await plan({ DATABASE_URL: 'u', DATABASE_POOL_KEY: 'k' }),
      );
      expect(conflicts).toMatchObject([{ entry: 'DATABASE_URL', action: 'conflict' }]);
      expect(verified.map(({ entry }) => entry)).toEqual(['DATABASE_POOL_KEY']);
      expect(await there()).toEqual({ url: 'by hand', pool_key: 'k' });
    });

    it('is replaced where the source was said to win', async () => {
      const { conflicts } = await applied(await plan({ DATABASE_URL: 'u' }, 'source'));
      expect(conflicts).toEqual([]);
      expect(await there()).toEqual({ url: 'u' });
    });

    it('stops the run where nobody was', async () => {
      const made = await plan({ DATABASE_URL: 'u', DATABASE_POOL_KEY: 'k' }, 'fail');
      await expect(applied(made)).rejects.toMatchObject({ code: 'PLAN_CONFLICT' });
      expect(await there()).toEqual({ url: 'by hand' });
    });

    it('is nothing to do where it is the very value', async () => {
      const made = await plan({ DATABASE_URL: 'by hand' });
      const { verified, written } = await applied(made);
      expect(verified).toHaveLength(1);
      expect(written).toEqual([]);
      expect((await kv.read(path)).version).toBe(1);
    });
  });

  it('whoever asks is asked one question at a time, and once for each value', async () => {
    await kv.write(path, { url: 'old', pool_key: 'old' });
    let open = 0;
    const asked: string[] = [];
    const made = await planMigration({
      definition,
      environment: 'production',
      mount: kv.mount,
      entries: entriesOf({ DATABASE_URL: 'u', database_url: 'u', DATABASE_POOL_KEY: 'k', API_TOKEN: 't' }),
      vault,
      onConflict: async ({ entry }) => {
        open += 1;
        expect(open).toBe(1);
        asked.push(entry);
        await new Promise((resolve) => setImmediate(resolve));
        open -= 1;
        return 'source';
      },
    });
    expect(asked).toEqual(['DATABASE_URL', 'DATABASE_POOL_KEY']);
    await kv.write(path, { url: 'newer', pool_key: 'old' });
    await kv.write('shop/production/api', { token: 'newer' });
    await applyPlan(made, { vault, journal: journal('journal') });
    expect(asked.slice(2).sort()).toEqual(['API_TOKEN', 'DATABASE_URL']);
    expect(await there()).toEqual({ url: 'u', pool_key: 'k' });
  });
});
