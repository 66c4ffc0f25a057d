import { setTimeout as delay } from 'node:timers/promises';
import { serverKinds, type TestServer } from '@strongroom/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appRole } from '../../src/index.js';
import { failureOf, makeAppRole, makeReadable, makeToken, open, read, revokeByHand } from './setting.js';

// In real time: what a server takes for the end of a token cannot be moved everywhere.

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await kind.start();
    await makeReadable(server);
  });
  afterAll(() => server.close());

  const loginOf = async (mount: string, settings: object = {}) =>
    appRole({ ...(await makeAppRole(server, settings, mount)), mount });

  /** A logger that counts what it is told of tokens. */
  function counting() {
    const told = new Map<string, number>();
    const count = (_details: unknown, message?: string) =>
      void told.set(message ?? '', (told.get(message ?? '') ?? 0) + 1);
    const logger = { debug: count, info: count, warn: count, error: count };
    return { logger, times: (message: string) => told.get(message) ?? 0 };
  }

  test('constant reads over several lives of a token: none fails', async () => {
    const { logger, times } = counting();
    const auth = await loginOf('approle-short', { token_ttl: 2, token_max_ttl: 4 });
    const vault = open(server, { auth, logger });
    const ends = Date.now() + 7_000;
    let reads = 0;
    for (; Date.now() < ends; await delay(5)) {
      expect(await read(vault)).toMatchObject({ status: 'found' });
      reads++;
    }
    expect(reads).toBeGreaterThan(0);
    // Four seconds are the longest life of a token, and every one but the last was renewed on the way.
    expect(times('logged in to Vault')).toBeGreaterThanOrEqual(2);
    expect(times('logged in to Vault')).toBeLessThanOrEqual(6);
    expect(times('renewed the token for Vault')).toBeGreaterThanOrEqual(1);
  }, 60_000);

  test('a token that was given is renewed beyond its first end', async () => {
    const vault = open(server, { token: await makeToken(server, { ttl: '4s' }) });
    const ends = Date.now() + 5_500;
    for (; Date.now() < ends; await delay(50)) expect(await read(vault)).toMatchObject({ status: 'found' });
  }, 60_000);

  test('a token that has ended for good is told', async () => {
    const vault = open(server, { token: await makeToken(server, { ttl: '1s', explicit_max_ttl: '1s' }) });
    await read(vault);
    await delay(2_000);
    expect(await failureOf(read(vault))).toMatchObject({ code: 'SOURCE_DENIED', status: 403 });
  });

  test('a token that is revoked by others leads to one login, and no failure', async () => {
    const { logger, times } = counting();
    let token = '';
    const login = await loginOf('approle-revoked');
    const vault = open(server, {
      logger,
      auth: async (context) => {
        const auth = await login(context);
        token = auth.token;
        return auth;
      },
    });
    await read(vault);
    await revokeByHand(server, token);
    await delay(1_000);
    const answers = await Promise.all(Array.from({ length: 20 }, () => read(vault)));
    expect(answers.every(({ status }) => status === 'found')).toBe(true);
    expect(times('logged in to Vault')).toBe(2);
  });

  test('closing revokes the token when that was asked for', async () => {
    let token = '';
    const login = await loginOf('approle-closed');
    const vault = open(server, {
      revokeTokens: true,
      auth: async (context) => {
        const auth = await login(context);
        token = auth.token;
        return auth;
      },
    });
    await read(vault);
    await vault.close();
    expect((await failureOf(read(open(server, { token })))).code).toBe('SOURCE_DENIED');
  });
});
