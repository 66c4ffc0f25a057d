import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { secretValue } from './support/leak-check.js';
import { project, shopVault } from './support/project.js';
import { cli } from './support/run-cli.js';

test('a token that a login gave does not outlive the command', async () => {
  const { env, server } = await shopVault();
  const cwd = await project();
  const call = async (path: string, body: object = {}) => {
    const headers = { 'X-Vault-Token': server.rootToken };
    const answer = await fetch(`${server.address}/v1/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return (answer.status === 200 ? await answer.json() : {}) as {
      readonly data?: { readonly secret_id: string };
    };
  };
  await call('sys/auth/approle', { type: 'approle' });
  await call('sys/policies/acl/all', { policy: 'path "secret/*" { capabilities = ["read"] }' });
  await call('auth/approle/role/shop', { token_policies: 'all', role_id: 'shop-role' });
  await call('auth/approle/role/shop/role-id', { role_id: 'shop-role' });
  const secretId = secretValue((await call('auth/approle/role/shop/secret-id')).data?.secret_id ?? '');
  const { VAULT_TOKEN: _, ...others } = env;
  const variables = {
    ...others,
    STRONGROOM_VAULT_ROLE_ID: 'shop-role',
    STRONGROOM_VAULT_SECRET_ID: secretId,
  };
  for (const argv of [
    ['get', 'SECRET_KEY'],
    ['diff', 'staging', 'production'],
  ]) {
    server.clearRequests();
    const { exitCode } = await cli(argv, { cwd, env: variables });
    expect([0, 1]).toContain(exitCode);
    const paths = server.requests.map(({ path }) => path);
    const logins = paths.filter((path) => path === '/v1/auth/approle/login').length;
    expect(logins).toBeGreaterThan(0);
    expect(paths.filter((path) => path === '/v1/auth/token/revoke-self')).toHaveLength(logins);
  }
});

test('keeps nothing on the disk that nobody asked for', async () => {
  const { env } = await shopVault();
  const cwd = await project();
  const before = await readdir(cwd);
  const kept = {
    STRONGROOM_LAST_KNOWN_GOOD: join(cwd, 'kept'),
    STRONGROOM_LAST_KNOWN_GOOD_KEY: Buffer.alloc(32).toString('base64'),
  };
  for (const argv of [['explain'], ['get', 'SECRET_KEY'], ['doctor'], ['policy'], ['completion', 'bash']]) {
    expect((await cli(argv, { cwd, env: { ...env, ...kept } })).exitCode).toBe(0);
  }
  expect(await readdir(cwd)).toEqual(before);
});
