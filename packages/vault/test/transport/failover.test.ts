import { defineSettings, secret } from '@strongroom/core';
import { findCanary, ManualClock } from '@strongroom/core/testing';
import type { DevServer } from '@strongroom/dev-server';
import { expect, test } from 'vitest';
import { createVault, userpass } from '../../src/index.js';
import { json, secretBody, startHostileServer } from '../hostile-server.js';
import { closing, failureOf, open, passing, read, rootToken, startProxy, startServer } from './setting.js';

const found = { status: 'found', data: { url: 'postgres://localhost/app' } };
const startThree = () => Promise.all([startServer(), startServer(), startServer()]);

const operate = (server: DevServer, path: string, body?: object) =>
  fetch(`${server.address}/v1/sys/${path}`, {
    method: 'PUT',
    headers: { 'X-Vault-Token': rootToken },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

/** A standby node that does not forward. */
const startStandby = async (location: string, status = 307) =>
  closing(
    await startHostileServer((response, request) => {
      response.writeHead(status, { location: `${location}${request.url}` });
      response.end();
    }),
  );

test('the active node is killed under load, and no read fails', async () => {
  const servers = await startThree();
  const [first, ...others] = await Promise.all(servers.map(startProxy));
  const addresses = [first, ...others].map((proxy) => proxy?.address ?? '');
  const vault = open(addresses, { retries: 2, retryMinWaitMs: 1, retryMaxWaitMs: 5 });
  let killed: Promise<void> | undefined;
  let reads = 0;
  const reader = async () => {
    for (let round = 0; round < 15; round++) {
      expect(await read(vault)).toMatchObject(found);
      reads++;
      if (reads === 60) killed = first?.stop();
    }
  };
  await Promise.all(Array.from({ length: 20 }, reader));
  await killed;
  expect(reads).toBe(300);
  expect(servers[1].requests.length).toBeGreaterThan(200);
  expect(servers[2].requests).toHaveLength(0);
});

test('a sealed node is left at once, without a wait, and the other is remembered', async () => {
  const [first, second] = await startThree();
  const clock = new ManualClock();
  const vault = open([first.address, second.address], { clock, retries: 2 });
  await read(vault);
  await operate(first, 'seal');
  first.clearRequests();
  expect(await read(vault)).toMatchObject(found);
  expect(await read(vault)).toMatchObject(found);
  expect(first.requests).toHaveLength(1);
  // A write goes on too: a sealed node has done nothing.
  await operate(first, 'unseal', { key: first.unsealKey });
  await operate(second, 'seal');
  await vault.kv().write('app/test/other', { a: 1 });
  expect(await vault.kv().read('app/test/other')).toMatchObject({ status: 'found' });
  expect(clock.pending).toBe(0);
});

test('when all are sealed, the last word is that', async () => {
  const servers = await startThree();
  const vault = open(servers.map(({ address }) => address));
  for (const server of servers) await operate(server, 'seal');
  const error = await failureOf(read(vault));
  expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', status: 503 });
  expect(error.message).toContain('is sealed');
  await operate(servers[1], 'unseal', { key: servers[1].unsealKey });
  expect(await read(vault)).toMatchObject(found);
});

test('a node that is sealed does not hide behind one that is gone, in whatever order', async () => {
  const sealed = await startServer();
  await operate(sealed, 'seal');
  const gone = await startProxy(await startServer());
  await gone.stop();
  const refused = `${gone.address} refuses the connection`;

  const sealedFirst = await failureOf(read(open([sealed.address, gone.address])));
  expect(sealedFirst).toMatchObject({ code: 'SOURCE_UNAVAILABLE', address: gone.address });
  expect(sealedFirst.message).toBe(`Vault at ${refused}; ${sealed.address} is sealed`);
  expect(sealedFirst.cause).toMatchObject({ code: 'ECONNREFUSED' });

  const sealedLast = await failureOf(read(open([gone.address, sealed.address])));
  expect(sealedLast).toMatchObject({ code: 'SOURCE_UNAVAILABLE', address: sealed.address, status: 503 });
  expect(sealedLast.message).toBe(`Vault at ${sealed.address} is sealed; ${refused}`);
  expect(sealedLast.hint).toContain('vault operator unseal');

  const auth = userpass({ username: 'app', password: 'secret-password' });
  const login = createVault({ address: [gone.address, sealed.address], auth, retries: 0 });
  const notLoggedIn = await failureOf(login.kv().read('app/test/database'));
  await login.close();
  expect(notLoggedIn.message).toBe(`Vault at ${sealed.address} is sealed; ${refused}`);
});

test('each setting hears of every address, also when they are left alone by then', async () => {
  const gone = await Promise.all([startProxy(await startServer()), startProxy(await startServer())]);
  for (const proxy of gone) await proxy.stop();
  const names = ['ONE', 'TWO', 'THREE', 'FOUR'];
  const { settings } = defineSettings({
    application: 'app',
    environments: ['test'],
    settings: Object.fromEntries(names.map((name) => [name, secret(`${name.toLowerCase()}/key`)])),
  });
  const vault = open(
    gone.map(({ address }) => address),
    { retries: 2, retryMinWaitMs: 1, retryMaxWaitMs: 5 },
  );
  const { signal } = new AbortController();
  const answers = await vault
    .source()
    .lookup(Object.values(settings), { application: 'app', environment: 'test', signal });
  expect(answers.size).toBe(names.length);
  for (const answer of answers.values()) {
    if (answer.status !== 'failed') throw new Error(`it is ${answer.status}`);
    for (const { address } of gone)
      expect(answer.error.message).toContain(`${address} refuses the connection`);
  }
});

test('of addresses that are left alone is said since when, behind what the others answered', async () => {
  const sealed = await startServer();
  await operate(sealed, 'seal');
  const gone = await startProxy(await startServer());
  await gone.stop();
  const vault = open([gone.address, sealed.address], { breakerFailures: 1, clock: new ManualClock() });
  await failureOf(read(vault));
  const { message } = await failureOf(read(vault));
  expect(message).toContain(`Vault at ${sealed.address} is sealed; ${gone.address} refuses the connection`);
  expect(message).toContain('(out of reach since ');
});

test.each([
  [500, { errors: ['local node not active but active cluster node not found'] }],
  [503, { errors: ['Vault is not initialized'] }],
  [472, { errors: [] }],
  [473, { errors: [] }],
])('a node that is not the one to ask (%i) is left, for writes too', async (status, body) => {
  const standby = closing(await startHostileServer((response) => json(response, status, body)));
  const server = await startServer();
  const vault = open([standby.address, server.address]);
  await vault.kv().write('app/test/other', { a: 1 }, { cas: 0 });
  expect(server.requests.some(({ method }) => method !== 'GET')).toBe(true);
});

test('a write whose connection is lost on the way is not made at another node', async () => {
  const [first, second] = await startThree();
  const proxy = await startProxy(first);
  const vault = open([proxy.address, second.address]);
  await vault.kv().version();
  proxy.fault = { reset: 0 };
  expect((await failureOf(vault.kv().write('app/test/other', { a: 1 }))).code).toBe('SOURCE_UNAVAILABLE');
  expect(second.requests).toHaveLength(0);
  // What never left this machine is.
  await proxy.stop();
  await vault.kv().write('app/test/other', { a: 1 });
  expect(second.requests).toHaveLength(1);
});

test('a redirect to a configured address is followed, by writes too', async () => {
  const [idle, active] = await startThree();
  const standby = await startStandby(active.address);
  const vault = open([standby.address, idle.address, active.address]);
  expect(await read(vault)).toMatchObject(found);
  await vault.kv().write('app/test/other', { a: 1 });
  expect(standby.requests).toHaveLength(1);
  expect(idle.requests).toHaveLength(0);
});

test('a redirect to a stranger is not followed, and the token does not get there', async () => {
  const stranger = closing(await startHostileServer((response) => json(response, 200, secretBody({ a: 1 }))));
  const standby = await startStandby(`${stranger.address}`);
  const error = await failureOf(read(open([standby.address, `${standby.address}/again`])));
  expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', status: 307 });
  expect(error.message).toContain(`a redirect to ${stranger.address}, which is not followed`);
  expect(error.hint).toContain('VAULT_ADDR');
  expect(stranger.requests).toHaveLength(0);
  expect(stranger.sockets.most).toBe(0);
  expect(findCanary(rootToken, error)).toBeUndefined();
});

test('a redirect from https to http is not followed, even to a configured address', async () => {
  const http = await startServer();
  const https = await startServer({ tls: true });
  https.fail({ answer: { status: 307, headers: { location: `${http.address}/v1/x` } } });
  const ca = https.caCertificate ?? '';
  // The only other address is asked because the first one is left, not because of the redirect: a third comes first.
  const between = await startServer();
  const vault = open([https.address, between.address, http.address], { tls: { ca } });
  expect(await read(vault)).toMatchObject(found);
  expect(between.requests).toHaveLength(1);
  expect(http.requests).toHaveLength(0);
});

test('standby nodes that point to each other come to an end', async () => {
  const one = await startStandby('http://127.0.0.1:1');
  const other = await startStandby(one.address);
  const error = await failureOf(read(open([other.address, one.address])));
  expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', status: 307 });
  expect(one.requests.length + other.requests.length).toBe(2);
});

test('a node that is dead is not asked while another answers, and is found again when it is needed', async () => {
  const [first, second] = await Promise.all([startServer().then(startProxy), startServer().then(startProxy)]);
  const clock = new ManualClock();
  // A wait as long as the first address is left alone at most: shorter ones may all come too early.
  const waits = { retryMinWaitMs: 1_000, probeMinWaitMs: 1_000 };
  const vault = open([first.address, second.address], { clock, breakerFailures: 1, retries: 2, ...waits });
  first.fault = 'refuse';
  for (let round = 0; round < 50; round++) expect(await read(vault)).toMatchObject(found);
  expect(first.connections.made).toBe(1);
  first.fault = 'pass';
  await second.stop();
  // It is left alone still; the repeats of the call reach it.
  expect(await passing(clock, read(vault))).toMatchObject(found);
});

test('that an address is left is said once for each way in which it fails, until it answers again', async () => {
  const [first, second] = await Promise.all([startServer().then(startProxy), startServer()]);
  const said: string[] = [];
  const nothing = () => undefined;
  const info = (_details: object, text: string) => void said.push(text);
  const logger = { debug: nothing, info, warn: nothing, error: nothing };
  const vault = open([first.address, second.address], {
    logger,
    breakerFailures: 1_000,
    clock: new ManualClock(),
  });
  const elsewhere = 'Vault is asked elsewhere:';
  const readAll = () => Promise.all(Array.from({ length: 10 }, () => read(vault)));

  first.fault = 'refuse';
  await readAll();
  await operate(second, 'seal');
  for (let round = 0; round < 3; round++) await failureOf(read(vault));
  expect(said).toHaveLength(2);
  expect(said[0]).toMatch(`${elsewhere} ${first.address} `);
  expect(said[1]).toBe(`${elsewhere} ${second.address} is sealed`);

  // Both answer again: what comes after that is new.
  await operate(second, 'unseal', { key: second.unsealKey });
  await readAll();
  await operate(second, 'seal');
  first.fault = 'pass';
  await readAll();
  await readAll();
  expect(said.slice(2)).toEqual([`${elsewhere} ${second.address} is sealed`]);
});

test('an error names the address that answered, not the first one', async () => {
  const [sealed, active] = await startThree();
  await operate(sealed, 'seal');
  const vault = open([sealed.address, active.address]);
  const { address } = active;
  const named = async (call: Promise<unknown>, code: string) => {
    const error = await failureOf(call);
    expect(error).toMatchObject({ code, address, message: expect.stringContaining(`Vault at ${address} `) });
    expect(error.message).not.toContain(sealed.address);
  };
  await named(vault.kv('nowhere').read('a'), 'SOURCE_DENIED');
  await named(vault.kv('cubbyhole', { version: 2 }).read('a'), 'SOURCE_DENIED');
  await named(vault.lease('nowhere/creds/app'), 'SOURCE_DENIED');
  const denied = open([sealed.address, active.address], { token: () => 'none' });
  await named(read(denied), 'SOURCE_DENIED');
  const userless = closing(
    createVault({
      address: [sealed.address, active.address],
      auth: userpass({ username: 'nobody', password: 'none' }),
    }),
  );
  await named(read(userless), 'SOURCE_DENIED');
  active.fail({ path: '/v1/secret/', answer: { status: 200, body: '{"data":[]}' } });
  await named(read(vault), 'SOURCE_MALFORMED');
});

test('a performance standby that lags behind is told what was written, and asked for the active node', async () => {
  const index = (number: number) => Buffer.from(`v1:cluster:${number}:0:signature`).toString('base64');
  let writes = 0;
  const headers: unknown[] = [];
  const server = closing(
    await startHostileServer((response, request) => {
      const { method, headers: given } = request;
      if (method === 'POST' || method === 'PUT') {
        writes++;
        response.setHeader('x-vault-index', index(10 - writes));
        return json(response, 200, {
          data: { version: 1, created_time: '2024-01-01T00:00:00Z', deletion_time: '', destroyed: false },
        });
      }
      if (given['x-vault-index'] === undefined) return json(response, 200, secretBody({ a: 0 }));
      headers.push([given['x-vault-index'], given['x-vault-inconsistent']]);
      if (given['x-vault-inconsistent'] === undefined)
        return json(response, 412, { errors: ['required index state not present'] });
      json(response, 200, secretBody({ a: 1 }));
    }),
  );
  const vault = open(server.address, { retries: 1, retryMinWaitMs: 1, retryMaxWaitMs: 1 });
  expect(await read(vault)).toMatchObject({ data: { a: 0 } });
  await vault.kv().write('a', { a: 1 });
  // A state that the one before includes changes nothing.
  await vault.kv().write('a', { a: 1 });
  expect(await read(vault)).toMatchObject({ data: { a: 1 } });
  expect(headers.slice(-2)).toEqual([
    [index(9), undefined],
    [index(9), 'forward-active-node'],
  ]);
});
