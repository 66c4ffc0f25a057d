import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';
import { send, type TestAnswer } from './http-client.js';

let server: DevServer;
const call = (path: string, body?: unknown, more: object = {}): Promise<TestAnswer> =>
  send(server.address, { path: `/v1/${path}`, token: 'root', body, ...more });
beforeEach(async () => {
  server = await startDevServer({ rootToken: 'root' });
});
afterEach(() => server.close());

test('entities are made, changed, looked up and deleted', async () => {
  const made = await call('identity/entity', { name: 'alice', metadata: { team: 'a' }, policies: 'x,Y' });
  expect(made.json.data).toEqual({ aliases: null, id: expect.any(String), name: 'alice' });
  const { id } = made.json.data;
  expect((await call('identity/entity', { name: 'alice', disabled: true })).status).toBe(204);
  for (const answer of [
    await call(`identity/entity/id/${id}`),
    await call('identity/entity/name/alice'),
    await call('identity/lookup/entity', { name: 'alice' }),
  ]) {
    expect(answer.json.data).toMatchObject({
      id,
      disabled: true,
      metadata: { team: 'a' },
      policies: ['Y', 'x'],
    });
  }
  expect((await call(`identity/entity/id/${id}`, { name: 'bob' })).status).toBe(204);
  expect((await call('identity/lookup/entity', { name: 'alice' })).status).toBe(204);
  expect((await call('identity/lookup/entity', {})).json.errors).toEqual(['query parameter not supplied']);
  expect((await call('identity/lookup/entity', { id, name: 'bob' })).json.errors[0]).toContain('conflict');
  expect((await call('identity/entity', { policies: 'root' })).json.errors).toEqual([
    'policies cannot contain root',
  ]);
  expect((await call('identity/entity/name/bob', undefined, { method: 'DELETE' })).status).toBe(204);
  expect((await call(`identity/entity/id/${id}`)).status).toBe(404);
});

test('the policies of an entity count for all its tokens, and are told apart', async () => {
  await call('sys/auth/userpass', { type: 'userpass' });
  await call('auth/userpass/users/alice', { password: 'p' });
  await call('sys/policies/acl/reader', { policy: 'path "secret/*" { capabilities = ["read"] }' });
  const login = () => call('auth/userpass/login/alice', { password: 'p' });
  const first = (await login()).json.auth;
  expect(first).not.toHaveProperty('identity_policies');
  expect((await call('secret/data/a', undefined, { token: first.client_token })).status).toBe(403);
  await call(`identity/entity/id/${first.entity_id}`, { policies: ['reader'] });
  expect((await call('secret/data/a', undefined, { token: first.client_token })).status).toBe(404);
  expect((await login()).json.auth).toMatchObject({
    identity_policies: ['reader'],
    policies: ['default', 'reader'],
    token_policies: ['default'],
  });
  const lookup = await call('auth/token/lookup-self', undefined, { token: first.client_token });
  expect(lookup.json.data).toMatchObject({ identity_policies: ['reader'], policies: ['default'] });
  await call(`identity/entity/id/${first.entity_id}`, { disabled: true });
  expect((await login()).status).toBe(403);
  expect((await call('secret/data/a', undefined, { token: first.client_token })).status).toBe(403);
});

test('aliases are made, renamed, given to another entity and deleted', async () => {
  await call('sys/auth/userpass', { type: 'userpass' });
  const { accessor } = (await call('sys/auth')).json.data['userpass/'];
  const list = (path: string) => call(path, undefined, { method: 'LIST' });
  const alias = (body: object) => call('identity/entity-alias', body);
  expect((await list('identity/entity-alias/id')).status).toBe(404);
  const made = (await alias({ name: 'Alice', mount_accessor: accessor })).json.data;
  const { id, canonical_id } = made;
  expect((await call(`identity/entity-alias/id/${id}`)).json.data).toMatchObject({
    canonical_id,
    mount_path: 'auth/userpass/',
    mount_type: 'userpass',
    name: 'Alice',
    namespace_id: 'root',
  });
  expect((await list('identity/entity/id')).json.data).toMatchObject({
    keys: [canonical_id],
    key_info: { [canonical_id]: { name: expect.any(String), aliases: [{ id, name: 'Alice' }] } },
  });
  await call('auth/userpass/users/alice', { password: 'p' });
  expect((await call('auth/userpass/login/alice', { password: 'p' })).json.auth.entity_id).toBe(canonical_id);
  expect((await alias({ name: 'alice', mount_accessor: accessor })).json.data).toEqual(made);
  const other = (await call('identity/entity', { name: 'other' })).json.data.id;
  expect((await alias({ id, canonical_id: other })).json.data).toEqual({ id, canonical_id: other });
  expect((await alias({ id })).status).toBe(204);
  expect((await call(`identity/alias/id/${id}`)).json.data.id).toBe(id);
  expect((await list('identity/entity-alias/id')).json.data).toMatchObject({
    key_info: { [id]: { canonical_id: other, name: 'alice' } },
  });
  for (const [body, message] of [
    [{ name: 'x' }, "'id' or 'mount_accessor' and 'name' must be provided"],
    [{ name: 'x', mount_accessor: 'y' }, 'invalid mount accessor "y"'],
    [{ name: 'x', mount_accessor: accessor, canonical_id: 'z' }, 'invalid canonical ID'],
    [{ id: 'x' }, 'invalid alias ID provided'],
    [{ id, canonical_id: 'x' }, "given 'canonical_id' is not associated with an entity"],
  ] as const) {
    expect((await alias(body)).json.errors).toEqual([message]);
  }
  await call(`identity/entity-alias/id/${id}`, undefined, { method: 'DELETE' });
  expect((await call(`identity/entity-alias/id/${id}`)).status).toBe(404);
  expect((await call('identity/entity/batch-delete', {})).json.errors).toEqual([
    'missing entity ids to delete',
  ]);
  await call('identity/entity/batch-delete', { entity_ids: [canonical_id, other] });
  expect((await list('identity/entity/name')).status).toBe(404);
});

test('a token is not bound to what is no address', async () => {
  const wrong =
    'error parsing address "x": Unable to convert "x" to an IPv4 or IPv6 address, or a UNIX Socket';
  await call('sys/auth/approle', { type: 'approle' });
  const role = (token_bound_cidrs: string) => call('auth/approle/role/r', { token_bound_cidrs });
  expect((await role('10.0.0.0/8,x')).json.errors).toEqual([wrong]);
  expect((await call('auth/token/roles/r', { token_bound_cidrs: 'x' })).json.errors).toEqual([
    `error parsing role fields: ${wrong}`,
  ]);
  for (const good of ['10.0.0.0/8', '::1', '127.0.0.1', '/run/socket'])
    expect((await role(good)).status).toBe(204);
});

test('entities are merged into one, which their tokens then stand for', async () => {
  await call('sys/auth/userpass', { type: 'userpass' });
  await call('auth/userpass/users/alice', { password: 'p' });
  const { auth } = (await call('auth/userpass/login/alice', { password: 'p' })).json;
  const { id } = (await call('identity/entity', { name: 'one', policies: 'reader' })).json.data;
  await call('sys/policies/acl/reader', { policy: 'path "secret/*" { capabilities = ["read"] }' });
  const merge = async (body: object): Promise<unknown> =>
    (await call('identity/entity/merge', body)).json?.errors?.[0];
  expect(await merge({})).toBe('missing entity id to merge to');
  expect(await merge({ to_entity_id: id })).toBe('missing entity ids to merge from');
  expect(await merge({ to_entity_id: 'x', from_entity_ids: id })).toBe('entity id to merge to is invalid');
  expect(await merge({ to_entity_id: id, from_entity_ids: 'x' })).toBe('entity id to merge from is invalid');
  expect(await merge({ to_entity_id: id, from_entity_ids: id })).toBe(
    'to_entity_id should not be present in from_entity_ids',
  );
  expect(await merge({ to_entity_id: id, from_entity_ids: [auth.entity_id] })).toBe(undefined);
  expect((await call(`identity/entity/id/${auth.entity_id}`)).status).toBe(404);
  const { data } = (await call('identity/entity/name/one')).json;
  expect(data).toMatchObject({
    merged_entity_ids: [auth.entity_id],
    aliases: [{ name: 'alice', canonical_id: id, merged_from_canonical_ids: [auth.entity_id] }],
  });
  expect((await call('secret/data/a', undefined, { token: auth.client_token })).status).toBe(404);
  expect((await call('auth/userpass/login/alice', { password: 'p' })).json.auth.entity_id).toBe(id);
});
