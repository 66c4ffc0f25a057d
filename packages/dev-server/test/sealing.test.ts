import { expect, test } from 'vitest';
import { startDevServer } from '../src/index.js';
import { send } from './http-client.js';

test('three of five keys open a server, in any order, and the same key does not count twice', async () => {
  await using server = await startDevServer({ initialised: false });
  const put = (path: string, body: unknown) =>
    send(server.address, { method: 'PUT', path: `/v1/sys/${path}`, body });
  const init = await put('init', { secret_shares: 5, secret_threshold: 3 });
  const [a, b, c, , e] = init.json.keys;
  expect(init.json.keys_base64).toHaveLength(5);
  expect((await put('unseal', { key: e })).json).toMatchObject({ sealed: true, t: 3, n: 5, progress: 1 });
  expect((await put('unseal', { key: e })).json.progress).toBe(1);
  const second = await put('unseal', { key: init.json.keys_base64[1] });
  expect(second.json.progress).toBe(2);
  expect(second.json.nonce).toMatch(/^[0-9a-f-]{36}$/);
  expect((await put('unseal', { reset: true })).json.progress).toBe(0);
  await put('unseal', { key: c });
  await put('unseal', { key: a });
  expect((await put('unseal', { key: b })).json).toMatchObject({ sealed: false, progress: 0 });
  const answer = await send(server.address, { path: '/v1/sys/mounts', token: init.json.root_token });
  expect(answer.status).toBe(200);
});

test('wrong keys do not open a server, and the attempt begins anew', async () => {
  await using server = await startDevServer({ initialised: false });
  const put = (path: string, body: unknown) =>
    send(server.address, { method: 'PUT', path: `/v1/sys/${path}`, body });
  await put('init', { secret_shares: 1, secret_threshold: 1 });
  expect((await put('unseal', { key: 'ab'.repeat(32) })).status).toBe(500);
  expect((await put('unseal', { key: 'ab'.repeat(8) })).status).toBe(400);
  expect((await send(server.address, { path: '/v1/sys/seal-status' })).json).toMatchObject({
    sealed: true,
    progress: 0,
  });
});

test.each([
  [{ secret_shares: 0, secret_threshold: 1 }, 'shares must be at least one'],
  [{ secret_shares: 2, secret_threshold: 1 }, 'threshold must be greater than one for multiple shares'],
  [{ secret_shares: 2, secret_threshold: 3 }, 'threshold cannot be larger than shares'],
  [{ secret_shares: 256, secret_threshold: 3 }, 'shares must be less than 256'],
])('%j is refused', async (body, problem) => {
  for (const initialised of [false, true]) {
    await using server = await startDevServer({ initialised });
    const answer = await send(server.address, { method: 'PUT', path: '/v1/sys/init', body });
    expect(answer).toMatchObject({
      status: 400,
      json: { errors: [`invalid seal configuration: ${problem}`] },
    });
  }
});

test('a server in dev mode can be sealed and opened again with the key that it tells', async () => {
  await using server = await startDevServer({ seed: { app: { a: 1 } } });
  const path = '/v1/secret/data/app';
  await send(server.address, { method: 'PUT', path: '/v1/sys/seal', token: server.rootToken });
  expect((await send(server.address, { path, token: server.rootToken })).status).toBe(503);
  await send(server.address, { method: 'PUT', path: '/v1/sys/unseal', body: { key: server.unsealKey } });
  expect((await send(server.address, { path, token: server.rootToken })).json.data.data).toEqual({ a: 1 });
});

test('who has enough keys gets a new root token, and new keys', async () => {
  await using server = await startDevServer();
  const put = (path: string, body: unknown) =>
    send(server.address, { method: 'PUT', path: `/v1/sys/${path}`, body });
  const attempt = (await put('generate-root/attempt', {})).json;
  expect(attempt).toMatchObject({ started: true, progress: 0, required: 1, otp_length: 26 });
  const update = (await put('generate-root/update', { key: server.unsealKey, nonce: attempt.nonce })).json;
  expect(update).toMatchObject({ complete: true, otp: '', otp_length: 0 });
  const encoded = Buffer.from(update.encoded_token, 'base64');
  const token = Buffer.from(encoded.map((byte, index) => byte ^ attempt.otp.charCodeAt(index))).toString();
  expect((await send(server.address, { path: '/v1/sys/mounts', token })).status).toBe(200);

  const rekey = (await put('rekey/init', { secret_shares: 3, secret_threshold: 2 })).json;
  const rekeyed = (await put('rekey/update', { key: server.unsealKey, nonce: rekey.nonce })).json;
  await put('seal', {}).catch(() => {});
  await send(server.address, { method: 'PUT', path: '/v1/sys/seal', token });
  await put('unseal', { key: rekeyed.keys[0] });
  expect((await put('unseal', { key: rekeyed.keys[2] })).json.sealed).toBe(false);
});

test.each([
  [
    'generate-root/attempt',
    'generate-root/update',
    400,
    'root generation aborted: unable to authenticate: unable to retrieve stored keys: failed to decrypt keys from storage: cipher: message authentication failed',
  ],
  [
    'rekey/init',
    'rekey/update',
    500,
    'failed to read master key: failed to decrypt keys from storage: cipher: message authentication failed',
  ],
])('%s: after a wrong key the shares have to be given anew', async (begin, update, status, problem) => {
  await using server = await startDevServer({ initialised: false });
  const put = (path: string, body: unknown) =>
    send(server.address, { method: 'PUT', path: `/v1/sys/${path}`, body });
  const { keys } = (await put('init', { secret_shares: 2, secret_threshold: 2 })).json;
  for (const key of keys) await put('unseal', { key });
  const { nonce } = (await put(begin, { secret_shares: 1, secret_threshold: 1 })).json;
  await put(update, { nonce, key: keys[0] });
  const wrong = `${keys[1].startsWith('00') ? '11' : '00'}${keys[1].slice(2)}`;
  expect(await put(update, { nonce, key: wrong })).toMatchObject({ status, json: { errors: [problem] } });
  expect((await send(server.address, { path: `/v1/sys/${begin}` })).json).toMatchObject({
    started: true,
    progress: 0,
  });
  await put(update, { nonce, key: keys[0] });
  const samePart = `${wrong.slice(0, -2)}${keys[0].slice(-2)}`;
  expect(await put(update, { nonce, key: samePart })).toMatchObject({
    status,
    json: { errors: ['failed to compute master key: duplicate part detected'] },
  });
});

test('new keys count only when they were shown, where that was asked for', async () => {
  await using server = await startDevServer();
  const put = async (path: string, body: unknown) =>
    (await send(server.address, { method: 'PUT', path: `/v1/sys/rekey/${path}`, body })).json;
  expect((await put('verify', { key: 'ab'.repeat(32) })).errors).toEqual(['no rekey in progress']);
  const begun = await put('init', { secret_shares: 3, secret_threshold: 2, require_verification: true });
  expect(begun).toMatchObject({ started: true, verification_required: true });
  expect(begun).not.toHaveProperty('verification_nonce');
  expect((await put('verify', { key: 'ab'.repeat(32) })).errors).toEqual([
    'no rekey verification in progress',
  ]);
  const made = await put('update', { key: server.unsealKey, nonce: begun.nonce });
  expect(made).toMatchObject({ complete: true, verification_required: true });
  const nonce = made.verification_nonce;
  expect((await put('update', { key: server.unsealKey, nonce: begun.nonce })).errors[0]).toContain(nonce);
  expect((await put('verify', { key: made.keys[0] })).errors[0]).toMatch(/^incorrect nonce supplied/);
  expect(await put('verify', { key: made.keys[0], nonce })).toEqual({
    nonce,
    started: true,
    t: 2,
    n: 3,
    progress: 1,
  });
  expect((await put('verify', { key: made.keys[0], nonce })).errors[0]).toMatch(/already been provided/);
  const status = (await send(server.address, { path: '/v1/sys/seal-status' })).json;
  expect(status).toMatchObject({ t: 1, n: 1 });
  expect(await put('verify', { key: made.keys_base64[2], nonce })).toEqual({ nonce, complete: true });
  expect((await send(server.address, { path: '/v1/sys/seal-status' })).json).toMatchObject({ t: 2, n: 3 });
  expect((await send(server.address, { path: '/v1/sys/rekey/verify' })).json.errors).toEqual([
    'no rekey configuration found',
  ]);
});

test('keys are not changed while a server is sealed', async () => {
  await using server = await startDevServer({ initialised: false });
  for (const path of ['init', 'update', 'verify']) {
    const answer = await send(server.address, { path: `/v1/sys/rekey/${path}` });
    expect([answer.status, answer.json.errors]).toEqual([503, ['node is not active']]);
  }
});
