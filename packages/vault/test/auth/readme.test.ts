import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDevServer } from '@strongroom/dev-server';
import { expect, test } from 'vitest';
import { exampleWith, runExample } from '../readme-example.js';
import { makeAppRole } from './setting.js';

test('the example of the README logs in', async () => {
  await using server = await startDevServer({ seed: { 'app/production/database': { url: 'one' } } });
  const { roleId, secretId } = await makeAppRole(server);
  const folder = await mkdtemp(join(tmpdir(), 'vault-readme-'));
  await writeFile(join(folder, 'role-id'), roleId);
  await writeFile(join(folder, 'secret-id'), secretId);
  const example = await exampleWith('auth: appRole(');
  const code = example.code.replace(/file: '/g, `file: '${folder}/`);
  expect(await runExample({ ...example, code }, server.address)).toEqual(['found']);
  await rm(folder, { recursive: true });
});
