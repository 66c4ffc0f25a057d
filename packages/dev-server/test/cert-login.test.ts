import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';

let server: DevServer;
let authority: string;
beforeAll(async () => {
  server = await startDevServer({ tls: true, rootToken: 'root' });
  await call('sys/auth/cert', { type: 'cert' });
  await call('sys/mounts/pki', { type: 'pki' });
  const root = await call('pki/root/generate/internal', {
    common_name: 'authority',
    key_type: 'ec',
    key_bits: 256,
  });
  authority = root.json.data.certificate;
  const anything = {
    allow_any_name: true,
    enforce_hostnames: false,
    key_type: 'ec',
    key_bits: 256,
    ttl: '1h',
  };
  await call('pki/roles/any', anything);
  await call('pki/roles/servers', { ...anything, client_flag: false });
  await call('auth/cert/certs/app', { certificate: authority, allowed_names: 'app*', token_policies: 'app' });
});
afterAll(() => server.close());

interface Shown {
  readonly cert: string;
  readonly key: string;
}

async function call(
  path: string,
  body?: object,
  shown?: Shown,
  method = body === undefined ? 'GET' : 'POST',
) {
  const sent = request(`${server.address}/v1/${path}`, {
    method,
    ca: server.caCertificate,
    agent: false,
    headers: { 'X-Vault-Token': shown === undefined ? 'root' : '' },
    ...shown,
  });
  sent.end(body === undefined ? '' : JSON.stringify(body));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const answer = await text(response);
  return { status: response.statusCode, json: answer === '' ? undefined : JSON.parse(answer) };
}

async function issue(common_name: string, more: object = {}, role = 'any'): Promise<Shown> {
  const { json } = await call(`pki/issue/${role}`, { common_name, ...more });
  return { cert: json.data.certificate, key: json.data.private_key };
}

const refused = async (shown: Shown | undefined, body: object = {}) => {
  const { status, json } = await call('auth/cert/login', body, shown);
  return [status, json.errors[0]];
};

test('a login says who showed the certificate', async () => {
  const { status, json } = await call('auth/cert/login', {}, await issue('app-1'));
  expect(status).toBe(200);
  expect(json.auth).toMatchObject({
    policies: ['app', 'default'],
    metadata: { cert_name: 'app', common_name: 'app-1' },
  });
  expect(json.auth.metadata.serial_number).toMatch(/^\d+$/);
  expect(json.auth.metadata.subject_key_id).toMatch(/^(?:[0-9a-f]{2}:){19}[0-9a-f]{2}$/);
  expect(json.auth.metadata.authority_key_id).not.toBe(json.auth.metadata.subject_key_id);
});

test('every kind of name is compared with patterns', async () => {
  const shown = await issue('main', { alt_names: 'x.example.com,me@example.com' });
  for (const [field, fits, other] of [
    ['allowed_names', 'x.example.*', 'y*'],
    ['allowed_common_names', ['y', 'm*n'], 'x.example.com'],
    ['allowed_dns_sans', '*.example.com', 'y.*'],
    ['allowed_email_sans', 'me@*', 'you@*'],
    ['allowed_uri_sans', '*', 'urn:*'],
    ['allowed_organizational_units', '*', 'web'],
    ['required_extensions', '2.5.29.17:*', '1.2.3:*'],
  ] as const) {
    const login = async (pattern: unknown) => {
      await call('auth/cert/certs/named', { certificate: authority, [field]: pattern });
      const { status } = await call('auth/cert/login', { name: 'Named' }, shown);
      await call('auth/cert/certs/named', undefined, undefined, 'DELETE');
      return status;
    };
    const none = field === 'allowed_uri_sans' || field === 'allowed_organizational_units';
    expect(await login(fits), field).toBe(none ? 400 : 200);
    expect(await login(other), field).toBe(400);
  }
});

test('what is shown and no good is refused as Vault refuses it', async () => {
  const plain = await startDevServer();
  await fetch(`${plain.address}/v1/sys/auth/cert`, {
    method: 'POST',
    headers: { 'X-Vault-Token': plain.rootToken },
    body: '{"type":"cert"}',
  });
  const answer = await fetch(`${plain.address}/v1/auth/cert/login`, { method: 'POST' });
  expect(await answer.json()).toEqual({ errors: ['tls connection required'] });
  await plain.close();
  expect(await refused(undefined)).toEqual([400, 'client certificate must be supplied']);
  expect(await refused(await issue('other'))).toEqual([
    400,
    'no chain matching all constraints could be found for this login certificate',
  ]);
  expect(await refused(await issue('app'), { name: 'none' })).toEqual([
    400,
    'invalid certificate or no client certificate supplied',
  ]);
  expect(await refused(await issue('app', {}, 'servers'))).toEqual([
    500,
    "failed to verify client's certificate: x509: certificate specifies an incompatible key usage",
  ]);
});

test('a role keeps what it was given, and needs a certificate', async () => {
  const { json } = await call('auth/cert/certs/app');
  expect(json.data).toMatchObject({ certificate: authority, display_name: 'app', allowed_names: ['app*'] });
  expect((await call('auth/cert/certs', undefined, undefined, 'LIST')).json.data.keys).toEqual(['app']);
  const bad = await call('auth/cert/certs/bad', { certificate: 'none' });
  expect([bad.status, bad.json.errors[0]]).toEqual([400, 'failed to parse certificate']);
  const server = await issue('app', {}, 'servers');
  expect((await call('auth/cert/certs/bad', { certificate: server.cert })).json.errors[0]).toContain(
    'nonCA certificates should have TLS client authentication',
  );
});
