import { startDevServer } from '@strongroom/dev-server';
import { createVault } from '@strongroom/vault';
import { expect, onTestFinished, test } from 'vitest';
import { readSettings } from '../src/index.js';
import { definition } from './settings.js';

async function started(seed: Record<string, Record<string, unknown>>) {
  const server = await startDevServer({ seed });
  const vault = createVault({ address: server.address, token: server.rootToken });
  onTestFinished(async () => {
    await vault.close();
    await server.close();
  });
  return { server, vault };
}

test('gives each setting by its name, other keys of its secret by their place, and lists nothing', async () => {
  const { server, vault } = await started({
    'shop/production/database': { url: 'one', pool_key: { deep: ['x'] }, other: 'two', none: null },
    'shop/production/logging': { level: 'debug' },
    'shop/production/unknown': { key: 'three' },
    'shop/development/cache': { url: 'four' },
  });
  const { entries, warnings } = await readSettings({ definition, environment: 'production', vault });
  expect(entries.map((entry) => [entry.name, entry.reveal(), entry.origin.place])).toEqual([
    ['database/other', 'two', 'secret/shop/production/database'],
    ['DATABASE_POOL_KEY', { deep: ['x'] }, 'secret/shop/production/database'],
    ['DATABASE_URL', 'one', 'secret/shop/production/database'],
    ['LOG_LEVEL', 'debug', 'secret/shop/production/logging'],
  ]);
  expect(warnings.map(({ name, code }) => [name, code])).toEqual([['database/none', 'not-read']]);
  expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  expect(server.requests.filter(({ path }) => path.includes('/data/'))).toHaveLength(4);
});

test('one secret a setting is read as such', async () => {
  const { vault } = await started({ 'shop/production/database/url': { value: 'one' } });
  const { entries } = await readSettings({ definition, environment: 'production', vault, layout: 'leaf' });
  expect(entries.map((entry) => [entry.name, entry.reveal()])).toEqual([['DATABASE_URL', 'one']]);
});
