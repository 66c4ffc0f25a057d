import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';
import { send } from './http-client.js';

let server: DevServer;
beforeAll(async () => {
  server = await startDevServer({ rootToken: 'root' });
});
afterAll(() => server.close());

// Of what open source Vault with Shamir's seal has not, it says so itself.
test.each([
  ['sys/replication/status', '', 200, { mode: 'disabled' }],
  ['sys/replication/performance/status', '', 404, ['unsupported path']],
  ['sys/internal/ui/namespaces', 'root', 200, { keys: [''] }],
  ['sys/internal/ui/namespaces', '', 500, ['client token empty']],
  ['sys/internal/ui/namespaces', 'none', 403, ['permission denied']],
  ['sys/rekey-recovery-key/init', '', 400, ['recovery rekeying not supported']],
  ['sys/rekey/verify', '', 400, ['no rekey configuration found']],
])('%s with the token "%s": %i', async (path, token, status, expected) => {
  const answer = await send(server.address, { path: `/v1/${path}`, ...(token === '' ? {} : { token }) });
  expect([answer.status, answer.json.data ?? answer.json.errors]).toEqual([status, expected]);
});
