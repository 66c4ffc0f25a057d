import { startDevServer } from '@strongroom/dev-server';
import { expect, test } from 'vitest';
import { exampleWith, runExample } from './readme-example.js';

test('the first example of the README prints what it says', async () => {
  await using server = await startDevServer({
    rootToken: 'dev-only-token',
    seed: { 'pake_system/development/database': { url: 'postgres://localhost/pake' } },
  });
  const example = await exampleWith('// settings.mjs');
  const variables = { VAULT_ADDR: server.address, VAULT_TOKEN: server.rootToken };
  const code = example.code
    .replace('environmentSource()', 'environmentSource({})')
    .replace('vaultFromEnvironment()', `vaultFromEnvironment(${JSON.stringify(variables)})`);
  expect(await runExample({ ...example, code }, server.address)).toEqual(example.says);
});
