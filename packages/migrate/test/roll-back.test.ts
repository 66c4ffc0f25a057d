import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { administer, serverKinds, type TestServer } from '@strongroom/test-servers';
import { createVault, type KvMount, type Vault } from '@strongroom/vault';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { applyPlan, planMigration, readJournal, rollBack } from '../src/index.js';
import { definition, entriesOf, temporaryFolder } from './settings.js';

const database = 'shop/production/database';
const cache = 'shop/production/cache';

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  let server: TestServer;
  let vault: Vault;
  let kv: KvMount;
  let mounts = 0;
  let journal: string;
  beforeAll(async () => {
    server = await kind.start();
    vault = createVault({ address: server.address, token: server.rootToken });
  });
  afterAll(async () => {
    await vault?.close();
    await server?.close();
  });

  async function mountKv(version: 1 | 2): Promise<void> {
    mounts += 1;
    await administer(server).mountKv(`kv${mounts}`, version);
    kv = vault.kv(`kv${mounts}`);
    journal = join(await temporaryFolder(onTestFinished), 'journal');
  }
  async function migrate(values: Readonly<Record<string, unknown>>): Promise<void> {
    const plan = await planMigration({
      definition,
      environment: 'production',
      mount: kv.mount,
      entries: entriesOf(values),
      vault,
      onConflict: 'source',
    });
    await applyPlan(plan, { vault, journal });
  }
  const there = async (path: string) => {
    const read = await kv.read(path);
    return read.status === 'found' ? { ...read.data } : read.reason;
  };
  const outcomes = async () => {
    const { paths } = await rollBack(journal, { vault });
    return Object.fromEntries(paths.map(({ path, outcome }) => [path, outcome]));
  };

  describe('KV version 2', () => {
    beforeEach(() => mountKv(2));

    it('returns each path to what it was, and does nothing the second time', async () => {
      const before = { url: 'old', other: { deep: ['x'] } };
      await kv.write(database, before);
      await migrate({ DATABASE_URL: 'new', DATABASE_POOL_KEY: 'k', REDIS_URL: 'r' });
      const { target, paths } = await rollBack(journal, { vault });
      expect(target).toMatchObject({ mount: kv.mount, application: 'shop', environment: 'production' });
      expect(paths).toEqual([
        { path: cache, keys: ['url'], outcome: 'removed', explanation: expect.stringContaining('deleted') },
        {
          path: database,
          keys: ['pool_key', 'url'],
          outcome: 'restored',
          explanation: 'was returned to what it held in version 1',
        },
      ]);
      expect(await there(database)).toEqual(before);
      expect(await there(cache)).toBe('version-deleted');
      expect(await outcomes()).toEqual({});
      expect((await kv.read(database)).version).toBe(3);
    });

    it('takes several runs back at once, and goes on to count after it', async () => {
      await migrate({ DATABASE_URL: 'one' });
      await migrate({ DATABASE_URL: 'two', REDIS_URL: 'r' });
      expect(await outcomes()).toEqual({ [database]: 'removed', [cache]: 'removed' });
      expect(await there(database)).toBe('version-deleted');

      await migrate({ DATABASE_URL: 'three' });
      expect(await there(database)).toEqual({ url: 'three' });
      expect(await outcomes()).toEqual({ [database]: 'removed' });
      expect(await there(database)).toBe('version-deleted');
    });

    it('leaves and reports what somebody has changed since', async () => {
      await kv.write(database, { url: 'old' });
      await migrate({ DATABASE_URL: 'new', REDIS_URL: 'r', API_TOKEN: 't' });
      await kv.write(database, { url: 'by hand' });
      await kv.delete(cache);
      await kv.deleteMetadata('shop/production/api');
      await kv.write('shop/production/api', { token: 't' });
      const { paths } = await rollBack(journal, { vault });
      expect(paths).toMatchObject([
        // At version 1 as when it was moved, but another one.
        { path: 'shop/production/api', outcome: 'changed-since' },
        // It was not there before, and is not there.
        { path: cache, outcome: 'already' },
        {
          path: database,
          outcome: 'changed-since',
          explanation: 'was changed since, and is at version 3: it was left as it is',
        },
      ]);
      expect(await there(database)).toEqual({ url: 'by hand' });
      expect(await there('shop/production/api')).toEqual({ token: 't' });
    });

    it('takes back what was written after somebody else, and leaves what was before', async () => {
      await migrate({ DATABASE_URL: 'u' });
      await kv.patch(database, { person: 'by hand' });
      await migrate({ DATABASE_URL: 'u', DATABASE_POOL_KEY: 'k' });
      const { paths } = await rollBack(journal, { vault });
      expect(paths).toMatchObject([
        { outcome: 'restored', explanation: expect.stringContaining('others had written to it before that') },
      ]);
      expect(await there(database)).toEqual({ url: 'u', person: 'by hand' });
    });

    it('knows what somebody has returned already', async () => {
      await kv.write(database, { url: 'old' });
      await migrate({ DATABASE_URL: 'new' });
      await kv.write(database, { url: 'old', more: 'x' });
      expect(await outcomes()).toEqual({ [database]: 'already' });
      expect(await there(database)).toEqual({ url: 'old', more: 'x' });
    });

    it('says where the old version is gone', async () => {
      await kv.write(database, { url: 'old' });
      await migrate({ DATABASE_URL: 'new' });
      await kv.destroy(database, [1]);
      const { paths } = await rollBack(journal, { vault });
      expect(paths).toMatchObject([
        { outcome: 'impossible', explanation: 'version 1, which it was at, is not kept any more' },
      ]);
      expect(await there(database)).toEqual({ url: 'new' });
    });

    it('judges a write whose answer was lost by what it changed', async () => {
      await kv.write(database, { other: 'x' });
      await kv.write(cache, { other: 'x' });
      await migrate({ DATABASE_URL: 'u', REDIS_URL: 'r' });
      const lines = (await readFile(journal, 'utf8')).split('\n');
      await writeFile(journal, lines.filter((line) => !line.includes('"written"')).join('\n'));
      // Of the one the next version is ours; of the other somebody else's, as if ours had not been taken.
      await kv.deleteMetadata(cache);
      await kv.write(cache, { other: 'x' });
      await kv.write(cache, { other: 'x', url: 'r', more: 'y' });
      expect(await outcomes()).toEqual({ [database]: 'restored', [cache]: 'already' });
      expect(await there(database)).toEqual({ other: 'x' });
      expect(await there(cache)).toEqual({ other: 'x', url: 'r', more: 'y' });
    });

    it('of another Vault is not taken for that of a write whose answer was lost', async () => {
      await kv.write(database, { other: 'x' });
      await migrate({ DATABASE_URL: 'u' });
      const text = await readFile(journal, 'utf8');
      const lines = text.split('\n').filter((line) => !line.includes('"written"'));
      await writeFile(journal, lines.join('\n').replaceAll(vault.address, 'https://elsewhere.example:8200'));
      expect(await outcomes()).toEqual({ [database]: 'changed-since' });
      expect(await there(database)).toEqual({ other: 'x', url: 'u' });
    });

    it.each([
      ['is known', () => true],
      ['was lost', (line: string) => !line.includes('"written"')],
    ])('asked of another Vault can still be taken back in its own, where the answer %s', async (_, kept) => {
      await migrate({ DATABASE_URL: 'u' });
      const lines = (await readFile(journal, 'utf8')).split('\n').filter(kept);
      await writeFile(journal, lines.join('\n'));
      const other = await kind.start();
      onTestFinished(() => other.close());
      await administer(other).mountKv(kv.mount, 2);
      const otherVault = createVault({ address: other.address, token: other.rootToken });
      onTestFinished(() => otherVault.close());
      const { paths } = await rollBack(journal, { vault: otherVault });
      expect(paths).toMatchObject([
        { outcome: 'changed-since', explanation: expect.stringContaining('another Vault') },
      ]);
      expect(await outcomes()).toEqual({ [database]: 'removed' });
      expect(await there(database)).toBe('version-deleted');
    });
  });

  it('KV version 1: says what cannot be returned, and leaves it', async () => {
    await mountKv(1);
    await kv.write(database, { url: 'old', other: 'x' });
    await migrate({ DATABASE_URL: 'new', DATABASE_POOL_KEY: 'k' });
    const { paths } = await rollBack(journal, { vault });
    expect(paths).toEqual([
      {
        path: database,
        keys: ['pool_key', 'url'],
        outcome: 'impossible',
        explanation:
          'KV version 1 keeps no old versions; pool_key had not been there: remove by hand what nobody needs; ' +
          'what url held before is gone',
      },
    ]);
    expect(await there(database)).toEqual({ url: 'new', pool_key: 'k', other: 'x' });
  });

  describe('a journal', () => {
    beforeEach(() => mountKv(2));

    it('that was cut off in a line is read up to it, and goes on on a line of its own', async () => {
      await migrate({ DATABASE_URL: 'u' });
      await appendFile(journal, '{"type":"write","run":"x","pa');
      expect(await readJournal(journal)).toHaveLength(3);
      await migrate({ DATABASE_URL: 'u', REDIS_URL: 'r' });
      expect((await readJournal(journal)).map(({ type }) => type)).toEqual([
        'run',
        'write',
        'written',
        'run',
        'write',
        'written',
      ]);
      expect(await outcomes()).toEqual({ [database]: 'removed', [cache]: 'removed' });
    });

    it.each([
      ['that is another file', 'NAME=value\n', 1],
      ['with a line that was changed', undefined, 2],
    ])('%s is refused with the line', async (_what, content, line) => {
      await migrate({ DATABASE_URL: 'u' });
      const [first, , ...rest] = (await readFile(journal, 'utf8')).split('\n');
      await writeFile(journal, content ?? [first, 'changed', ...rest].join('\n'));
      const refused = { code: 'SOURCE_MALFORMED', locator: `${journal}:${line}` };
      await expect(rollBack(journal, { vault })).rejects.toMatchObject(refused);
      await expect(migrate({ REDIS_URL: 'r' })).rejects.toMatchObject(refused);
      expect(await there(cache)).toBe('no-such-path');
    });

    it('that is not there is told', async () => {
      await expect(rollBack(journal, { vault })).rejects.toMatchObject({
        code: 'SOURCE_UNAVAILABLE',
        message: expect.stringContaining(journal),
      });
    });

    it('of another migration is not gone on with', async () => {
      await migrate({ DATABASE_URL: 'u' });
      const plan = await planMigration({
        definition,
        environment: 'development',
        mount: kv.mount,
        entries: entriesOf({ DATABASE_URL: 'u' }),
        vault,
      });
      await expect(applyPlan(plan, { vault, journal })).rejects.toMatchObject({
        code: 'DEFINITION_INVALID',
        message: expect.stringContaining('shop in production'),
      });
    });
  });
});
