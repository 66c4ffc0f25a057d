import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HostileServer, json, secretBody, startHostileServer } from './hostile-server.js';

const entry = new URL('../dist/index.js', import.meta.url).href;
let server: HostileServer;
let folder: string;
beforeAll(async () => {
  server = await startHostileServer((response, request) => {
    if (request.url?.endsWith('/busy') === true) json(response, 503, { errors: [] });
    else if (request.url?.endsWith('/stall') !== true) json(response, 200, secretBody({ a: 1 }));
  });
  // Beside the package, so that its dependencies are found as a program finds them.
  folder = await mkdtemp(join(tmpdir(), 'vault-loading-'));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Runs a program in a process of its own, which has to end by itself, and returns what it prints as JSON. */
async function run(program: string): Promise<unknown> {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.mjs`);
  await writeFile(
    file,
    `import { createVault } from ${JSON.stringify(entry)};
     import { createRequire } from 'node:module';
     const open = (options) => createVault({ address: ${JSON.stringify(server.address)}, token: 't', ...options });
     const loaded = () => ({
       // From Node.js 22 on node:http itself loads node:tls.
       https: process.moduleLoadList.some((name) => /NativeModule https$/.test(name)),
       packages: Object.keys(createRequire(import.meta.url).cache).filter((path) => /node-vault|axios/.test(path)).length,
     });
     ${program}`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [file], {
    timeout: 20_000,
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  });
  return JSON.parse(stdout);
}

test('a read loads neither node-vault nor axios nor node:https', async () => {
  expect(
    await run(`
      const before = loaded();
      const vault = open();
      await vault.kv().read('a');
      console.log(JSON.stringify({ before, after: loaded() }));`),
  ).toEqual({ before: { https: false, packages: 0 }, after: { https: false, packages: 0 } });
});

test('the node-vault client is loaded when it is asked for', async () => {
  const after = await run(`
    const vault = open();
    const client = await vault.client();
    await client.read('secret/data/a');
    console.log(JSON.stringify(loaded()));`);
  expect(after).toMatchObject({ packages: expect.any(Number) });
  expect((after as { packages: number }).packages).toBeGreaterThan(0);
});

test('a program ends by itself, closed or not', async () => {
  const read = `const vault = open(); await vault.kv().read('a');`;
  expect(await run(`${read} console.log(1);`)).toBe(1);
  const resources = await run(`${read} await vault.close();
    await new Promise((resolve) => setImmediate(resolve));
    console.log(JSON.stringify(process.getActiveResourcesInfo().filter((name) => !/^(Pipe|TTY)Wrap$/.test(name))));`);
  expect(resources).toEqual([]);
});

test('closing leaves no handle of a request under way or of a wait', async () => {
  expect(
    await run(`
      const vault = open();
      const reads = ['stall', 'busy'].map((path) => vault.kv().read(path).catch((error) => error.code));
      await new Promise((resolve) => setTimeout(resolve, 50));
      await vault.close();
      console.log(JSON.stringify(await Promise.all(reads)));`),
  ).toEqual(['SOURCE_UNAVAILABLE', 'SOURCE_UNAVAILABLE']);
});

test('a program that awaits a repeat does not end before it', async () => {
  expect(
    await run(`
      const vault = open({ retries: 1, retryMinWaitMs: 20, retryMaxWaitMs: 20 });
      console.log(JSON.stringify(await vault.kv().read('busy').catch((error) => error.status)));`),
  ).toBe(503);
});
