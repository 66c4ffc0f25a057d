import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';
import { sendText } from './http-client.js';

let server: DevServer;
beforeAll(async () => {
  server = await startDevServer({ rootToken: 'root' });
});
afterAll(() => server.close());

const put = async (path: string, body: string, headers: Record<string, string> = {}): Promise<unknown> => {
  const { status, json } = await sendText(server.address, {
    method: 'PUT',
    path: `/v1/${path}`,
    token: 'root',
    text: body,
    headers,
  });
  return [status, json?.errors ?? json];
};

describe('what Go says of a body that does not fit', () => {
  test.each([
    ['sys/unseal', '', 'EOF'],
    ['sys/rekey/init', ' ', 'EOF'],
    ['sys/unseal', 'nothing', "invalid character 'o' in literal null (expecting 'u')"],
    ['sys/unseal', '{"key"', 'unexpected EOF'],
    ['sys/unseal', '{key: 1}', "invalid character 'k' looking for beginning of object key string"],
    ['sys/unseal', '{"key" 1}', "invalid character '1' after object key"],
    ['sys/unseal', '{"key": 1 2}', "invalid character '2' after object key:value pair"],
    ['sys/unseal', '{"key": [1 2]}', "invalid character '2' after array element"],
    ['sys/unseal', '{"key": "\\x"}', "invalid character 'x' in string escape code"],
    ['sys/unseal', '{"key": -a}', "invalid character 'a' in numeric literal"],
    ['sys/unseal', "{'key': 1}", "invalid character '\\'' looking for beginning of object key string"],
    ['sys/unseal', '[]', 'json: cannot unmarshal array into Go value of type http.UnsealRequest'],
    [
      'sys/unseal',
      '{"key": 1, "reset": "x"}',
      'json: cannot unmarshal number into Go struct field UnsealRequest.Key of type string',
    ],
    [
      'sys/init',
      '{"secret_shares": "1"}',
      'json: cannot unmarshal string into Go struct field InitRequest.secret_shares of type int',
    ],
    [
      'sys/init',
      '{"secret_shares": 1.5}',
      'json: cannot unmarshal number 1.5 into Go struct field InitRequest.secret_shares of type int',
    ],
    [
      'sys/rekey/init',
      '{"pgp_keys": [true]}',
      'json: cannot unmarshal bool into Go struct field RekeyRequest.pgp_keys of type string',
    ],
  ])('%s with %j', async (path, body, problem) => {
    const text = problem === 'EOF' ? problem : `failed to parse JSON input: ${problem}`;
    expect(await put(path, body)).toEqual([400, [text]]);
  });

  test('a generation of a root token is read like a logical request first', async () => {
    expect(await put('sys/generate-root/attempt', '{')).toEqual([400, ['error parsing JSON']]);
    expect(await put('sys/generate-root/update', '[]')).toEqual([400, ['error parsing JSON']]);
    expect(await put('sys/generate-root/update', '')).toEqual([400, ['EOF']]);
    const patched = await sendText(server.address, { method: 'PATCH', path: '/v1/sys/generate-root/update' });
    expect([patched.status, patched.json.errors]).toEqual([405, []]);
  });

  test('names of fields fit in any case, and a generation of a root token needs no body', async () => {
    expect(await put('sys/unseal', '{"KEY": "zz"}')).toEqual([
      400,
      ["'key' must be a valid hex or base64 string"],
    ]);
    expect(await put('sys/generate-root/attempt', '')).toMatchObject([200, { started: true }]);
    expect(await put('sys/generate-root/update', '{"key": "abcd"}')).toEqual([
      400,
      ['invalid key: key is shorter than minimum 16 bytes'],
    ]);
  });
});

test('several values of one name in a form are one list with commas', async () => {
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  await put('cubbyhole/form', 'a=1&a=2&b=x+y', form);
  const read = await sendText(server.address, { method: 'GET', path: '/v1/cubbyhole/form', token: 'root' });
  expect(read.json.data).toEqual({ a: '1,2', b: 'x y' });
  expect(await put('cubbyhole/form', 'a=%zz', form)).toEqual([400, ['error parsing form data']]);
});

test.each([
  [':code', 'name'],
  ['method:', 'value'],
])('the header for a second factor is not %j', async (header, missing) => {
  expect(await put('cubbyhole/x', '{"a": 1}', { 'X-Vault-MFA': header })).toEqual([
    400,
    [`failed to parse X-Vault-MFA header: invalid data in header "X-Vault-MFA"; missing method ${missing}`],
  ]);
});

test('a header that is to override policies has to be a boolean', async () => {
  expect(await put('cubbyhole/x', '{"a": 1}', { 'X-Vault-Policy-Override': 'true' })).toEqual([
    204,
    undefined,
  ]);
  expect(await put('cubbyhole/x', '{"a": 1}', { 'X-Vault-Policy-Override': 'yes' })).toEqual([
    400,
    [
      `failed to parse X-Vault-Policy-Override header: cannot parse '' as bool: strconv.ParseBool: parsing "yes": invalid syntax`,
    ],
  ]);
});

test('a question for the health that makes no sense has an empty answer for HEAD', async () => {
  const answer = await sendText(server.address, { method: 'HEAD', path: '/v1/sys/health?standbyok=perhaps' });
  expect([answer.status, answer.headers['content-type']]).toEqual([400, undefined]);
});
