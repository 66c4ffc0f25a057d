import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canarySecret, expectNoCanary } from '@strongroom/core/testing';
import { type DevServer, startDevServer } from '@strongroom/dev-server';
import { createVault, type Vault } from '@strongroom/vault';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import {
  applyPlan,
  Entry,
  loadPlan,
  type OnConflict,
  planMigration,
  readJournal,
  rollBack,
  savePlan,
  verifyMigration,
} from '../src/index.js';
import { definition, entriesOf, temporaryFolder } from './settings.js';

let server: DevServer;
let vault: Vault;
let folder: string;
beforeEach(async () => {
  server = await startDevServer();
  vault = createVault({ address: server.address, token: server.rootToken, retries: 0 });
  folder = await temporaryFolder(onTestFinished);
});
afterEach(async () => {
  await vault.close();
  await server.close();
});

const failure = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error,
  );

it('no value is in anything that is shown, told, saved or thrown', async () => {
  const [source, held, left] = [canarySecret(), canarySecret(), canarySecret()];
  const shown: unknown[] = [];
  const told = (thing: unknown) => {
    shown.push(thing);
  };
  const journal = join(folder, 'journal');
  const file = join(folder, 'plan.json');
  await server.seed({ 'shop/production/database': { url: held, other: held } });
  const values = {
    DATABASE_URL: source,
    DATABASE_POOL_KEY: { deep: [source] },
    REDIS_URL: source,
    SMTP_PASSWORD: left,
    PORT: left,
    api_token: left,
    apiToken: source,
  };
  const entries = entriesOf(values);
  const plan = async (onConflict: OnConflict) => {
    const made = await planMigration({
      definition,
      environment: 'production',
      entries,
      vault,
      onConflict,
      onProgress: told,
      include: (candidate) => {
        told(candidate);
        return false;
      },
    });
    shown.push(made, made.toJSON(), made.steps);
    return made;
  };
  const ask: OnConflict = async (conflict) => {
    told(conflict);
    return 'vault';
  };
  shown.push(entries);
  shown.push(await failure(applyPlan(await plan('fail'), { vault, journal })));

  const saved = await plan(ask);
  await savePlan(saved, file);
  shown.push(await readFile(file, 'utf8'));
  const changed = entriesOf({ ...values, PORT: source });
  shown.push(await failure(loadPlan(file, { entries: changed })));
  shown.push(await loadPlan(file, { entries }));

  server.fail({
    path: '/v1/secret/data/shop/production/cache',
    method: 'POST',
    times: 1,
    answer: { status: 400, body: JSON.stringify({ errors: [source] }) },
  });
  shown.push(await failure(applyPlan(await plan(ask), { vault, journal, parallel: 1 })));
  const heal = server.fail({
    path: '/v1/secret/data/shop/production/cache',
    method: 'POST',
    answer: 'reset',
  });
  shown.push(await failure(applyPlan(await plan(ask), { vault, journal, parallel: 1 })));
  heal();
  await server.seed({ 'shop/production/database': { url: source, other: held, more: held } });
  shown.push(await failure(applyPlan(await loadPlan(file, { entries }), { vault, journal })));

  shown.push(await applyPlan(await plan('source'), { vault, journal, onProgress: told }));
  await server.seed({ 'shop/production/cache': { url: held } });
  shown.push(await verifyMigration(await plan('source'), { vault, onProgress: told }));
  shown.push(await readFile(journal, 'utf8'), await readJournal(journal));
  shown.push(await rollBack(journal, { vault, onProgress: told }));
  shown.push(await readFile(journal, 'utf8'));
  expect(shown.length).toBeGreaterThan(30);
  for (const canary of [source, held, left]) expectNoCanary(canary, ...shown);
});

it('fingerprints of one value differ between runs and between places, and have no key in a plan', async () => {
  const plan = () =>
    planMigration({
      definition,
      environment: 'production',
      entries: entriesOf({ DATABASE_URL: 'same', REDIS_URL: 'same' }),
      vault,
    });
  const [one, other] = [await plan(), await plan()];
  const all = [...one.steps, ...other.steps].map(({ fingerprints }) => fingerprints.source);
  expect(new Set(all).size).toBe(4);
  const file = join(folder, 'plan.json');
  await savePlan(one, file);
  const key = (await readFile(`${file}.key`, 'utf8')).trim();
  expect(Buffer.from(key, 'base64')).toHaveLength(32);
  expectNoCanary(key, one, one.toJSON(), await readFile(file, 'utf8'));
});

it('an entry shows no value when it is inspected', () => {
  const canary = canarySecret();
  expectNoCanary(canary, new Entry('NAME', canary, { reader: 'test', place: 'a test' }));
});
