import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Administration, administer, serverKinds, type TestServer } from '@strongroom/test-servers';
import { createVault, type Vault } from '@strongroom/vault';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  type Reading,
  readCompose,
  readDotenv,
  readJson,
  readKubernetesSecret,
  readVault,
  readYaml,
} from '../src/index.js';
import { dotenvSources, sourcePath, valuesOf, warningsOf } from './sources.js';

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  let server: TestServer;
  let admin: Administration;
  let vault: Vault;
  beforeAll(async () => {
    server = await kind.start();
    admin = administer(server);
    vault = createVault({ address: server.address, token: server.rootToken, retries: 0 });
    await admin.mountKv('old', 1);
  });
  afterAll(async () => {
    await vault?.close();
    await server?.close();
  });

  const sources: readonly (readonly [string, () => Promise<Reading>])[] = [
    ...dotenvSources.map((name) => [name, () => readDotenv(sourcePath(name))] as const),
    ['supabase.env expanded', () => readDotenv(sourcePath('supabase.env'), { expand: true })],
    ['appsettings.json', () => readJson(sourcePath('appsettings.json'))],
    ['credentials.yml', () => readYaml(sourcePath('credentials.yml'))],
    [
      'compose.yaml',
      () => readCompose(sourcePath('compose.yaml'), { service: 'web', variables: { DB_PASSWORD: 'p' } }),
    ],
    ['secrets.k8s.yaml', () => readKubernetesSecret(sourcePath('secrets.k8s.yaml'))],
  ];
  test.each(sources)('what %s has can be written and is read back byte for byte', async (name, read) => {
    const reading = await read();
    const path = `back/${name.replaceAll(' ', '-')}`;
    for (const mount of ['secret', 'old']) {
      await vault.kv(mount).write(path, valuesOf(reading));
      const back = await readVault({ vault, mount, path });
      expect(valuesOf(back)).toEqual(valuesOf(reading));
      expect(back.warnings.filter(({ code }) => code !== 'encrypted')).toEqual([]);
    }
  });

  test.each([['old'], ['secret']])('a path of the mount %s is read with all below it', async (mount) => {
    const kv = vault.kv(mount);
    await kv.write('shop/staging', { own: 'top' });
    await kv.write('shop/staging/database', { url: 'u', pool: 5, __proto__x: 1, nothing: null });
    await kv.write('shop/staging/api/keys', { a: ['x'], 'with/slash': 'y' });
    await kv.write('shop/staging-other', { no: 'no' });
    const reading = await readVault({ vault, mount, path: '/shop/staging/' });
    expect(valuesOf(reading)).toEqual({
      own: 'top',
      'api/keys/a': ['x'],
      'api/keys/with/slash': 'y',
      'database/url': 'u',
      'database/pool': 5,
      'database/__proto__x': 1,
    });
    expect(reading.entries.find(({ name }) => name === 'database/url')?.origin).toEqual({
      reader: 'vault',
      place: `${mount}/shop/staging/database`,
    });
    expect(warningsOf(reading)).toEqual(['not-read database/nothing -']);
    expect(valuesOf(await readVault({ vault, mount }))).toMatchObject({ 'shop/staging/own': 'top' });
    expect(await readVault({ vault, mount, path: 'nothing/here' })).toEqual({ entries: [], warnings: [] });
  });

  test('what is deleted, destroyed or has lost digits is left out, and said', async () => {
    await admin.mountKv('gone', 2);
    const kv = vault.kv('gone');
    for (const path of ['a/deleted', 'a/destroyed', 'a/kept']) await kv.write(path, { key: path });
    await kv.delete('a/deleted');
    await kv.destroy('a/destroyed', [1]);
    await admin.call('POST', 'gone/data/a/digits', {
      data: { list: [2 ** 60], ratio: 0.5, long: 0.1234567890123456 },
    });
    const reading = await readVault({ vault, mount: 'gone', path: 'a' });
    expect(valuesOf(reading)).toEqual({ 'kept/key': 'a/kept', 'digits/ratio': 0.5 });
    expect(reading.warnings.map(({ message }) => message)).toEqual([
      'gone/a/deleted: the latest version is deleted.',
      'gone/a/destroyed: the latest version is destroyed.',
      'gone/a/digits: digits/list has a number with more digits than JavaScript holds, and is left out.',
      'gone/a/digits: digits/long has a number with more digits than JavaScript holds, and is left out.',
    ]);
  });

  test('a policy for all below a path is enough, and what it does not cover is said', async () => {
    await admin.mountKv('team', 2);
    await vault.kv('team').write('app/prod', { hidden: '1' });
    await vault.kv('team').write('app/prod/db', { url: 'u' });
    const token = await admin.tokenWith(
      'path "team/data/app/prod/*" { capabilities = ["read"] }\npath "team/metadata/app/prod/*" { capabilities = ["list"] }',
    );
    const limited = createVault({ address: server.address, token, retries: 0 });
    onTestFinished(() => limited.close());
    const reading = await readVault({ vault: limited, mount: 'team', path: 'app/prod' });
    expect(valuesOf(reading)).toEqual({ 'db/url': 'u' });
    expect(reading.warnings).toEqual([
      {
        code: 'not-read',
        message: 'team/app/prod: the secret itself may not be read; if there is one, it is left out.',
        origin: { reader: 'vault', place: 'team/app/prod' },
      },
    ]);
    await expect(readVault({ vault: limited, mount: 'team' })).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
    });
    await expect(readVault({ vault: limited, mount: 'team', path: 'app' })).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
    });
  });

  test('a secret that may be listed and not be read fails the reading', async () => {
    await admin.mountKv('part', 2);
    for (const name of ['a', 'b', 'c']) await vault.kv('part').write(`app/${name}`, { key: name });
    const token = await admin.tokenWith(
      'path "part/data/app/+" { capabilities = ["read"] }\npath "part/data/app/b" { capabilities = ["deny"] }\npath "part/metadata/app/*" { capabilities = ["list"] }',
    );
    const limited = createVault({ address: server.address, token, retries: 0 });
    onTestFinished(() => limited.close());
    await expect(
      readVault({ vault: limited, mount: 'part', path: 'app', parallel: 1 }),
    ).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
      message: expect.stringContaining('app/b'),
    });
  });

  test('many secrets are read so many at a time, and no more after it was called off', async () => {
    await admin.mountKv('many', 2);
    for (let index = 0; index < 40; index += 1) await vault.kv('many').write(`app/s${index}`, { key: index });
    const counting = await startCountingProxy(server.address);
    onTestFinished(() => counting.close());
    const proxied = createVault({ address: counting.address, token: server.rootToken, retries: 0 });
    onTestFinished(() => proxied.close());
    const reading = await readVault({ vault: proxied, mount: 'many', path: 'app', parallel: 4 });
    expect(reading.entries).toHaveLength(40);
    expect(counting.most).toBe(4);

    const abort = new AbortController();
    counting.onRead = (count) => {
      if (count === 10) abort.abort();
    };
    counting.reads = 0;
    const { signal } = abort;
    await expect(
      readVault({ vault: proxied, mount: 'many', path: 'app', parallel: 4, signal }),
    ).rejects.toThrow();
    expect(counting.reads).toBeLessThan(16);
  });
});

interface CountingProxy {
  readonly address: string;
  /** The most reads of data that were under way at one time. */
  most: number;
  reads: number;
  onRead: (count: number) => void;
  close(): Promise<void>;
}

/** Hands requests on, and waits a moment, so that those which may be under way together are. */
async function startCountingProxy(address: string): Promise<CountingProxy> {
  let underway = 0;
  const server: Server = createServer(async (request, response) => {
    const isRead = request.url?.includes('/data/app/') === true;
    if (isRead) {
      underway += 1;
      proxy.most = Math.max(proxy.most, underway);
      proxy.reads += 1;
      proxy.onRead(proxy.reads);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { method = 'GET', headers } = request;
    try {
      const answer = await fetch(`${address}${request.url}`, {
        method,
        headers: { 'x-vault-token': String(headers['x-vault-token']) },
      });
      const body = await answer.text();
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(body);
    } catch {
      // The test is over.
      response.destroy();
    } finally {
      if (isRead) underway -= 1;
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: CountingProxy = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    most: 0,
    reads: 0,
    onRead: () => undefined,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
