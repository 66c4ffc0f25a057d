import { readFile } from 'node:fs/promises';
import { format } from 'node:util';
import { expect, test } from 'vitest';
import * as core from '../src/index.js';

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');

/** The blocks of one language, as they stand. */
const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, block = '']) => block);

test('the example prints what the README says', async () => {
  const readme = await read('../README.md');
  const [example = ''] = blocks(readme, 'ts');
  const [session = ''] = blocks(readme, 'console');
  const [command = '', ...output] = session.trimEnd().split('\n');
  const variables = Object.fromEntries(
    [...command.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]),
  );

  const lines: string[] = [];
  const zod = await import('zod');
  const names = { ...core, ...zod, environmentSource: () => core.environmentSource(variables) };
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
    ...args: string[]
  ) => (names: object, console: object) => Promise<void>;
  const body = example.replace(/^import \{(.*)\} from .*$/gm, 'const {$1} = names;');
  await new AsyncFunction('names', 'console', body)(names, {
    log: (...args: unknown[]) => lines.push(format(...args)),
  });
  expect(lines).toEqual(output);
});

test('the source and its test in the README are those that are tested', async () => {
  const all = blocks(await read('../README.md'), 'ts');
  const source = all.find((block) => block.includes('export const jsonFile'));
  const suite = all.find((block) => block.includes('describeSource('));
  const asStranger = (text: string) =>
    text
      .replace('../src/index.js', '@strongroom/core')
      .replace('../src/testing/index.js', '@strongroom/core/testing');
  expect(source).toBe(asStranger(await read('./json-file.ts')));
  expect(suite).toBe(asStranger(await read('./json-file.test.ts')));
});

test('the README names the oldest zod that every package takes', async () => {
  const peers = await Promise.all(
    ['core', 'node', 'cli'].map(async (name) => {
      const manifest = JSON.parse(await read(`../../${name}/package.json`));
      return manifest.peerDependencies.zod;
    }),
  );
  const [, oldest] = /zod (\d+\.\d+) or later/.exec(await read('../README.md')) ?? [];
  expect(new Set(peers)).toEqual(new Set([`^${oldest}.0`]));
  expect(await read('../../../README.md')).toContain(`zod is a peer, ${oldest} or later`);
});
