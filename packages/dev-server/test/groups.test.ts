import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';
import { send, type TestAnswer } from './http-client.js';

let server: DevServer;
const call = (path: string, body?: unknown, more: object = {}): Promise<TestAnswer> =>
  send(server.address, { path: `/v1/identity/${path}`, token: 'root', body, ...more });
const outside = (path: string, body?: unknown, token = 'root'): Promise<TestAnswer> =>
  send(server.address, { path: `/v1/${path}`, token, body });
const idOf = async (path: string, body: unknown): Promise<string> => (await call(path, body)).json.data.id;
const dataOf = async (path: string, body?: unknown) => (await call(path, body)).json.data;

beforeEach(async () => {
  server = await startDevServer({ rootToken: 'root' });
});
afterEach(() => server.close());

test('groups are made, read, changed, listed, looked up and deleted', async () => {
  const entity = await idOf('entity', { name: 'alice' });
  const made = await dataOf('group', { name: 'Team', policies: 'b,a', member_entity_ids: entity });
  expect(made).toEqual({ id: expect.any(String), name: 'Team' });
  expect(await dataOf(`group/id/${made.id}`)).toEqual({
    alias: {},
    creation_time: expect.any(String),
    id: made.id,
    last_update_time: expect.any(String),
    member_entity_ids: [entity],
    member_group_ids: null,
    metadata: null,
    modify_index: 1,
    name: 'Team',
    namespace_id: 'root',
    parent_group_ids: null,
    policies: ['a', 'b'],
    type: 'internal',
  });
  expect((await call('group', { name: 'team', metadata: { a: 'b' } })).status).toBe(204);
  for (const answer of [await dataOf('group/name/TEAM'), await dataOf('lookup/group', { name: 'team' })]) {
    expect(answer).toMatchObject({ id: made.id, name: 'team', metadata: { a: 'b' }, modify_index: 2 });
  }
  const info = { [made.id]: { name: 'team', num_member_entities: 1, num_parent_groups: 0 } };
  expect(await dataOf('group/id?list=true')).toEqual({ key_info: info, keys: [made.id] });
  expect(await dataOf('group/name?list=true')).toEqual({ key_info: info, keys: ['team'] });
  await call('entity/name/alice', undefined, { method: 'DELETE' });
  expect(await dataOf(`group/id/${made.id}`)).toMatchObject({ member_entity_ids: [], modify_index: 3 });
  expect((await call(`group/id/${made.id}`, undefined, { method: 'DELETE' })).status).toBe(204);
  expect((await call('group/id?list=true')).status).toBe(404);
  expect((await call(`group/id/${made.id}`)).status).toBe(404);
  expect((await call('lookup/group', { id: made.id })).status).toBe(204);
});

test.each([
  [{ id: '' }, 'empty group ID'],
  [{ id: 'x' }, 'invalid group ID'],
  [{ policies: ['Root'] }, 'policies cannot contain root'],
  [{ type: 'odd' }, 'invalid group type "odd"'],
  [{ name: 'g', type: 'external' }, 'group type cannot be changed'],
  [{ type: 'external', member_entity_ids: [] }, "member entities can't be set manually for external groups"],
  [{ type: 'external', member_group_ids: [] }, "member groups can't be set for external groups"],
  [{ member_entity_ids: 'x' }, '1 error occurred:\n\t* invalid entity ID "x"\n\n'],
  [{ member_group_ids: 'x' }, '1 error occurred:\n\t* invalid member group ID "x"\n\n'],
  [
    { metadata: { 'a b': 'c' } },
    '1 error occurred:\n\t* invalid group metadata: failed to load metadata pair ("a b", "c"): key contains invalid characters\n\n',
  ],
])('a group with %j is refused', async (body, message) => {
  await call('group', { name: 'g' });
  expect((await call('group', body)).json.errors).toEqual([message]);
});

test('groups are members of groups, but not of themselves by whatever way', async () => {
  const inner = await idOf('group', { name: 'inner' });
  const middle = await idOf('group', { name: 'middle', member_group_ids: inner });
  const outer = await idOf('group', { name: 'outer', member_group_ids: middle });
  expect(await dataOf('group/name/middle')).toMatchObject({
    member_group_ids: [inner],
    parent_group_ids: [outer],
  });
  const message = async (id: string, member: string): Promise<string> =>
    (await call(`group/id/${id}`, { member_group_ids: member })).json.errors[0];
  expect(await message(inner, inner)).toContain('is same as the ID of the group');
  expect(await message(inner, outer)).toContain(
    `cyclic relationship detected for member group ID "${outer}"`,
  );
  await call('group/name/outer', { policies: 'x' });
  expect(await dataOf('group/name/outer')).toMatchObject({ member_group_ids: null, policies: ['x'] });
});

test('the policies of its groups, and of theirs, count for whoever is in them', async () => {
  await outside('sys/auth/userpass', { type: 'userpass' });
  await outside('auth/userpass/users/alice', { password: 'p' });
  await outside('sys/policies/acl/reader', { policy: 'path "secret/*" { capabilities = ["read"] }' });
  const login = async () => (await outside('auth/userpass/login/alice', { password: 'p' })).json.auth;
  const before = await login();
  expect((await outside('secret/data/a', undefined, before.client_token)).status).toBe(403);
  const inner = await idOf('group', { name: 'inner', member_entity_ids: before.entity_id });
  const outer = await idOf('group', { name: 'outer', member_group_ids: inner, policies: 'reader' });
  expect((await outside('secret/data/a', undefined, before.client_token)).status).toBe(404);
  expect(await login()).toMatchObject({ identity_policies: ['reader'], policies: ['default', 'reader'] });
  expect((await outside('auth/token/lookup-self', undefined, before.client_token)).json.data).toMatchObject({
    identity_policies: ['reader'],
    policies: ['default'],
  });
  expect(await dataOf(`entity/id/${before.entity_id}`)).toMatchObject({
    direct_group_ids: [inner],
    group_ids: [inner, outer],
    inherited_group_ids: [outer],
  });
});

test('the paths of a policy name what is known of the groups of an entity', async () => {
  await outside('sys/auth/userpass', { type: 'userpass' });
  await outside('auth/userpass/users/alice', { password: 'p', token_policies: 'grouped' });
  const { auth } = (await outside('auth/userpass/login/alice', { password: 'p' })).json;
  const id = await idOf('group', {
    name: 'blue',
    metadata: { region: 'eu' },
    member_entity_ids: auth.entity_id,
  });
  const templates = ['names.blue.metadata.region', `ids.${id}.name`, 'names.blue.id', 'names.red.name'];
  const rule = (name: string): string =>
    `path "secret/{{identity.groups.${name}}}" { capabilities = ["read"] }`;
  await outside('sys/policies/acl/grouped', { policy: templates.map(rule).join('\n') });
  const paths = ['secret/eu', 'secret/blue', `secret/${id}`, 'secret/red'];
  expect((await outside('sys/capabilities-self', { paths }, auth.client_token)).json.data).toEqual(
    Object.fromEntries(paths.map((path) => [path, [path === 'secret/red' ? 'deny' : 'read']])),
  );
});

test.each([
  [{ 'vault-x': 'a' }, 'key prefix "vault-" is reserved for internal use'],
  [{ a: 'x'.repeat(513) }, 'value is too long (limit: 512 characters)'],
  [{ ['k'.repeat(129)]: '' }, 'key is too long (limit: 128 characters)'],
  [
    Object.fromEntries([...Array(65).keys()].map((key) => [`k${key}`, ''])),
    'metadata cannot contain more than 64 key/value pairs',
  ],
])('an entity is refused metadata that says too much: %#', async (metadata, message) => {
  const answer = await call('entity', { metadata });
  expect(answer.status).toBe(500);
  expect(answer.json.errors[0]).toContain('invalid entity metadata: ');
  expect(answer.json.errors[0]).toContain(message);
});
