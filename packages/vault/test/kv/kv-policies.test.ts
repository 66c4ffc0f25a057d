import { createResolver, defineSettings, secret } from '@strongroom/core';
import { type Administration, administer, serverKinds, type TestServer } from '@strongroom/test-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createVault } from '../../src/index.js';

const applications = ['shop', 'shop-admin', 'billing'];
const environments = ['staging', 'production'];
const pairs = applications.flatMap((application) =>
  environments.map((environment) => ({ application, environment })),
);

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  let server: TestServer;
  let admin: Administration;
  beforeAll(async () => {
    server = await kind.start();
    admin = administer(server);
    await admin.mountKv('one', 1);
    for (const { application, environment } of pairs) {
      const value = { password: `${application} in ${environment}` };
      await admin.call('POST', `one/${application}/${environment}/database`, value);
      await admin.call('POST', `secret/data/${application}/${environment}/database`, { data: value });
    }
  });
  afterAll(() => server?.close());

  describe.each([
    [1, 'one', 'one'],
    [2, 'secret', 'secret/data'],
  ] as const)('a token of one application and environment on KV version %i', (_version, mount, base) => {
    it.each(pairs)('of $application in $environment reads its own and nothing else', async (own) => {
      const token = await admin.tokenWith(
        `path "${base}/${own.application}/${own.environment}/*" { capabilities = ["read"] }`,
      );
      await using vault = createVault({ address: server.address, token, retries: 0 });
      for (const pair of pairs) {
        const { application, environment } = pair;
        const path = `${application}/${environment}/database`;
        const read = vault.kv(mount).read(path);
        if (application === own.application && environment === own.environment) {
          expect(await read).toMatchObject({ data: { password: `${application} in ${environment}` } });
        } else {
          await expect(read).rejects.toMatchObject({
            code: 'SOURCE_DENIED',
            status: 403,
            path: `/v1/${base}/${path}`,
            message: expect.stringContaining(`denies /v1/${base}/${path}`),
            hint: expect.stringContaining(`path "${base}/${path}" { capabilities = ["read"] }`),
          });
        }
      }
    });

    it('refuses to start with the token of another, and says what is needed', async () => {
      const token = await admin.tokenWith(`path "${base}/shop/staging/*" { capabilities = ["read"] }`);
      await using vault = createVault({ address: server.address, token, retries: 0 });
      const definition = defineSettings({
        application: 'shop',
        environments,
        settings: { PASSWORD: secret('database/password', z.string()) },
      });
      const load = async (environment: string) => {
        await using resolver = createResolver(definition, {
          environment,
          sources: [vault.source({ mount })],
        });
        return (await resolver.load()).PASSWORD;
      };
      expect(await load('staging')).toBe('shop in staging');
      await expect(load('production')).rejects.toMatchObject({
        code: 'SETTINGS_MISSING',
        message: expect.stringContaining(
          `path "${base}/shop/production/database" { capabilities = ["read"] }`,
        ),
      });
    });
  });

  it.each([
    ['write', ['create', 'update']],
    ['list', ['list']],
    ['delete', ['delete']],
  ] as const)('what is denied to %s names the capabilities', async (what, capabilities) => {
    const token = await admin.tokenWith('path "secret/data/mine/*" { capabilities = ["read"] }');
    await using vault = createVault({ address: server.address, token, retries: 0 });
    const kv = vault.kv();
    await kv.read('mine/x');
    const call = {
      write: () => kv.write('mine/x', { a: 1 }),
      list: () => kv.list('mine'),
      delete: () => kv.delete('mine/x'),
    }[what];
    const path = what === 'list' ? 'secret/metadata/mine/' : 'secret/data/mine/x';
    const names = capabilities.map((name) => `"${name}"`).join(', ');
    await expect(call()).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
      hint: expect.stringContaining(`path "${path}" { capabilities = [${names}] }`),
    });
  });
});
