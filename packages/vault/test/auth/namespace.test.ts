import { administer } from '@strongroom/test-servers';
import { expect, test } from 'vitest';
import { appRole, readVaultEnvironment } from '../../src/index.js';
import { withDatabase } from '../lease/database.js';
import {
  failureOf,
  makeAppRole,
  makeToken,
  newSecretId,
  open,
  read,
  startTimed,
  wrapped,
} from './setting.js';

// The embedded server takes no notice of namespaces, but its log does.

test('logins and all that is about the token go to their namespace, and nothing else does', async () => {
  const { server, clock, pass } = await startTimed();
  const settings = { token_ttl: 60, token_policies: ['reader', 'creds'] };
  const { roleId } = await makeAppRole(server, settings);
  await withDatabase(server);
  await administer(server).call('PUT', 'sys/policies/acl/creds', {
    policy: 'path "database/creds/app" { capabilities = ["read"] }',
  });
  const wrappedSecretId = await wrapped(server, 'auth/approle/role/app/secret-id');
  server.clearRequests();
  const vault = open(server, {
    auth: appRole({ roleId, wrappedSecretId }),
    namespace: 'admin/team',
    authNamespace: '/admin/',
    clock,
    revokeTokens: true,
  });
  await read(vault);
  await vault.lease('database/creds/app');
  await failureOf(read(vault, 'other/database'));
  await pass(50_000);
  await vault.close();
  const asked = new Map(
    server.requests.map(({ path, namespace }) => [path.replace(/^\/v1\//, ''), namespace]),
  );
  expect(Object.fromEntries(asked)).toEqual({
    'sys/wrapping/lookup': 'admin',
    'sys/wrapping/unwrap': 'admin',
    'auth/approle/login': 'admin',
    'auth/token/lookup-self': 'admin',
    'auth/token/renew-self': 'admin',
    'auth/token/revoke-self': 'admin',
    'secret/data/app/database': 'admin/team',
    'secret/data/other/database': 'admin/team',
    'database/creds/app': 'admin/team',
  });
});

test('the root namespace has a name of its own, and variables say it too', async () => {
  const { server, clock } = await startTimed();
  const { roleId } = await makeAppRole(server);
  const { options, problems } = readVaultEnvironment({
    VAULT_ADDR: server.address,
    VAULT_NAMESPACE: 'team',
    STRONGROOM_VAULT_AUTH_NAMESPACE: 'root',
    STRONGROOM_VAULT_ROLE_ID: roleId,
    STRONGROOM_VAULT_SECRET_ID: await newSecretId(server),
  });
  expect(problems).toEqual([]);
  server.clearRequests();
  await read(open(server, { ...options, clock }));
  expect(server.requests.map(({ path, namespace }) => [path, namespace])).toEqual([
    ['/v1/auth/approle/login', ''],
    ['/v1/secret/data/app/database', 'team'],
  ]);
});

test('a token that was given is looked up in its namespace', async () => {
  const { server, clock, pass } = await startTimed();
  await makeAppRole(server);
  const token = await makeToken(server, { ttl: '60s' });
  server.clearRequests();
  await read(open(server, { token, namespace: 'team', authNamespace: 'root', clock }));
  await pass(2_000);
  expect(server.requests.map(({ path, namespace }) => [path, namespace])).toEqual([
    ['/v1/secret/data/app/database', 'team'],
    ['/v1/auth/token/lookup-self', ''],
  ]);
});
