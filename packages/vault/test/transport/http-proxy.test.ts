import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { canarySecret, findCanary, ManualClock } from '@strongroom/core/testing';
import { expect, test } from 'vitest';
import { readVaultEnvironment } from '../../src/index.js';
import { parseAddresses } from '../../src/transport/address.js';
import { isProxy, proxyFor } from '../../src/transport/http-proxy.js';
import { closing, failureOf, open, read, startServer } from './setting.js';

/** A forward proxy that sends everything to one server, whatever its name. */
async function startForwardProxy(target: string, { answer = 200 }: { readonly answer?: number } = {}) {
  const { port } = new URL(target);
  const asked: string[] = [];
  const credentials: (string | undefined)[] = [];
  const open = new Set<Socket>();
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    credentials.push(request.headers['proxy-authorization']);
    if (answer !== 200) return void response.writeHead(answer).end('<html>who are you?</html>');
    const { 'proxy-authorization': _, ...headers } = request.headers;
    const { pathname } = new URL(request.url ?? '');
    const onward = httpRequest({ port, path: pathname, method: request.method, headers }, (incoming) => {
      response.writeHead(incoming.statusCode ?? 0, incoming.headers);
      incoming.pipe(response);
    });
    request.pipe(onward);
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.on('connect', (request, socket: Socket) => {
    asked.push(`CONNECT ${request.url}`);
    credentials.push(request.headers['proxy-authorization']);
    socket.on('error', () => undefined);
    // Half-open as HTTP servers leave it, this side has to end too.
    if (answer === 0) return void socket.on('end', () => socket.end()).resume();
    if (answer !== 200) return void socket.end(`HTTP/1.1 ${answer} No\r\n\r\n`);
    const upstream = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return closing({
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    credentials,
    get open() {
      return open.size;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  });
}

const withCredentials = (address: string, user: string, password: string) =>
  address.replace('//', `//${encodeURIComponent(user)}:${encodeURIComponent(password)}@`);

const startVault = () => startServer({ tls: { commonName: 'vault.example.com' } });

test('reaches https by a tunnel, with credentials for the proxy, and keeps it', async () => {
  const server = await startVault();
  const proxy = await startForwardProxy(server.address);
  const vault = open('https://vault.example.com:8200', {
    proxy: withCredentials(proxy.address, 'user', 'p:a ss'),
    tls: { ca: server.caCertificate ?? '' },
    maxSockets: 4,
  });
  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: 20 }, (_, index) => vault.kv().read(`app/test/${index}`)));
  }
  expect(await read(vault)).toMatchObject({ status: 'found' });
  expect(proxy.asked.length).toBeLessThanOrEqual(5);
  expect(new Set(proxy.asked)).toEqual(new Set(['CONNECT vault.example.com:8200']));
  expect(proxy.credentials[0]).toBe(`Basic ${Buffer.from('user:p:a ss').toString('base64')}`);
  await vault.close();
  await expect.poll(() => proxy.open, { interval: 1 }).toBe(0);
});

test('the certificate inside the tunnel must be that of Vault', async () => {
  const server = await startVault();
  const proxy = await startForwardProxy(server.address);
  const tls = { ca: server.caCertificate ?? '' };
  for (const address of ['https://other.example.com:8200', 'https://192.0.2.1:8200']) {
    const error = await failureOf(read(open(address, { proxy: proxy.address, tls })));
    expect(error).toMatchObject({ cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, repeatable: false });
  }
  expect(server.requests).toHaveLength(0);
});

test('passes plain http on by a proxy, when code allows it', async () => {
  const server = await startServer();
  const proxy = await startForwardProxy(server.address);
  const address = 'http://vault.example.com:8200';
  const given = withCredentials(proxy.address, 'user', 'p:a ss');
  const vault = open(address, { proxy: given, allowInsecureHttp: true });
  for (let round = 0; round < 2; round++) expect(await read(vault)).toMatchObject({ status: 'found' });
  expect(new Set(proxy.asked)).toEqual(new Set([`GET ${address}/v1/secret/data/app/test/database`]));
  expect(proxy.credentials).toEqual(Array(2).fill(`Basic ${Buffer.from('user:p:a ss').toString('base64')}`));
  expect(proxy.open).toBe(1);
});

test('a proxy that passes plain http on is told from Vault too, when it wants credentials or is not there', async () => {
  const server = await startServer();
  const proxy = await startForwardProxy(server.address, { answer: 407 });
  const ways = { proxy: withCredentials(proxy.address, 'user', 'hunter2'), allowInsecureHttp: true };
  const vault = open('http://vault.example.com', ways);
  const refused = await failureOf(read(vault));
  expect(refused).toMatchObject({ code: 'SOURCE_UNAVAILABLE', repeatable: false });
  expect(refused.message).toContain(`its proxy ${proxy.address} does not connect to it (407)`);
  await proxy[Symbol.asyncDispose]();
  const dead = await failureOf(read(open('http://vault.example.com', ways)));
  expect(dead).toMatchObject({ code: 'SOURCE_UNAVAILABLE', repeatable: true });
  expect(dead.message).toContain(`its proxy ${proxy.address} cannot be reached (ECONNREFUSED)`);
  for (const { hint } of [refused, dead]) expect(hint).toContain('VAULT_PROXY_ADDR');
});

test.each([
  [407, false],
  [403, false],
  [502, true],
])('a proxy that answers %i is told from Vault, without its credentials', async (status, repeatable) => {
  const server = await startVault();
  const proxy = await startForwardProxy(server.address, { answer: status });
  const password = canarySecret();
  const seen: unknown[] = [];
  const log = (...line: unknown[]) => void seen.push(line);
  const vault = open('https://vault.example.com', {
    proxy: withCredentials(proxy.address, 'user', password),
    logger: { debug: log, info: log, warn: log, error: log },
  });
  const error = await failureOf(read(vault));
  expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', repeatable });
  expect(error.message).toContain(`its proxy ${proxy.address} does not connect to it (${status})`);
  expect(findCanary(password, error, seen, vault)).toBeUndefined();
  await proxy[Symbol.asyncDispose]().catch(() => undefined);
});

test('a proxy that says nothing ends at the connect deadline, and closing ends it too', async () => {
  const server = await startVault();
  const proxy = await startForwardProxy(server.address, { answer: 0 });
  const clock = new ManualClock();
  const vault = open('https://vault.example.com', { proxy: proxy.address, clock });
  const failure = failureOf(read(vault));
  await expect.poll(() => proxy.asked.length, { interval: 1 }).toBe(1);
  clock.advance(5_000);
  expect((await failure).message).toContain('did not accept the connection within 5 s');
  const another = failureOf(read(vault));
  await expect.poll(() => proxy.asked.length, { interval: 1 }).toBe(2);
  await vault.close();
  expect((await another).message).toContain('was closed');
  await expect.poll(() => proxy.open, { interval: 1 }).toBe(0);
  expect(clock.pending).toBe(0);
});

test("reads the proxy from the variables: Vault's own before the usual ones", () => {
  const proxyOf = (variables: Record<string, string>) => {
    const { options, problems } = readVaultEnvironment({ VAULT_ADDR: 'https://vault', ...variables });
    return problems.length > 0 ? problems : options.proxy;
  };
  const usual = { HTTPS_PROXY: 'http://a', https_proxy: 'http://b', http_proxy: 'http://c', NO_PROXY: 'x' };
  expect(proxyOf({})).toBeUndefined();
  expect(proxyOf({ NO_PROXY: 'x' })).toBeUndefined();
  expect(proxyOf(usual)).toEqual({ https: 'http://a', http: 'http://c', except: 'x' });
  expect(proxyOf({ ...usual, VAULT_HTTP_PROXY: 'http://d' })).toBe('http://d');
  expect(proxyOf({ ...usual, VAULT_HTTP_PROXY: 'http://d', VAULT_PROXY_ADDR: 'http://e' })).toBe('http://e');
  for (const bad of ['socks5://hunter2@x', 'http://hunter2:%zz@x', 'http://hunter2 @x']) {
    const told = JSON.stringify(proxyOf({ HTTPS_PROXY: bad }));
    expect(told).toContain('HTTPS_PROXY');
    expect(told).not.toContain('hunter2');
  }
});

test.each([
  ['vault.example.com', 'vault.example.com', false],
  ['vault.example.com', 'example.com', false],
  ['vault.example.com', '.example.com,other', false],
  ['vault.example.com', 'other, *.example.com', false],
  ['vault.example.com', 'vault.example.com:8200', false],
  ['vault.example.com', '*', false],
  ['vault.example.com', 'vault.example.com:443', true],
  ['vault.example.com', 'ault.example.com', true],
  ['vault.example.com', '', true],
  ['192.0.2.1', '192.0.2.1', false],
  ['[2001:db8::1]', '2001:db8::1', false],
  ['127.0.0.1', '', false],
])('asks %s directly by NO_PROXY=%j, or not', (host, except, proxied) => {
  const { addresses } = parseAddresses(`https://${host}:8200`, 'address');
  const [proxy] = addresses.map((address) => proxyFor(address, { https: 'http://proxy:3128', except }));
  expect(isProxy(proxy)).toBe(proxied);
});
