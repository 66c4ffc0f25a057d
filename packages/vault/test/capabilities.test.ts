import { administer, serverKinds, type TestServer } from '@strongroom/test-servers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createVault } from '../src/index.js';

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await kind.start();
  });
  afterAll(() => server?.close());
  const client = (token: string) => {
    const vault = createVault({ address: server.address, token, retries: 0 });
    onTestFinished(() => vault.close());
    return vault;
  };

  it('tells what a token may do, path by path', async () => {
    const policy = 'path "secret/data/a" { capabilities = ["read", "update"] }';
    const vault = client(await administer(server).tokenWith(policy));
    expect([...(await vault.capabilities(['secret/data/a', 'secret/data/b']))]).toEqual([
      ['secret/data/a', ['read', 'update']],
      ['secret/data/b', ['deny']],
    ]);
    expect([...(await vault.capabilities(['secret/data/a']))]).toEqual([
      ['secret/data/a', ['read', 'update']],
    ]);
    expect(await client(server.rootToken).capabilities(['any/thing'])).toEqual(
      new Map([['any/thing', ['root']]]),
    );
    expect(await vault.capabilities([])).toEqual(new Map());
  });

  it('says that a token is none', async () => {
    await expect(client('no-token').capabilities(['secret/data/a'])).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
      path: '/v1/sys/capabilities-self',
    });
  });
});

it('a client tells the namespace that it reads from', () => {
  const namespaceOf = (namespace?: string) => {
    const vault = createVault({
      address: 'http://127.0.0.1:8200',
      token: 'none',
      ...(namespace === undefined ? {} : { namespace }),
    });
    onTestFinished(() => vault.close());
    return vault.namespace;
  };
  expect([namespaceOf(), namespaceOf(''), namespaceOf('/team/shop/')]).toEqual([
    undefined,
    undefined,
    'team/shop',
  ]);
});
