import { administer, type Fault, serverKinds, type TestServer } from '@strongroom/test-servers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Vault, VaultOptions } from '../../src/index.js';
import { failureOf, open, startProxy } from './setting.js';

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await kind.start();
  });
  afterAll(() => server.close());
  beforeEach(() => filled());

  const admin = () => administer(server);
  const fill = () => admin().call('POST', 'secret/data/app/database', { data: { url: 'one' } });
  /** A real server needs a moment before its mount takes writes. */
  const filled = () =>
    expect
      .poll(
        () =>
          fill().then(
            () => true,
            () => false,
          ),
        { interval: 20, timeout: 10_000 },
      )
      .toBe(true);
  const found = { status: 'found', data: { url: 'one' } };
  const client = (options: Partial<VaultOptions> = {}): Vault =>
    open(server.address, { token: () => server.rootToken, ...options });
  const read = (vault: Vault) => vault.kv().read('app/database');

  test('a sealed server says so, and answers once it is unsealed', async () => {
    const vault = client();
    expect(await read(vault)).toMatchObject(found);
    await admin().call('PUT', 'sys/seal');
    expect(await failureOf(read(vault))).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      status: 503,
      message: `Vault at ${server.address} is sealed`,
    });
    await fetch(`${server.address}/v1/sys/unseal`, {
      method: 'PUT',
      body: JSON.stringify({ key: server.unsealKey }),
    });
    await expect.poll(() => read(vault).catch(() => undefined), { interval: 20 }).toMatchObject(found);
  });

  test('a server that is stopped is out of reach, and is found again when it is back', async () => {
    const vault = client({ breakerFailures: 2, probeMinWaitMs: 20, probeMaxWaitMs: 40 });
    expect(await read(vault)).toMatchObject(found);
    await server.stop();
    for (let round = 0; round < 5; round++) {
      expect(await failureOf(read(vault))).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    }
    await server.start();
    await filled();
    await expect.poll(() => read(vault).catch(() => undefined), { interval: 20 }).toMatchObject(found);
  });

  test.each<readonly [Fault, string, string]>([
    ['refuse', 'SOURCE_UNAVAILABLE', 'closed the connection without an answer'],
    ['garbage', 'SOURCE_MALFORMED', 'does not speak HTTP as Vault does'],
    [{ reset: 200 }, 'SOURCE_MALFORMED', 'ended its answer before it was complete'],
    [{ end: 200 }, 'SOURCE_MALFORMED', 'ended its answer before it was complete'],
    ['swallow', 'SOURCE_UNAVAILABLE', 'did not answer within 0.3 s'],
    [{ stall: 200 }, 'SOURCE_UNAVAILABLE', 'did not finish its answer within 0.3 s'],
  ])('a fault on the way (%j) is %s, and the next read is answered', async (fault, code, words) => {
    const proxy = await startProxy(server);
    const vault = open(proxy.address, { token: () => server.rootToken, requestTimeoutMs: 300 });
    proxy.fault = fault;
    const error = await failureOf(read(vault));
    expect(error).toMatchObject({ code, address: proxy.address });
    expect(error.message).toContain(words);
    proxy.fault = 'pass';
    await expect.poll(() => read(vault).catch(() => undefined)).toMatchObject(found);
  });

  test('a rate limit is told, and passes', async () => {
    await admin().call('POST', 'sys/quotas/rate-limit/one', { path: 'secret/', rate: 1, interval: '1s' });
    const vault = client();
    const reads = Array.from({ length: 20 }, () => read(vault).catch((error: unknown) => error));
    const refused = (await Promise.all(reads)).filter((outcome) => outcome instanceof Error);
    expect(refused.length).toBeGreaterThan(0);
    for (const error of refused) {
      expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', status: 429 });
    }
    await admin().call('DELETE', 'sys/quotas/rate-limit/one');
    await expect.poll(() => read(vault).catch(() => undefined)).toMatchObject(found);
  });

  test('a denial names the path, the policies of the token and the line that is missing', async () => {
    const token = await admin().tokenWith('path "secret/data/app/*" { capabilities = ["read"] }');
    const vault = client({ token });
    expect(await read(vault)).toMatchObject(found);
    const error = await failureOf(vault.kv('secret', { version: 2 }).read('other/database'));
    expect(error).toMatchObject({
      code: 'SOURCE_DENIED',
      status: 403,
      path: '/v1/secret/data/other/database',
    });
    expect(error.message).toMatch(/its policies default, test-\w+ do not allow it/);
    expect(error.hint).toContain('path "secret/data/other/database" { capabilities = ["read"] }');
  });

  test('a token that is none, and a mount that is none, are told apart', async () => {
    expect(await failureOf(read(client({ token: 'none' })))).toMatchObject({
      code: 'SOURCE_DENIED',
      status: 403,
    });
    expect((await failureOf(client().kv('nowhere').read('a'))).message).toContain('has no mount at nowhere/');
  });
});
