import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as core from '@strongroom/core';
import { startDevServer } from '@strongroom/dev-server';
import * as vault from '@strongroom/vault';
import { expect, onTestFinished, test } from 'vitest';
import * as migrate from '../src/index.js';
import { temporaryFolder } from './settings.js';

test('the first example prints what the README says, and is taken back', async () => {
  const server = await startDevServer({ rootToken: 'dev-only-token' });
  onTestFinished(() => server.close());
  const journal = join(await temporaryFolder(onTestFinished), 'migration.journal');
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [, program = ''] = /^```js\n(\/\/ migrate\.mjs\n.*?)^```/ms.exec(readme) ?? [];
  const [, source = ''] = /^```sh\n# \.env of the first example\n(.*?)^```/ms.exec(readme) ?? [];
  const lines: string[] = [];
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
    ...args: string[]
  ) => (names: object, console: object) => Promise<void>;
  const body = program
    .replace(/^import \{(.*)\} from .*$/gm, 'const {$1} = names;')
    .replace('http://127.0.0.1:8200', server.address)
    .replace("'migration.journal'", JSON.stringify(journal));
  const readDotenv = (path: string) => migrate.readDotenv({ text: source, path });
  const run = new AsyncFunction('names', 'console', body);
  await run({ ...core, ...vault, ...migrate, readDotenv }, { log: (line: string) => lines.push(line) });
  expect(lines).toEqual(program.match(/^\/\/ (?!migrate\.mjs).*$/gm)?.map((line) => line.slice(3)));

  const client = vault.createVault({ address: server.address, token: server.rootToken });
  onTestFinished(() => client.close());
  const { paths } = await migrate.rollBack(journal, { vault: client });
  expect(paths.map(({ outcome }) => outcome)).toEqual(['removed', 'removed']);
});
