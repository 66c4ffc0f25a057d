import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, test } from 'vitest';
import { describeSource } from '../src/testing/index.js';
import { jsonFile } from './json-file.js';

describeSource(
  'a JSON file',
  {
    async create(values) {
      const folder = await mkdtemp(join(tmpdir(), 'json-file-'));
      const file = join(folder, 'settings.json');
      const byName = [...values].map(([{ name }, value]) => [name, value]);
      await writeFile(file, JSON.stringify(Object.fromEntries(byName)));
      return { file, source: jsonFile(file), cleanup: () => rm(folder, { recursive: true }) };
    },
    storesJson: true,
    breakIt: ({ file }) => rename(file, `${file}.gone`),
    garbage: ({ file }) => writeFile(file, '<html>'),
    cannotFail: 'a file has no login, and reading one does not hang',
  },
  { afterEach, describe, test },
);
