import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDevServer } from '@strongroom/dev-server';
import { expect, test } from 'vitest';
import * as vault from '../../src/index.js';
import { makeAppRole } from './setting.js';

test('the example of the README logs in', async () => {
  await using server = await startDevServer({ seed: { 'app/production/database': { url: 'one' } } });
  const { roleId, secretId } = await makeAppRole(server);
  const folder = await mkdtemp(join(tmpdir(), 'vault-readme-'));
  await writeFile(join(folder, 'role-id'), roleId);
  await writeFile(join(folder, 'secret-id'), secretId);
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const blocks = [...readme.matchAll(/^```js\n(.*?)^```/gms)].map(([, block = '']) => block);
  const example = blocks.find((block) => block.includes('auth: appRole(')) ?? '';
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
    ...args: string[]
  ) => (names: object, console: object) => Promise<void>;
  const body = example
    .replace(/^import \{(.*)\} from .*$/gm, 'const {$1} = names;')
    .replace('http://127.0.0.1:8200', server.address)
    .replace(/file: '/g, `file: '${folder}/`);
  const printed: unknown[] = [];
  await new AsyncFunction('names', 'console', body)(vault, { log: (text: unknown) => printed.push(text) });
  expect(printed).toEqual(['found']);
  await rm(folder, { recursive: true });
});
