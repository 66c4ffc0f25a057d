import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';
import { send } from './http-client.js';

let server: DevServer;
beforeAll(async () => {
  server = await startDevServer();
});
afterAll(() => server.close());

const ask = (method: string, path: string, body?: unknown) =>
  send(server.address, { method, path: `/v1/${path}`, token: server.rootToken, body });

const POLICY = `
length = 12
rule "charset" {
  charset = "abc"
  min-chars = 2
}
rule "charset" {
  charset = "012"
  min-chars = 3
}
`;

test('a password policy is kept as it was written, and makes passwords that fit', async () => {
  expect(await ask('PUT', 'sys/policies/password/one', { policy: POLICY })).toMatchObject({ status: 204 });
  expect((await ask('GET', 'sys/policies/password/one')).json.data).toEqual({ policy: POLICY });
  const made = (await ask('GET', 'sys/policies/password/one/generate')).json.data;
  expect(made).toEqual({ password: expect.stringMatching(/^[abc012]{12}$/) });
  expect(made.password).toMatch(/[abc].*[abc]/);
  expect(made.password).toMatch(/\d.*\d.*\d/);
  expect((await ask('DELETE', 'sys/policies/password/one')).status).toBe(204);
  expect((await ask('DELETE', 'sys/policies/password/one')).status).toBe(204);
  for (const path of ['one', 'one/generate']) {
    expect(await ask('GET', `sys/policies/password/${path}`)).toMatchObject({
      status: 404,
      json: { errors: ['1 error occurred:\n\t* policy does not exist\n\n'] },
    });
  }
});

test('a password policy may come in base64, and in JSON', async () => {
  const json = JSON.stringify({ length: 4, rule: [{ charset: { charset: 'é', 'min-chars': 1 } }] });
  await ask('PUT', 'sys/policies/password/two', { policy: Buffer.from(json).toString('base64') });
  expect((await ask('GET', 'sys/policies/password/two')).json.data).toEqual({ policy: json });
  expect((await ask('GET', 'sys/policies/password/two/generate')).json.data).toEqual({ password: 'éééé' });
});

test.each([
  ['', 'missing policy'],
  [
    'length 5',
    "invalid password policy: unable to decode: At 1:8: key 'length' expected start of object ('{') or assignment ('=')",
  ],
  [
    'length = "a"',
    "invalid password policy: failed to decode configuration: 1 error(s) decoding:\n\n* 'length' expected type 'int', got unconvertible type 'string', value: 'a'",
  ],
  [
    'rule "other" {}',
    'invalid password policy: unable to parse rules: unable to parse rule other: unrecognized rule type other',
  ],
  [
    'rule "charset" { charset = 5 }',
    "invalid password policy: unable to parse rules: unable to parse rule charset: failed to parse charset restriction: 1 error(s) decoding:\n\n* 'charset': source data must be an array or slice, got int",
  ],
  ['rule {}', 'invalid password policy: unable to parse rules: unable to get rule info: rule is empty'],
  [
    'comment = "x"',
    'invalid password policy: 2 errors occurred:\n\t* length must be > 0\n\t* no charset specified\n\n',
  ],
  [
    'length = 4\nrule "charset" { charset = "a\\n" min-chars = 5 }',
    'invalid password policy: 2 errors occurred:\n\t* specified rules require at least 5 characters but 4 is specified\n\t* non-printable character in charset\n\n',
  ],
  ['length = 3\nrule "charset" { charset = "a" }', 'passwords must be between 4 and 100 characters'],
])('the password policy %j is refused', async (policy, problem) => {
  expect(await ask('PUT', 'sys/policies/password/bad', { policy })).toMatchObject({
    status: 400,
    json: { errors: [`1 error occurred:\n\t* ${problem}\n\n`] },
  });
});

test('database passwords are made by the policy of their connection', async () => {
  await ask('POST', 'sys/mounts/database', { type: 'database' });
  await ask('POST', 'database/config/main', {
    plugin_name: 'postgresql-database-plugin',
    allowed_roles: '*',
    connection_url: 'postgres://localhost',
    password_policy: 'digits',
  });
  await ask('POST', 'database/roles/app', { db_name: 'main', creation_statements: 'x' });
  expect(await ask('GET', 'database/creds/app')).toMatchObject({
    status: 500,
    json: {
      errors: ['1 error occurred:\n\t* unable to generate password: no password policy found\n\n'],
    },
  });
  const policy = 'length = 8\nrule "charset" { charset = "0123456789" }';
  await ask('PUT', 'sys/policies/password/digits', { policy });
  expect((await ask('GET', 'database/creds/app')).json.data.password).toMatch(/^\d{8}$/);
});
