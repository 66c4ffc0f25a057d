import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineSettings, secret } from '@strongroom/core';
import { applyPlan, Entry, planMigration } from '@strongroom/migrate';
import { createVault } from '@strongroom/vault';
import { application, environment, finish, paths, secrets } from './migration-work.mjs';
import { stopwatch } from './stopwatch.mjs';

const definition = defineSettings({
  application,
  environments: [environment],
  settings: Object.fromEntries(secrets.map(({ name, group, key }) => [name, secret(`${group}/${key}`)])),
});
const entries = secrets.map(
  ({ name, value }, index) => new Entry(name, value, { reader: 'dotenv', place: '.env', line: index + 1 }),
);
const folder = mkdtempSync(join(tmpdir(), 'strongroom-bench-'));
const journal = join(folder, 'journal');

async function migrate(vault, writes) {
  const stop = stopwatch();
  const plan = await planMigration({ definition, environment, entries, vault });
  const { verified, written } = await applyPlan(plan, { vault, journal });
  const work = stop();
  if (verified.length !== secrets.length || written.length !== writes) throw new Error('Not all was moved');
  return work;
}

const vault = createVault({ address: process.env.VAULT_ADDR, token: process.env.VAULT_TOKEN });
try {
  const first = await migrate(vault, paths.size);
  finish(first, await migrate(vault, 0));
} finally {
  await vault.close();
  rmSync(folder, { recursive: true });
}
