import { ManualClock } from '@strongroom/core/testing';
import { startDevServer } from '@strongroom/dev-server';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { AuthMethod } from '../../src/index.js';
import { json, startHostileServer } from '../hostile-server.js';
import { failureOf, open, read } from './setting.js';

// What an application's own function waits for may never come: a metadata service that is half gone, say.

async function start() {
  const clock = new ManualClock();
  const server = await startDevServer({ now: () => clock.now(), seed: { 'app/database': { url: 'x' } } });
  onTestFinished(() => server.close());
  return { clock, server };
}

const never = () => new Promise<never>(() => undefined);

/** Until all that is done without waiting is done. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('a login that never comes fails each read by its deadline, and is given up for another', async () => {
  const { clock, server } = await start();
  const login = vi.fn<AuthMethod>(never);
  const vault = open(server, { auth: login, clock });
  const reading = failureOf(read(vault));
  await turn();
  clock.advance(14_000);
  expect(await reading).toMatchObject({
    code: 'SOURCE_UNAVAILABLE',
    message: expect.stringContaining('there was no token'),
  });
  expect(login).toHaveBeenCalledTimes(1);
  const next = failureOf(read(vault));
  await turn();
  login.mockImplementation(async () => ({ token: server.rootToken }));
  clock.advance(60_000 - 14_000 - 1);
  await turn();
  expect(login).toHaveBeenCalledTimes(1);
  expect(await next).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  clock.advance(1);
  await turn();
  clock.advance(1_000);
  expect(await read(vault)).toMatchObject({ status: 'found' });
  expect(login).toHaveBeenCalledTimes(2);
});

test('a token that never comes fails the read that waits for it, and no other', async () => {
  const { clock, server } = await start();
  const token = vi.fn<() => Promise<string>>(never);
  const vault = open(server, { token, clock });
  const reading = failureOf(read(vault));
  await turn();
  token.mockImplementation(async () => server.rootToken);
  expect(await read(vault)).toMatchObject({ status: 'found' });
  clock.advance(14_000);
  expect(await reading).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  await vault.close();
  expect(clock.pending).toBe(0);
});

test.each([
  ['login', { auth: never }],
  ['token', { token: never }],
])('closing ends the wait for a %s', async (_what, options) => {
  const { clock, server } = await start();
  const vault = open(server, { ...options, clock });
  const reading = failureOf(read(vault));
  await turn();
  await vault.close();
  expect((await reading).message).toContain('was closed');
  expect(clock.pending).toBe(0);
});

test('closing waits no longer than 3 s for a Vault that takes nothing back', async () => {
  const clock = new ManualClock();
  const asked: string[] = [];
  const server = await startHostileServer((response, request) => {
    asked.push(request.url ?? '');
    if (request.url?.endsWith('/creds/app')) {
      json(response, 200, { lease_id: 'l', lease_duration: 60, renewable: true, data: { a: 1 } });
    }
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const auth: AuthMethod = async () => ({ token: 's.minted', ttl: 60, renewable: true });
  const vault = open(server, { auth, clock, revokeTokens: true, revokeLeases: true });
  await vault.lease('database/creds/app');
  const closing = vault.close();
  await vi.waitFor(() => expect(asked.at(-1)).toBe('/v1/sys/leases/revoke'));
  clock.advance(3_000);
  await closing;
  expect(clock.pending).toBe(0);
});
