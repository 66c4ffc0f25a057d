import { readFile } from 'node:fs/promises';
import * as core from '@strongroom/core';
import { startDevServer } from '@strongroom/dev-server';
import { expect, test } from 'vitest';
import * as vault from '../../src/index.js';

test('the example of the README runs, and does what it says', async () => {
  await using server = await startDevServer({
    rootToken: 'dev-only-token',
    seed: { 'app/production/database': { url: 'old', pool: 5, obsolete: 'x' } },
  });
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const blocks = [...readme.matchAll(/^```js\n(.*?)^```/gms)].map(([, block = '']) => block);
  const example = blocks.find((block) => block.includes('kv.patch(')) ?? '';
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
    ...args: string[]
  ) => (names: object) => Promise<void>;
  const body = example
    .replace(/^import \{(.*)\} from .*$/gm, 'const {$1} = names;')
    .replace('http://127.0.0.1:8200', server.address);
  await new AsyncFunction('names', body)({ ...core, ...vault });

  await using reader = vault.createVault({ address: server.address, token: server.rootToken });
  const read = await reader.kv().read('app/production/database');
  expect(read.status === 'found' && { ...read.data }).toEqual({ url: 'postgres://localhost/app', pool: 10 });
  // Node.js 20 does not know `await using`.
  expect(blocks.join()).not.toContain('await using');
});
