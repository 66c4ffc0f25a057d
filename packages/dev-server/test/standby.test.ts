import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DevServer, DevServerError, startDevServer, startStandby } from '../src/index.js';
import { send, type TestAnswer } from './http-client.js';

let first: DevServer;
let second: DevServer;
let third: DevServer;
beforeEach(async () => {
  first = await startDevServer({ rootToken: 'root', seed: { app: { a: '1' } } });
  second = await startStandby(first);
  third = await startStandby(first);
});
afterEach(() => Promise.all([first, second, third].map((server) => server.close())));

const call = (server: DevServer, path: string, more: object = {}): Promise<TestAnswer> =>
  send(server.address, { path: `/v1/${path}`, token: 'root', ...more });

async function leader(server: DevServer): Promise<string> {
  for (;;) {
    const { leader_address } = (await call(server, 'sys/leader')).json;
    if (leader_address !== '') return leader_address;
    await delay(1);
  }
}

test('a standby hands requests on, and says that it is one', async () => {
  expect((await call(second, 'secret/data/app')).json.data.data).toEqual({ a: '1' });
  expect((await call(third, 'secret/data/app', { body: { data: { a: '2' } } })).status).toBe(200);
  expect((await call(first, 'secret/data/app')).json.data.data).toEqual({ a: '2' });
  expect((await call(first, 'sys/health')).status).toBe(200);
  const health = await call(second, 'sys/health');
  expect([health.status, health.json.standby]).toEqual([429, true]);
  expect((await call(second, 'sys/health?standbyok=true')).status).toBe(200);
  expect((await call(second, 'sys/health?standbycode=299')).status).toBe(299);
  expect((await call(second, 'sys/leader')).json).toMatchObject({
    ha_enabled: true,
    is_self: false,
    leader_address: first.address,
  });
  expect((await call(first, 'sys/leader')).json.is_self).toBe(true);
  // Only the server that was asked has it in its log.
  expect(first.requests.filter(({ path }) => path === '/v1/secret/data/app')).toHaveLength(1);
});

test('who does not want requests handed on is sent to the active server', async () => {
  const headers = { 'X-Vault-No-Request-Forwarding': '1' };
  const { status, headers: answered, text } = await call(second, 'secret/data/app?version=1', { headers });
  expect([status, answered.location, text]).toEqual([
    307,
    `${first.address}/v1/secret/data/app?version=1`,
    '',
  ]);
});

test('when the active server closes, another one takes over with all that there was', async () => {
  const made = await call(first, 'auth/token/create', { body: { policies: ['default'], ttl: '1h' } });
  await first.close();
  expect(await leader(third)).toBe(second.address);
  expect((await call(third, 'secret/data/app')).json.data.data).toEqual({ a: '1' });
  const lookup = await call(second, 'auth/token/lookup-self', { token: made.json.auth.client_token });
  expect(lookup.status).toBe(200);
  await second.close();
  expect(await leader(third)).toBe(third.address);
});

test('a sealed server gives the answering to another, and stands by once it is unsealed', async () => {
  expect((await call(second, 'sys/seal', { method: 'PUT' })).json.errors[0]).toContain('in standby mode');
  expect((await call(first, 'sys/seal', { method: 'PUT' })).status).toBe(204);
  expect(await leader(third)).toBe(second.address);
  expect((await call(first, 'secret/data/app')).status).toBe(503);
  expect((await call(third, 'secret/data/app')).status).toBe(200);
  await call(first, 'sys/unseal', { method: 'PUT', body: { key: first.unsealKey } });
  expect((await call(first, 'sys/health')).status).toBe(429);
  expect((await call(first, 'secret/data/app')).status).toBe(200);
});

test('a server steps down when it is told so, by whichever it was asked', async () => {
  expect((await call(third, 'sys/step-down', { method: 'PUT' })).status).toBe(204);
  expect(await leader(first)).toBe(second.address);
});

test('between two active servers there is none', async () => {
  await startStandby(first, { electionMs: 600_000 }).then((server) => server.close());
  await first.close();
  const none = await call(second, 'secret/data/app');
  expect([none.status, none.json.errors]).toEqual([
    500,
    ['local node not active but active cluster node not found'],
  ]);
  const headers = { 'X-Vault-No-Request-Forwarding': '1' };
  expect((await call(second, 'secret/data/app', { headers })).status).toBe(503);
  expect((await call(second, 'sys/leader')).json.leader_address).toBe('');
});

test('only a server of this process in dev mode can be stood by', async () => {
  await using bare = await startDevServer({ initialised: false });
  const error = await startStandby(bare).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DevServerError);
  expect(error).toMatchObject({ code: 'NO_ACTIVE_SERVER' });
});
