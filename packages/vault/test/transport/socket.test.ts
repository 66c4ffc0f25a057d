import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createVault, readVaultEnvironment } from '../../src/index.js';
import { json, secretBody } from '../hostile-server.js';
import { closing, failureOf, open, read, startServer } from './setting.js';

async function listenAtSocket() {
  const folder = await mkdtemp(join(tmpdir(), 'vault-socket-'));
  const path = join(folder, 'agent.sock');
  const headers: unknown[] = [];
  const server = createServer((request, response) => {
    headers.push({ url: request.url, ...request.headers });
    json(response, 200, secretBody({ a: 1 }));
  });
  server.listen(path);
  await once(server, 'listening');
  closing({
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await rm(folder, { recursive: true });
    },
  });
  return { address: `unix://${path}`, headers };
}

// Windows has no files for sockets.
const onUnix = test.skipIf(process.platform === 'win32');

onUnix('asks a Vault Agent at a Unix socket, without a token', async () => {
  const { address, headers } = await listenAtSocket();
  const vault = closing(createVault({ address }));
  expect(vault.address).toBe(address);
  expect(await read(vault)).toMatchObject({ status: 'found' });
  expect(headers).toEqual([
    {
      url: '/v1/secret/data/app/test/database',
      host: 'localhost',
      accept: 'application/json',
      connection: 'keep-alive',
      'x-vault-request': 'true',
    },
  ]);
  const client = await vault.client();
  expect(await client.read('secret/data/app/test/database')).toMatchObject({ data: { data: { a: 1 } } });
});

onUnix('takes it from the variables, without a token that somebody left behind', async () => {
  const { address, headers } = await listenAtSocket();
  for (const name of ['VAULT_ADDR', 'VAULT_AGENT_ADDR']) {
    const { options, problems } = readVaultEnvironment({ [name]: address, HOME: '/nowhere' });
    expect(problems).toEqual([]);
    await read(closing(createVault(options)));
  }
  expect(headers).toHaveLength(2);
});

onUnix('a socket that is not there is told, and another address is asked', async () => {
  const address = 'unix:///nowhere/agent.sock';
  const error = await failureOf(read(open(address)));
  expect(error).toMatchObject({
    code: 'SOURCE_UNAVAILABLE',
    address,
    cause: { code: 'ENOENT' },
    hint: expect.stringContaining('Agent'),
  });
  const server = await startServer();
  expect(await read(open([address, server.address]))).toMatchObject({ status: 'found' });
});
