import { join } from 'node:path';
import { defineSettings, secret } from '@strongroom/core';
import { type DevServer, startDevServer } from '@strongroom/dev-server';
import { createVault, type Vault } from '@strongroom/vault';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { applyPlan, planMigration } from '../src/index.js';
import { entriesOf, temporaryFolder } from './settings.js';

const paths = 250;
const names = Array.from({ length: 4 * paths }, (_, index) => `SECRET_${index}`);
const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: Object.fromEntries(
    names.map((name, index) => [name, secret(`group${index % paths}/key${Math.floor(index / paths)}`)]),
  ),
});
const entries = entriesOf(Object.fromEntries(names.map((name) => [name, `value of ${name}`])));

let server: DevServer;
let vault: Vault;
beforeEach(async () => {
  server = await startDevServer();
  vault = createVault({ address: server.address, token: server.rootToken });
});
afterEach(async () => {
  await vault.close();
  await server.close();
});

/** How many requests of each kind came since the last time, but for those about the client's own token. */
function counted(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { method, path } of server.requests) {
    if (path.startsWith('/v1/auth/token/')) continue;
    const kind = `${method} ${path.split('/').slice(0, 4).join('/')}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  server.clearRequests();
  return counts;
}

it('1000 secrets in 250 paths are one read, one write and one read back for each path, and then one read', async () => {
  const journal = join(await temporaryFolder(onTestFinished), 'journal');
  const plan = () => planMigration({ definition, environment: 'production', entries, vault });
  const made = await plan();
  // Nothing that is there tells of which version the mount is.
  expect(counted()).toEqual({ 'GET /v1/secret/data': paths, 'GET /v1/sys/internal': 1 });
  const { verified } = await applyPlan(made, { vault, journal });
  expect(verified).toHaveLength(entries.length);
  expect(counted()).toEqual({ 'POST /v1/secret/data': paths, 'GET /v1/secret/data': paths });

  const again = createVault({ address: server.address, token: server.rootToken });
  onTestFinished(() => again.close());
  const nothing = await planMigration({ definition, environment: 'production', entries, vault: again });
  const outcome = await applyPlan(nothing, { vault: again, journal });
  expect(outcome.written).toEqual([]);
  expect(outcome.verified).toHaveLength(entries.length);
  expect(counted()).toEqual({ 'GET /v1/secret/data': paths });
});
