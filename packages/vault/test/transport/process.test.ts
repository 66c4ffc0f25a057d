import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startDevServer } from '@strongroom/dev-server';
import { makeAuthority } from '@strongroom/test-servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerOf, secretText, startRawServer, startTunnelTo } from './raw-server.js';

const entry = new URL('../../dist/index.js', import.meta.url).href;

let folder: string;
let tls: { readonly cert: string; readonly key: string };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vault-process-'));
  const issuer = await startDevServer();
  const authority = await makeAuthority(issuer);
  tls = await authority.issue('vault.example.com', { addresses: ['127.0.0.1'] });
  await writeFile(join(folder, 'ca.pem'), authority.certificate);
  await issuer.close();
});
afterAll(() => rm(folder, { recursive: true }));

/** Answers with a word that nobody else has, and with what was asked for. */
const startVault = (secure = false) =>
  startRawServer({
    ...(secure ? { tls } : {}),
    whole: (socket, _, head) =>
      void socket.write(answerOf(secretText({ a: `answered-Kq7 ${/\/data\/([\w-]+)/.exec(head)?.[1]}` }))),
  });

/** By all ways there are, without closing anything; its authority is one of the environment. */
const program = (ways: unknown, snapshot: string) => `
  import { AsyncLocalStorage } from 'node:async_hooks';
  import { setImmediate } from 'node:timers/promises';
  import { writeHeapSnapshot } from 'node:v8';
  import { createVault } from ${JSON.stringify(entry)};
  const storage = new AsyncLocalStorage();
  const warnings = [];
  process.on('warning', ({ message }) => warnings.push(message));
  const clients = [];
  // A text: it is looked up later, by a timer that is still to come.
  const token = 'a';
  async function use(name, options) {
    const vault = createVault({ ...options, token, retries: 0 });
    clients.push(vault);
    const client = await vault.client();
    const context = { a: ['context', 'Wv3 ' + name].join('-') };
    const read = () => storage.run(context, async () => (await vault.kv('secret', { version: 2 }).read(name)).data.a.length);
    const lengths = await Promise.all(Array.from({ length: 20 }, read));
    await client.write('secret/data/' + name, { a: ['written', 'Zt4 ' + name].join('-') });
    lengths.push(await read());
    return new Set(lengths).size;
  }
  const done = {};
  for (const [name, options] of ${JSON.stringify(ways)}) done[name] = await use(name, options);
  for (let turn = 0; turn < 5; turn++) {
    await setImmediate();
    gc();
  }
  writeHeapSnapshot(${JSON.stringify(snapshot)});
  console.log(JSON.stringify({ done, warnings, clients: clients.length }));`;

test('idle connections keep no process running, and nothing of what went over them alive, nor of where it was asked for', async () => {
  const [plain, secure, relay] = await Promise.all([startVault(), startVault(true), startVault(true)]);
  const [tunnel, secureTunnel] = await Promise.all([startTunnelTo(secure), startTunnelTo(secure, tls)]);
  const name = 'vault.example.com';
  const ways = [
    ['http', { address: plain.address }],
    ['https', { address: secure.address }],
    ['tunnel', { address: `https://${name}`, proxy: tunnel.address }],
    ['secure-tunnel', { address: `https://${name}`, proxy: secureTunnel.address }],
    ['secure-relay', { address: `http://${name}`, allowInsecureHttp: true, proxy: relay.address }],
  ];
  const snapshot = join(folder, 'all.heapsnapshot');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', '--input-type=module', '--eval', program(ways, snapshot)],
    {
      timeout: 25_000,
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') },
    },
  );
  expect(JSON.parse(stdout)).toEqual({
    done: Object.fromEntries(ways.map(([way]) => [way, 1])),
    warnings: [],
    clients: ways.length,
  });
  expect(relay.requests[0]).toContain(`GET http://${name}/v1/secret/data/secure-relay HTTP/1.1\r\n`);
  const text = await readFile(snapshot, 'utf8');
  expect(text.match(/(?:answered-Kq7|written-Zt4|context-Wv3) [\w-]+/g)).toBeNull();
});
