import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { canarySecret, expectNoCanary } from '@strongroom/core/testing';
import { type DevServer, startDevServer } from '@strongroom/dev-server';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { endPrograms, packageFolder, runNode } from './node-program.js';

const canary = canarySecret();

/** Of an application that has installed the packages. */
let folder: string;
let vault: DevServer;
let on: Record<string, string>;
const module = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-preload-'));
  const installed = (name: string) => join(folder, 'node_modules', name);
  await mkdir(installed('@strongroom'), { recursive: true });
  await symlink(packageFolder, installed('@strongroom/node'), 'junction');
  for (const name of ['@strongroom/core', 'zod']) {
    await symlink(join(packageFolder, 'node_modules', name), installed(name), 'junction');
  }
  const body = `
    import { defineSettings, plain, secret } from '@strongroom/core';
    import { z } from 'zod';
    const made = defineSettings({
      application: 'shop',
      environments: ['production'],
      settings: {
        TOKEN: secret('api/token'),
        LIMITS: secret('api/limits', z.object({ low: z.int() })),
        NOTE: secret('api/note', z.string().optional()),
        PORT: plain(z.int(), { default: 8000 }),
      },
    });
  `;
  await writeFile(module('default.mjs'), `${body} export default made;`);
  await writeFile(module('named.mjs'), `${body} export { made as definition };`);
  await mkdir(installed('shop-settings'));
  await writeFile(join(installed('shop-settings'), 'index.mjs'), `${body} export const definition = made;`);
  const manifest = { name: 'shop-settings', exports: './index.mjs' };
  await writeFile(join(installed('shop-settings'), 'package.json'), JSON.stringify(manifest));
  await writeFile(module('none.mjs'), `export default { settings: {} };`);
  await writeFile(module('broken.mjs'), `throw new RangeError('this module is broken');`);
  await writeFile(module('app.cjs'), `console.log(JSON.stringify(process.env));`);
  await writeFile(
    module('threads.mjs'),
    `import { Worker, isMainThread } from 'node:worker_threads';
     if (isMainThread) new Worker(new URL(import.meta.url)); else console.log(process.env.TOKEN);`,
  );
  vault = await startDevServer();
  await fetch(`${vault.address}/v1/secret/data/shop/production/api`, {
    method: 'POST',
    headers: { 'x-vault-token': vault.rootToken },
    body: JSON.stringify({ data: { token: canary, limits: { low: 1 } } }),
  });
  on = { APP_ENV: 'production', USE_VAULT: 'true', VAULT_ADDR: vault.address, VAULT_TOKEN: vault.rootToken };
});
afterEach(endPrograms);
afterAll(async () => {
  await vault.close();
  await rm(folder, { recursive: true });
});

const preloaded = (env: Record<string, string>, program = 'app.cjs') =>
  runNode(['--import', '@strongroom/node/preload', program], { cwd: folder, env }).ended;

describe('a program that can only read its environment', () => {
  test.each([
    ['a path', () => './default.mjs'],
    ['the name of a package', () => 'shop-settings'],
    ['a whole path', () => module('default.mjs')],
    ['a URL', () => pathToFileURL(module('named.mjs')).href],
  ])('finds all settings in it, by a definition named by %s, and nothing is left open', async (_, named) => {
    const { code, stdout, stderr } = await preloaded({ ...on, STRONGROOM_DEFINITION: named(), PORT: '9000' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const env = JSON.parse(stdout) as Record<string, string>;
    expect(env).toMatchObject({ TOKEN: canary, LIMITS: '{"low":1}', PORT: '9000' });
    expect(env).not.toHaveProperty('NOTE');
  });

  test('finds what a file held as if it had been set, so that what it starts is not confused', async () => {
    const file = module('token');
    await writeFile(file, 'from-a-file\n');
    const variables = { APP_ENV: 'production', STRONGROOM_DEFINITION: module('default.mjs') };
    const { stdout } = await preloaded({ ...variables, TOKEN_FILE: file, LIMITS: '{"low":2}' });
    const env = JSON.parse(stdout) as Record<string, string>;
    expect(env).toMatchObject({ TOKEN: 'from-a-file', LIMITS: '{"low":2}', PORT: '8000' });
    expect(env).not.toHaveProperty('TOKEN_FILE');
    // Again, as in a program that it starts in the same way.
    expect(JSON.parse((await preloaded(env)).stdout)).toMatchObject({ TOKEN: 'from-a-file', PORT: '8000' });
  });

  test('has them in its threads too', async () => {
    const { stdout, stderr } = await preloaded(
      { ...on, STRONGROOM_DEFINITION: module('named.mjs') },
      'threads.mjs',
    );
    expect({ stdout, stderr }).toEqual({ stdout: `${canary}\n`, stderr: '' });
  });
});

describe('before the program is started, it ends with 78 and says why', () => {
  test('when a setting is missing or not valid', async () => {
    const variables = { APP_ENV: 'production', STRONGROOM_DEFINITION: module('default.mjs') };
    const { code, stdout, stderr } = await preloaded({ ...variables, PORT: canary });
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatch(
      /^@strongroom\/node\/preload: the program was not started\.\nSETTINGS_INVALID 3 problems/,
    );
    for (const name of ['TOKEN', 'LIMITS', 'PORT']) expect(stderr).toContain(name);
    expectNoCanary(canary, stderr);
  });

  test.each([
    ['no definition is named', undefined, 'STRONGROOM_DEFINITION: is not set'],
    ['what is named exports none', () => module('none.mjs'), 'exports no definition'],
    ['what is named is not installed', () => 'settings.js', 'is no package that is installed here'],
    ['what is named is not there', () => './gone.mjs', 'names "./gone.mjs", and there is no such file'],
    ['what is named cannot be loaded', () => module('broken.mjs'), 'RangeError: this module is broken'],
  ])('when %s', async (_, named, words) => {
    const variables = named === undefined ? {} : { STRONGROOM_DEFINITION: named() };
    const { code, stdout, stderr } = await preloaded({ ...on, ...variables });
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toContain(words);
  });
});
