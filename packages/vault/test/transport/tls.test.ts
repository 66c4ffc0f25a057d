import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { type DevServer, startDevServer } from '@strongroom/dev-server';
import { type CertificateAuthority, makeAuthority } from '@strongroom/test-servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { json, secretBody } from '../hostile-server.js';
import { closing, failureOf, open, read, startServer } from './setting.js';

let folder: string;
let issuer: DevServer;
let authority: CertificateAuthority;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vault-tls-'));
  issuer = await startDevServer();
  authority = await makeAuthority(issuer);
});
afterAll(async () => {
  await issuer.close();
  await rm(folder, { recursive: true });
});

const caOf = ({ caCertificate = '' }: DevServer) => caCertificate;

/** A name as Windows wants it too: replacing a file is one step. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

test('trusts an authority as text, as a file and from a folder, with links in it', async () => {
  const server = await startServer({ tls: true });
  const authorities = join(folder, 'authorities');
  await mkdir(join(authorities, '..data'), { recursive: true });
  const caFile = join(authorities, '..data', 'ca.pem');
  await writeFile(caFile, caOf(server));
  await symlink(caFile, join(authorities, 'ca.pem'));
  for (const tls of [{ ca: caOf(server) }, { caFile }, { caFolder: authorities }]) {
    expect(await read(open(server.address, { tls }))).toMatchObject({ status: 'found' });
  }
});

test.each([
  ['an authority that is not trusted', true, {}, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  [
    'a certificate for another host',
    { commonName: 'other.example' },
    undefined,
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ],
  ['a certificate that has ended', { notBefore: 0, notAfter: 1_000 }, undefined, 'CERT_HAS_EXPIRED'],
  [
    'a certificate that has not begun',
    { notBefore: 4e12, notAfter: 4.1e12 },
    undefined,
    'CERT_NOT_YET_VALID',
  ],
] as const)('%s is told, not repeated, and gets no token', async (_, certificate, tls, code) => {
  const server = await startServer({ tls: certificate });
  const vault = open(server.address, { tls: tls ?? { ca: caOf(server) }, retries: 2 });
  const error = await failureOf(read(vault));
  expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', repeatable: false, cause: { code } });
  expect(error.message).toContain(`shows a certificate that is not accepted (${code})`);
  expect(error.hint).toContain('VAULT_CACERT');
  expect(server.requests).toHaveLength(0);
});

test('the name that the certificate must have may be another than that of the address', async () => {
  const server = await startServer({ tls: { commonName: 'vault.example.com' } });
  const tls = { ca: caOf(server), serverName: 'vault.example.com' };
  expect(await read(open(server.address, { tls }))).toMatchObject({ status: 'found' });
});

test('that name may be an IP address, which is asked for by no name', async () => {
  const server = await startServer({ tls: { commonName: 'vault.example.com', addresses: ['192.0.2.7'] } });
  const warnings: string[] = [];
  const listen = ({ message }: Error) => void warnings.push(message);
  process.on('warning', listen);
  const tls = { ca: caOf(server), serverName: '192.0.2.7' };
  expect(await read(open(server.address, { tls }))).toMatchObject({ status: 'found' });
  const error = await failureOf(read(open(server.address, { tls: { ...tls, serverName: '192.0.2.8' } })));
  expect(error.cause).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  process.off('warning', listen);
  expect(warnings).toEqual([]);
});

test('authorities that hold no certificate are told, rather than that the one shown is not accepted', async () => {
  const server = await startServer({ tls: true });
  const cut = join(folder, 'cut.pem');
  await writeFile(cut, caOf(server).slice(0, -30));
  const empty = join(folder, 'nothing');
  await mkdir(empty);
  const ways = [
    [{ caFile: cut }, cut],
    [{ caFolder: empty }, empty],
    [{ ca: cut }, 'given as text'],
    [{ ca: '' }, 'given as text'],
  ] as const;
  for (const [tls, where] of ways) {
    const error = await failureOf(read(open(server.address, { tls })));
    expect(error.message).toBe(`the authorities for ${server.address}, ${where}, hold no certificate in PEM`);
    expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', repeatable: false });
    expect(error.hint).toContain('VAULT_CACERT');
  }
});

test.each(['', 'half of it'])(
  'authorities that are being written (%j) leave those of before',
  async (text) => {
    const server = await startMutual({});
    const caFile = join(folder, 'written.pem');
    await replace(caFile, server.certificate);
    const vault = open(server.address, { tls: { caFile } });
    await read(vault);
    await replace(caFile, text === '' ? '' : server.certificate.slice(0, 200));
    server.closeAllConnections();
    await expect.poll(() => server.sockets, { interval: 1 }).toBe(0);
    expect(await read(vault)).toMatchObject({ status: 'found' });
  },
);

test('skipping verification works, and warns each time', async () => {
  const server = await startServer({ tls: { notBefore: 0, notAfter: 1_000 } });
  const warnings: unknown[] = [];
  const logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (...line: unknown[]) => void warnings.push(line),
    error: () => undefined,
  };
  for (let round = 1; round <= 2; round++) {
    const vault = open(server.address, { tls: { skipVerify: true }, logger });
    expect(await read(vault)).toMatchObject({ status: 'found' });
    expect(warnings).toHaveLength(round);
  }
});

test('a server of TLS 1.1 is refused', async () => {
  const server = await startMutual({
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  const error = await failureOf(read(open(server.address, { tls: { ca: server.certificate } })));
  expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', repeatable: false });
  expect(error.hint).toContain('TLS 1.2');
});

test('authorities that are replaced count from the next connection on', async () => {
  const caFile = join(folder, 'rotated.pem');
  const first = await startDevServer({ tls: true, seed: { 'app/test/database': {} } });
  await writeFile(caFile, caOf(first));
  const port = Number(new URL(first.address).port);
  const vault = open(first.address, { tls: { caFile }, token: () => undefined });
  // Without a token: what counts is that there is an answer.
  expect((await failureOf(read(vault))).code).toBe('SOURCE_DENIED');
  await first.close();
  const second = await startServer({ tls: true, port });
  await replace(caFile, `${caOf(second)}\n`);
  expect((await failureOf(read(vault))).code).toBe('SOURCE_DENIED');
  // In the middle of being written: what was read before stays.
  await replace(caFile, '-----BEGIN CERTIFICATE-----\nhunter2');
  await second.close();
  const third = await startServer({ tls: true, port });
  expect((await failureOf(read(vault))).code).toBe('SOURCE_UNAVAILABLE');
  await replace(caFile, `${caOf(third)}\n\n`);
  expect((await failureOf(read(vault))).code).toBe('SOURCE_DENIED');
});

test('files that cannot be used are told of once, however many connections are made, and so is that they can be again', async () => {
  const caFile = join(folder, 'spoilt.pem');
  const server = await startServer({ tls: true });
  await writeFile(caFile, caOf(server));
  const said: string[] = [];
  const say = (_details: object, message: string) => void said.push(message);
  const logger = { debug: () => undefined, info: say, warn: say, error: say };
  const vault = open(server.address, { tls: { caFile }, logger });
  let connections = 0;
  const readAnew = async (): Promise<void> => {
    // More at once than there are connections that wait for work.
    connections += 2;
    await Promise.all(Array.from({ length: connections }, () => read(vault)));
  };
  await readAnew();
  await replace(caFile, 'hunter2');
  await readAnew();
  await readAnew();
  await rm(caFile);
  await readAnew();
  await readAnew();
  await replace(caFile, `${caOf(server)}\n`);
  await readAnew();
  expect(said).toEqual([
    expect.stringMatching(/spoilt\.pem, hold no certificate in PEM; what was read before stays$/),
    expect.stringMatching(/spoilt\.pem, cannot be read \(ENOENT\); what was read before stays$/),
    'the TLS files for Vault can be used again',
  ]);
});

test('a client certificate that is renewed is shown from the next connection on', async () => {
  const [old, renewed] = [await authority.issue('old'), await authority.issue('renewed')];
  const files = { certFile: join(folder, 'client.pem'), keyFile: join(folder, 'client.key') };
  const write = ({ cert, key }: typeof old) =>
    Promise.all([replace(files.certFile, cert), replace(files.keyFile, key)]);
  await write(old);
  const server = await startMutual({ requestCert: true, rejectUnauthorized: false });
  const vault = open(server.address, { tls: { ca: server.certificate, ...files } });
  await read(vault);
  await read(vault);
  await write(renewed);
  server.closeAllConnections();
  await expect.poll(() => server.sockets, { interval: 1 }).toBe(0);
  await read(vault);
  expect(server.clients).toEqual(['old', 'old', 'renewed']);
  // A certificate without its key is no pair: what was read before stays, until both are there.
  await replace(files.certFile, old.cert);
  server.closeAllConnections();
  await expect.poll(() => server.sockets, { interval: 1 }).toBe(0);
  await read(vault);
  expect(server.clients.at(-1)).toBe('renewed');
});

test('closing while a connection is being secured leaves nothing open', async () => {
  const server = await startMutual({});
  const vault = open(server.address, { tls: { ca: server.certificate } });
  const failure = failureOf(read(vault));
  await vault.close();
  expect((await failure).message).toContain('was closed');
  await expect.poll(() => server.sockets, { interval: 1 }).toBe(0);
});

interface Mutual extends AsyncDisposable {
  readonly address: string;
  readonly certificate: string;
  /** The names in the client certificates, one a request. */
  readonly clients: string[];
  readonly sockets: number;
  closeAllConnections(): void;
}

/** A server of TLS, with a certificate that is good for this machine. */
async function startMutual(options: object): Promise<Mutual> {
  const { cert, key } = await authority.issue('localhost', { addresses: ['127.0.0.1'] });
  const clients: string[] = [];
  let sockets = 0;
  const server: Server = createServer({ cert, key, ...options }, (request, response) => {
    clients.push(String((request.socket as TLSSocket).getPeerCertificate().subject?.CN));
    json(response, 200, secretBody({ a: 1 }));
  });
  server.on('connection', (socket) => {
    sockets++;
    socket.on('close', () => sockets--);
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return closing({
    address: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificate: authority.certificate,
    clients,
    get sockets() {
      return sockets;
    },
    closeAllConnections: () => server.closeAllConnections(),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  });
}
