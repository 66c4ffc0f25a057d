import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DevServer, startDevServer } from '@strongroom/dev-server';
import { createVault, type Vault } from '@strongroom/vault';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { applyPlan, type PlanOptions, planMigration, readJournal, rollBack } from '../src/index.js';
import { Journal } from '../src/journal/journal.js';
import { definition, entriesOf, temporaryFolder } from './settings.js';

const values = { DATABASE_URL: 'u', REDIS_URL: 'r', API_TOKEN: 't' };
const data = '/v1/secret/data/shop/production';

let server: DevServer;
let vault: Vault;
let journal: string;
beforeEach(async () => {
  server = await startDevServer();
  vault = createVault({ address: server.address, token: server.rootToken, retries: 0 });
  journal = join(await temporaryFolder(onTestFinished), 'journal');
});
afterEach(async () => {
  await vault.close();
  await server.close();
});
const plan = (options: Partial<PlanOptions> = {}) =>
  planMigration({ definition, environment: 'production', entries: entriesOf(values), vault, ...options });
const writes = () =>
  server.requests.filter(({ method }) => method !== 'GET').map(({ path }) => path.replace(`${data}/`, ''));

describe('a failure stops the run, and the next one goes on', () => {
  it('a write that is refused', async () => {
    const made = await plan();
    server.fail({ path: `${data}/cache`, method: 'POST', times: 1, answer: { status: 500 } });
    await expect(applyPlan(made, { vault, journal, parallel: 1 })).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
    });
    expect(writes()).toEqual(['database', 'cache']);
    server.clearRequests();
    const { written, verified } = await applyPlan(await plan(), { vault, journal });
    expect(written.map(({ path }) => path)).toEqual(['shop/production/cache', 'shop/production/api']);
    expect(verified).toHaveLength(3);
    expect(writes()).toEqual(['cache', 'api']);
  });

  it('what is under way beside it comes to its end, and is in the journal', async () => {
    const made = await plan();
    server.fail({ path: `${data}/database`, method: 'POST', times: 1, answer: { status: 500 } });
    server.fail({ path: `${data}/cache`, method: 'POST', times: 1, answer: { delayMs: 100 } });
    await expect(applyPlan(made, { vault, journal, parallel: 2 })).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
    });
    expect(await readJournal(journal)).toContainEqual(
      expect.objectContaining({ type: 'written', path: 'shop/production/cache' }),
    );
    expect(writes().sort()).toEqual(['cache', 'database']);
  });

  it('a token that may read and not write', async () => {
    const admin = createVault({ address: server.address, token: server.rootToken });
    onTestFinished(() => admin.close());
    const client = await admin.client();
    const policy = 'path "secret/*" { capabilities = ["read"] }';
    await client.addPolicy({ name: 'reader', rules: policy });
    const made = (await client.tokenCreate({ policies: ['reader'] })) as { auth: { client_token: string } };
    const reader = createVault({ address: server.address, token: made.auth.client_token });
    onTestFinished(() => reader.close());
    await expect(applyPlan(await plan({ vault: reader }), { vault: reader, journal })).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
      hint: expect.stringContaining('create'),
    });
    // A plan that was read with one token is applied with another.
    const { verified } = await applyPlan(await plan({ vault: reader }), { vault, journal });
    expect(verified).toHaveLength(3);
  });

  it('a call that was called off', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const made = await plan();
    server.fail({ path: `${data}/cache`, method: 'POST', times: 1, answer: 'stall' });
    const run = applyPlan(made, {
      vault,
      journal,
      parallel: 1,
      signal: controller.signal,
      onProgress: () => setTimeout(() => controller.abort(reason), 50),
    });
    await expect(run).rejects.toBe(reason);
    const { verified } = await applyPlan(await plan(), { vault, journal });
    expect(verified).toHaveLength(3);
    await rollBack(journal, { vault });
    for (const group of ['database', 'cache', 'api']) {
      expect(await vault.kv().read(`shop/production/${group}`)).toMatchObject({ status: 'absent' });
    }
    await expect(plan({ signal: controller.signal })).rejects.toBe(reason);
  });

  it('a listener that throws', async () => {
    const thrown = new Error('of the listener');
    const onProgress = () => {
      throw thrown;
    };
    await expect(plan({ onProgress })).rejects.toBe(thrown);
    const made = await plan();
    await expect(applyPlan(made, { vault, journal, parallel: 1, onProgress })).rejects.toBe(thrown);
    expect(writes()).toEqual(['database']);
  });

  it('a roll back that was refused goes on when it is begun again', async () => {
    await applyPlan(await plan(), { vault, journal });
    server.fail({ path: '/v1/secret/delete/shop/production/cache', times: 1, answer: { status: 500 } });
    const run = rollBack(journal, { vault, parallel: 1 });
    await expect(run).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    const { paths } = await rollBack(journal, { vault });
    expect(paths.map(({ path, outcome }) => `${path} ${outcome}`)).toEqual([
      'shop/production/cache removed',
      'shop/production/database removed',
    ]);
  });
});

describe('what is not given back as it was written', () => {
  it('does not count as moved', async () => {
    const made = await plan();
    // Whoever writes between the write and its verification.
    server.fail({ path: `${data}/cache`, method: 'POST', times: 1, answer: { delayMs: 50 } });
    const others = createVault({ address: server.address, token: server.rootToken });
    onTestFinished(() => others.close());
    const run = applyPlan(made, { vault: interfering(vault, others), journal, parallel: 1 });
    await expect(run).rejects.toMatchObject({
      code: 'MIGRATION_UNVERIFIED',
      message: expect.stringMatching(/shop\/production\/database.*url/),
    });
    expect((await plan()).steps.map(({ action }) => action)).toEqual(['conflict', 'create', 'create']);
  });

  /** A client whose every write is followed by somebody else's. */
  function interfering(client: Vault, others: Vault): Vault {
    return {
      ...client,
      kv: (mount, options) => {
        const kv = client.kv(mount, options);
        const write: typeof kv.write = async (path, content, how) => {
          const written = await kv.write(path, content, how);
          await others.kv(mount).write(path, { url: 'by hand' });
          return written;
        };
        return new Proxy(kv, {
          get: (target, name) => {
            if (name === 'write') return write;
            const member: unknown = Reflect.get(target, name);
            return typeof member === 'function' ? member.bind(target) : member;
          },
        });
      },
    };
  }
});

describe('without a journal nothing is written', () => {
  it.each([
    ['a folder that is not there', 'missing/journal', 'ENOENT'],
    ['a folder in its place', 'folder', 'not a regular file'],
  ])('%s', async (_what, name, code) => {
    const folder = await temporaryFolder(onTestFinished);
    await mkdir(join(folder, 'folder'));
    const run = applyPlan(await plan(), { vault, journal: join(folder, name) });
    await expect(run).rejects.toMatchObject({ message: expect.stringContaining(code) });
    expect(writes()).toEqual([]);
  });

  // Only some systems have the device, which has no end when it is read.
  it.skipIf(process.platform !== 'linux')('a full disk', async () => {
    const target = (await plan()).target;
    await expect(Journal.open('/dev/full', target)).rejects.toMatchObject({
      code: 'FILE_UNWRITABLE',
      message: expect.stringMatching(/ENOSPC.*The disk is full/),
    });
    const run = applyPlan(await plan(), { vault, journal: '/dev/full' });
    await expect(run).rejects.toMatchObject({ message: expect.stringContaining('not a regular file') });
    expect(writes()).toEqual([]);
  });

  it('a journal of an earlier run is not made readable for others', async () => {
    await applyPlan(await plan(), { vault, journal });
    await chmod(journal, 0o400);
    const text = await readFile(journal, 'utf8');
    expect(await applyPlan(await plan(), { vault, journal })).toMatchObject({ written: [] });
    expect(await readFile(journal, 'utf8')).toBe(text);
  });
});
