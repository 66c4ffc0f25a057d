import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { rootToken, startProxy, startServer } from './setting.js';

const entry = new URL('../../dist/index.js', import.meta.url).href;

/** Runs a program in a process of its own, which has to end by itself; tells what it prints as JSON. */
async function run(addresses: readonly string[], ca: string): Promise<unknown> {
  const program = `
    import { createVault } from ${JSON.stringify(entry)};
    const vault = createVault({
      address: ${JSON.stringify(addresses)},
      token: ${JSON.stringify(rootToken)},
      tls: { ca: ${JSON.stringify(ca)} },
      retryMinWaitMs: 1, retryMaxWaitMs: 2,
    });
    const reads = Array.from({ length: 40 }, (_, index) => vault.kv().read('app/test/' + index));
    const done = await Promise.allSettled(reads);
    const late = vault.kv().read('app/test/late').catch((error) => error.code);
    await vault.close();
    await late;
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    console.log(JSON.stringify({
      done: done.filter(({ status }) => status === 'fulfilled').length,
      // Those of the output are its own.
      left: process.getActiveResourcesInfo().filter((name) => !/^(?:Pipe|TTY)Wrap$|^Immediate$/.test(name)),
    }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    timeout: 20_000,
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
  return JSON.parse(stdout);
}

test('closing leaves no socket and no timer, over http and https, with a dead address among them', async () => {
  const [http, https] = await Promise.all([startServer(), startServer({ tls: true })]);
  const proxies = await Promise.all([http, https].map(startProxy));
  const dead = await startProxy(http);
  await dead.stop();
  for (const proxy of proxies) {
    expect(await run([dead.address, proxy.address], https.caCertificate ?? '')).toEqual({
      done: 40,
      left: [],
    });
    await expect.poll(() => proxy.connections.open, { interval: 1 }).toBe(0);
  }
});
