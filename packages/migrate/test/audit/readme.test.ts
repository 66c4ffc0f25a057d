import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as audit from '../../src/audit/index.js';
import { Folder } from './folder.js';

test('the example of the README prints what it says', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const block = (head: string) =>
    readme.match(new RegExp(`^\`\`\`\\w+\\n(${head}\\n.*?)^\`\`\``, 'ms'))?.[1] ?? '';
  await using folder = await Folder.with({ 'settings.py': block('# settings.py') });
  const code = block('// audit.mjs');
  await writeFile(join(folder.path, 'audit.mjs'), code);
  const lines: string[] = [];
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
    ...args: string[]
  ) => (names: object, console: object) => Promise<void>;
  const body = code
    .replace(/^import \{(.*)\} from .*$/m, 'const {$1} = names;')
    .replace("root: '.'", `root: ${JSON.stringify(folder.path)}`);
  await new AsyncFunction('names', 'console', body)(audit, {
    log: (text: string) => lines.push(...text.split('\n')),
  });
  const said = [...code.matchAll(/^\/\/ ?(.*)$/gm)].map(([, line]) => line).slice(1);
  expect(said).toEqual(lines);
});
