import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@strongroom/core/testing';
import { type DevServer, startDevServer } from '@strongroom/dev-server';
import { type CertificateAuthority, type IssuedCertificate, makeAuthority } from '@strongroom/test-servers';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  type CertificateOptions,
  certificate,
  createVault,
  readVaultEnvironment,
  type Vault,
} from '../../src/index.js';
import { failureOf, quiet, read, readPolicy } from './setting.js';

// Over real handshakes: the server asks for a certificate, and judges the one that it is shown.

const clock = new ManualClock(Date.now());
let folder: string;
let issuer: DevServer;
let server: DevServer;
let authority: CertificateAuthority;
let other: CertificateAuthority;
let web: IssuedCertificate;
let admin: Vault;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vault-cert-'));
  issuer = await startDevServer();
  [authority, other] = await Promise.all([makeAuthority(issuer), makeAuthority(issuer, 'other')]);
  web = await authority.issue('web.example');
  server = await startDevServer({
    tls: true,
    now: () => clock.now(),
    seed: { 'app/database': { url: 'postgres://one' } },
  });
  admin = createVault({
    address: server.address,
    token: () => server.rootToken,
    tls: { ca: server.caCertificate ?? '' },
  });
  const client = await admin.client();
  await client.write('sys/policies/acl/reader', { policy: readPolicy });
  for (const mount of ['cert', 'team/cert']) await client.write(`sys/auth/${mount}`, { type: 'cert' });
  const terms = { token_policies: 'reader', token_ttl: '60s' };
  const trusted = { ...terms, certificate: authority.certificate };
  await client.write('auth/cert/certs/db', { ...trusted, allowed_common_names: 'db.example' });
  await client.write('auth/cert/certs/web', { ...trusted, allowed_common_names: ['web.*', 'www.*'] });
  await client.write('auth/team/cert/certs/pinned', { ...terms, certificate: web.cert });
});
afterAll(async () => {
  await admin.close();
  await Promise.all([issuer.close(), server.close()]);
  await rm(folder, { recursive: true });
});

function open(shown: IssuedCertificate | undefined, options?: CertificateOptions): Vault {
  const vault = createVault({
    address: server.address,
    tls: { ca: server.caCertificate ?? '', ...shown },
    auth: certificate(options),
    clock,
    retries: 0,
  });
  onTestFinished(() => vault.close());
  return vault;
}

const denial = async (vault: Vault) => {
  const error = await failureOf(read(vault));
  expect(error).toMatchObject({ code: 'SOURCE_DENIED', hint: expect.stringContaining('VAULT_CLIENT_CERT') });
  return error.message;
};

test('a certificate of a trusted authority logs in by its name, whichever role that is', async () => {
  expect(await read(open(web))).toMatchObject({ status: 'found' });
  expect(await read(open(web, { role: 'web' }))).toMatchObject({ status: 'found' });
  expect(await read(open(await authority.issue('www.example')))).toMatchObject({ status: 'found' });
});

test('a certificate may stand for itself, at a mount of its own', async () => {
  expect(await read(open(web, { mount: 'team/cert' }))).toMatchObject({ status: 'found' });
  const namesake = await authority.issue('web.example');
  expect(await denial(open(namesake, { mount: 'team/cert' }))).toContain('invalid certificate');
});

test('no certificate, one of another authority, another name and another role are told apart', async () => {
  expect(await denial(open(undefined))).toContain('client certificate must be supplied');
  expect(await denial(open(await other.issue('web.example')))).toContain('invalid certificate');
  expect(await denial(open(await authority.issue('mail.example')))).toContain(
    'no chain matching all constraints',
  );
  expect(await denial(open(web, { role: 'db' }))).toContain('no chain matching all constraints');
  expect(await denial(open(web, { role: 'none' }))).toContain('invalid certificate');
});

test('by variables', async () => {
  const files = { ca: server.caCertificate ?? '', ...web };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const { options, problems } = readVaultEnvironment({
    VAULT_ADDR: server.address,
    VAULT_CACERT: join(folder, 'ca'),
    VAULT_CLIENT_CERT: join(folder, 'cert'),
    VAULT_CLIENT_KEY: join(folder, 'key'),
    STRONGROOM_VAULT_CERT_ROLE: 'web',
  });
  expect(problems).toEqual([]);
  await using vault = createVault(options);
  expect(await read(vault)).toMatchObject({ status: 'found' });
});

test('the token is renewed over connections that show the same certificate', async () => {
  const vault = open(web);
  await read(vault);
  server.clearRequests();
  for (let passed = 0; passed < 200; passed++) {
    clock.advance(1_000);
    await quiet(server);
  }
  expect(await read(vault)).toMatchObject({ status: 'found' });
  const asked = (path: string) => server.requests.filter((request) => request.path.includes(path));
  expect(asked('cert/login')).toHaveLength(0);
  expect(asked('renew-self').length).toBeGreaterThan(3);
  expect(asked('renew-self').every(({ status }) => status === 200)).toBe(true);
});

// The last one: time does not go back.
test('a certificate that has ended is told', async () => {
  const vault = open(web);
  clock.advance(2 * 3_600_000);
  expect(await denial(vault)).toContain('certificate has expired or is not yet valid');
});
