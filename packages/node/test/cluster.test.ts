import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endPrograms, runNode } from './node-program.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-cluster-'));
  await writeFile(join(folder, 'token'), 'one');
});
afterEach(async () => {
  endPrograms();
  await rm(folder, { recursive: true });
});

test('all workers of a cluster follow its primary, those that are started anew too, and all ends by itself', async () => {
  const program = runNode([fileURLToPath(new URL('./programs/cluster.mjs', import.meta.url))], {
    env: { APP_ENV: 'production', TOKEN_FILE: join(folder, 'token'), PASSWORD: 'only-the-primary' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const say = (line: string) => program.child.stdin?.write(`${line}\n`);
  for (const id of [1, 2]) await program.printed(`worker ${id} begins with one\n`);
  say('rotate two');
  for (const id of [1, 2]) await program.printed(`worker ${id} goes on with two\n`);
  say('kill');
  await program.printed('worker 3 begins with two\n');
  say('rotate three');
  for (const id of [2, 3]) await program.printed(`worker ${id} goes on with three\n`);
  program.child.stdin?.end('close\n');
  const { code, stdout, stderr } = await program.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/primary ends with 0\n$/);
});
