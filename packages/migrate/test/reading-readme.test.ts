import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readDotenv } from '../src/index.js';

test('the first example of reading prints what the README says', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [, program = ''] = /^```js\n(\/\/ read\.mjs\n.*?)^```/ms.exec(readme) ?? [];
  const [, source = ''] = /^```sh\n# \.env\n(.*?)^```/ms.exec(readme) ?? [];
  const lines: string[] = [];
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
    ...args: string[]
  ) => (read: (path: string) => unknown, console: object) => Promise<void>;
  const run = new AsyncFunction('readDotenv', 'console', program.replace(/^import .*$/m, ''));
  await run((path) => readDotenv({ text: source, path }), { log: (line: string) => lines.push(line) });
  const says = program.match(/^\/\/ (?!read\.mjs).*$/gm)?.map((line) => line.slice(3));
  expect(lines).toEqual(says);
});
