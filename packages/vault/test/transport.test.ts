import { once } from 'node:events';
import { createServer } from 'node:net';
import { ManualClock } from '@strongroom/core/testing';
import { afterEach, expect, test } from 'vitest';
import { createVault, type Vault, VaultError, type VaultOptions } from '../src/index.js';
import { type Answer, type HostileServer, json, secretBody, startHostileServer } from './hostile-server.js';

const token = 's.a-token-that-nobody-may-see';
const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing[Symbol.asyncDispose]();
});

async function given(answer: Answer, options: Partial<VaultOptions> = {}) {
  const server = await startHostileServer(answer);
  opened.push(server);
  return { server, vault: open(server, options) };
}

function open(server: Pick<HostileServer, 'address'>, options: Partial<VaultOptions> = {}): Vault {
  // By a function, so that no life of the token is looked after, and all timers are those of requests.
  const vault = createVault({ address: server.address, token: () => token, retries: 0, ...options });
  opened.push({ [Symbol.asyncDispose]: () => vault.close() });
  return vault;
}

async function failure(vault: Vault): Promise<VaultError> {
  const error: unknown = await vault
    .kv()
    .read('app/development/database')
    .catch((thrown: unknown) => thrown);
  if (!(error instanceof VaultError)) throw new Error('did not fail as Vault fails');
  return error;
}

test('sends the token, the namespace and the marker with every request, and nothing else of note', async () => {
  const { server, vault } = await given((response) => json(response, 200, secretBody({ a: 1 })), {
    namespace: '/team/a/',
  });
  await vault.kv('kv/nested').read('app/with space');
  expect(server.requests[0]).toMatchObject({ method: 'GET', url: '/v1/kv/nested/data/app/with%20space' });
  expect(server.requests[0]?.headers).toEqual({
    host: new URL(server.address).host,
    accept: 'application/json',
    connection: 'keep-alive',
    'x-vault-request': 'true',
    'x-vault-namespace': 'team/a',
    'x-vault-token': token,
  });
});

test('keeps to a path prefix of the address', async () => {
  const { server } = await given((response) => json(response, 404, { errors: [] }));
  await open({ address: `${server.address}/proxy/` })
    .kv()
    .read('a', { version: 3 });
  expect(server.requests[0]?.url).toBe('/proxy/v1/secret/data/a?version=3');
});

test('HTML is not taken for an answer', async () => {
  const { vault } = await given((response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end('<html>Please log in</html>');
  });
  const error = await failure(vault);
  expect(error.code).toBe('SOURCE_MALFORMED');
  expect(error.message).toContain('answered 200 with HTML');
  expect(error.hint).toContain('proxy');
});

test.each([
  ['broken JSON', '{"data": {"hunter2": '],
  ['no object', '"hunter2"'],
  ['a list', '[{"hunter2": 1}]'],
  ['nothing', ''],
  ['no data', '{"request_id": "x"}'],
  [
    'data that is a text',
    '{"data": {"data": "hunter2", "metadata": {"version": 1, "created_time": "2024-01-01T00:00:00Z"}}}',
  ],
  [
    'a version that is none',
    '{"data": {"data": {}, "metadata": {"version": "hunter2", "created_time": "2024-01-01T00:00:00Z"}}}',
  ],
  ['a time that is none', '{"data": {"data": {}, "metadata": {"version": 1, "created_time": "hunter2"}}}'],
  ['a secret of KV version 1', '{"data": {"hunter2": "x"}}'],
])('JSON of the wrong shape is not taken for a secret: %s', async (_, body) => {
  for (const status of [200, 404]) {
    const { vault } = await given((response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body);
    });
    const error = await failure(vault);
    expect(error.code).toBe('SOURCE_MALFORMED');
    expect(JSON.stringify(error) + error.message).not.toContain('hunter2');
  }
});

test('a body that ends before its length is cut off', async () => {
  const { vault } = await given((response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"data": ', () => response.socket?.end());
  });
  const error = await failure(vault);
  expect(error.code).toBe('SOURCE_MALFORMED');
  expect(error.message).toContain('ended its answer before it was complete');
});

test('a connection that is reset in the middle of the body cuts it off too', async () => {
  const { vault } = await given((response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"data": ', () => response.socket?.resetAndDestroy());
  });
  expect(await failure(vault)).toMatchObject({
    code: 'SOURCE_MALFORMED',
    repeatable: true,
    cause: { code: 'ECONNRESET' },
  });
});

test('a connection that is reset without an answer is a failure of the network', async () => {
  const { vault } = await given((response) => response.socket?.resetAndDestroy());
  expect(await failure(vault)).toMatchObject({ code: 'SOURCE_UNAVAILABLE', cause: { code: 'ECONNRESET' } });
});

test('20 MB are refused by their announced length, before they come', async () => {
  const { vault } = await given((response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(20_000_000) });
    response.write('{');
  });
  expect(await failure(vault)).toMatchObject({
    code: 'SOURCE_MALFORMED',
    message: expect.stringContaining('8 MiB'),
  });
});

test('limits that are not round are told as they were given', async () => {
  const { vault } = await given((response) => json(response, 200, { data: 'x'.repeat(1_000_000) }), {
    maxBodyBytes: 1_000_000,
  });
  expect((await failure(vault)).message).toMatch(/ answered with more than 1000000 bytes$/);

  const clock = new ManualClock();
  let asked = () => {};
  const waiting = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const { vault: hasty } = await given(() => asked(), { clock, requestTimeoutMs: 40 });
  const error = failure(hasty);
  await waiting;
  clock.advance(40);
  expect((await error).message).toContain(' did not answer within 40 ms');
});

test('20 MB without an announced length are cut off at the limit', async () => {
  let written = 0;
  const { server, vault } = await given((response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const chunk = Buffer.alloc(64 * 1024, ' ');
    const more = () => {
      while (written < 20_000_000 && !response.destroyed) {
        written += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', more);
      }
    };
    more();
  });
  expect((await failure(vault)).code).toBe('SOURCE_MALFORMED');
  expect(server.sockets.most).toBe(1);
  expect(written).toBeLessThan(20_000_000);
});

test('a connection that never answers ends after the request timeout', async () => {
  const clock = new ManualClock();
  let asked = () => {};
  const waiting = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const { vault } = await given(() => asked(), { clock });
  const error = failure(vault);
  await waiting;
  clock.advance(9_999);
  expect(clock.pending).toBeGreaterThan(0);
  clock.advance(1);
  expect(await error).toMatchObject({
    code: 'SOURCE_UNAVAILABLE',
    message: expect.stringContaining('did not answer within 10 s'),
  });
  expect(clock.pending).toBe(0);
});

test('a body that drips slowly ends after the request timeout too', async () => {
  const clock = new ManualClock();
  let dripped = () => {};
  const dripping = new Promise<void>((resolve) => {
    dripped = resolve;
  });
  const { vault } = await given(
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{', () => dripped());
    },
    { clock },
  );
  const error = failure(vault);
  await dripping;
  clock.advance(10_000);
  expect((await error).code).toBe('SOURCE_UNAVAILABLE');
});

test('a connection that is not made in time ends after the connect timeout', async () => {
  // A listener that never accepts: what does not fit into its backlog stays in the middle of the handshake.
  const server = createServer().listen(0, '127.0.0.1', 1);
  await once(server, 'listening');
  const clock = new ManualClock();
  // TLS to a server that says nothing takes the same way, and every system has it.
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  opened.push({
    [Symbol.asyncDispose]: async () => {
      for (const listener of [server, silent]) {
        listener.close();
        await once(listener, 'close');
      }
    },
  });
  const { port } = silent.address() as { port: number };
  const accepted = once(silent, 'connection');
  const error = failure(open({ address: `https://127.0.0.1:${port}` }, { clock }));
  const [socket] = await accepted;
  clock.advance(5_000);
  expect(await error).toMatchObject({
    code: 'SOURCE_UNAVAILABLE',
    message: expect.stringContaining('did not accept the connection within 5 s'),
  });
  socket.destroy();
});

test('a refused connection says where, and what to check', async () => {
  const server = await startHostileServer(() => undefined);
  await server[Symbol.asyncDispose]();
  const error = await failure(open(server));
  expect(error).toMatchObject({
    code: 'SOURCE_UNAVAILABLE',
    address: server.address,
    locator: `${server.address}/v1/secret/data/app/development/database`,
    message: `Vault at ${server.address} refuses the connection`,
    cause: { code: 'ECONNREFUSED', syscall: 'connect' },
  });
});

test('a server that speaks no HTTP is not taken for Vault', async () => {
  const server = createServer((socket) => socket.end('220 mail.example.com ESMTP\r\n')).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  opened.push({ [Symbol.asyncDispose]: async () => void server.close() });
  const { port } = server.address() as { port: number };
  expect((await failure(open({ address: `http://127.0.0.1:${port}` }))).code).toBe('SOURCE_MALFORMED');
});

test('TLS to a server of plain http says so', async () => {
  const { server } = await given((response) => json(response, 200, {}));
  const error = await failure(open({ address: server.address.replace('http:', 'https:') }));
  expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', repeatable: false });
  expect(error.hint).toContain('http rather than https');
});

test('TLS options that cannot be used are told without their content', async () => {
  const tls = { cert: 'hunter2', key: 'hunter2' };
  const error = await failure(open({ address: 'https://127.0.0.1:1' }, { tls }));
  expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', repeatable: false });
  expect(error.message).toContain('with these TLS options');
  expect(error.stack).not.toContain('hunter2');
});

test('a file of authorities that is not there is named', async () => {
  const error = await failure(
    open({ address: 'https://127.0.0.1:1' }, { tls: { caFile: '/nowhere/ca.pem' } }),
  );
  expect(error.message).toContain('/nowhere/ca.pem, cannot be read (ENOENT)');
});

test.each([
  [301, 'SOURCE_MALFORMED'],
  [302, 'SOURCE_MALFORMED'],
  [307, 'SOURCE_UNAVAILABLE'],
  [308, 'SOURCE_MALFORMED'],
])('a redirect (%i) is not followed, and only the origin it points to is told', async (status, code) => {
  const elsewhere = await given((response) => json(response, 200, secretBody({ a: 1 })));
  const { vault } = await given((response) => {
    response.writeHead(status, { location: `${elsewhere.server.address}/login?next=hunter2` });
    response.end();
  });
  const error = await failure(vault);
  expect(error.code).toBe(code);
  expect(error.message).toContain(`a redirect to ${elsewhere.server.address},`);
  expect(error.message).not.toContain('hunter2');
  expect(elsewhere.server.requests).toHaveLength(0);
});

test.each([
  [503, { errors: ['error performing token check: Vault is sealed'] }, 'SOURCE_UNAVAILABLE', 'is sealed'],
  [503, '<html>down</html>', 'SOURCE_UNAVAILABLE', 'cannot answer now (503)'],
  [429, { errors: ['rate limit quota exceeded'] }, 'SOURCE_UNAVAILABLE', 'too many requests'],
  [500, { errors: ['internal error'] }, 'SOURCE_UNAVAILABLE', 'cannot answer now (500)'],
  [473, { errors: [] }, 'SOURCE_UNAVAILABLE', 'cannot answer now (473)'],
  [412, { errors: ['required index state not present'] }, 'SOURCE_UNAVAILABLE', 'cannot answer now (412)'],
  [400, { errors: ['missing client token'] }, 'SOURCE_DENIED', 'without a token'],
  [
    403,
    { errors: ['2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n'] },
    'SOURCE_DENIED',
    'does not accept the token',
  ],
  [404, { errors: ["no handler for route 'secret/data/app'"] }, 'SOURCE_DENIED', 'has no mount at secret/'],
  [
    404,
    { errors: ['1 error occurred:\n\t* unsupported path\n\n'] },
    'SOURCE_DENIED',
    'has no KV mount at secret/',
  ],
  [
    404,
    { data: null, warnings: ['Invalid path for a versioned K/V secrets engine.'] },
    'SOURCE_DENIED',
    'elsewhere',
  ],
  [
    405,
    { errors: ['1 error occurred:\n\t* unsupported operation\n\n'] },
    'SOURCE_DENIED',
    'unsupported operation',
  ],
  [418, { teapot: true }, 'SOURCE_MALFORMED', 'not as Vault does'],
])('%i %j is %s: %s', async (status, body, code, words) => {
  const { vault } = await given((response) =>
    typeof body === 'string'
      ? response.writeHead(status, { 'content-type': 'text/html' }).end(body)
      : json(response, status, body),
  );
  const error = await failure(vault);
  expect(error).toMatchObject({ code, status });
  expect(error.message).toContain(words);
  expect(error.hint).toMatch(/\S/);
});

test('a denial names the path and the line of a policy that grants it', async () => {
  const { vault } = await given((response) =>
    json(response, 403, { errors: ['1 error occurred:\n\t* permission denied\n\n'] }),
  );
  const error = await failure(vault);
  expect(error.message).toMatch(/denies \/v1\/secret\/data\/app\/development\/database: permission denied; /);
  expect(error.hint).toContain('path "secret/data/app/development/database" { capabilities = ["read"] }');
  expect(error.vaultMessages).toEqual(['permission denied']);
});

test("Vault's own words are bounded, in one line, and never the token", async () => {
  const { vault } = await given((response) =>
    json(response, 400, {
      errors: [`a\u0000b\n${'x'.repeat(500)}`, `bad token ${token}`, 7, { hunter2: 1 }],
    }),
  );
  const { vaultMessages, message } = await failure(vault);
  expect(vaultMessages).toEqual([`a b ${'x'.repeat(196)}…`]);
  expect(message).not.toContain(token);
});

test('says how to give a token when there is none', async () => {
  const { server } = await given((response) => json(response, 200, secretBody({})));
  const vault = createVault({ address: server.address });
  const error = await failure(vault);
  expect(error).toMatchObject({
    code: 'SOURCE_DENIED',
    message: `there is no token for Vault at ${server.address}`,
  });
  expect(error.hint).toContain('VAULT_TOKEN');
  expect(server.requests).toHaveLength(0);
});

test.each(['two\nlines', 'bell\u0007', 'ümlaut', 'a b', ' '])(
  'does not send a token that cannot be one: %j',
  async (bad) => {
    const { server } = await given((response) => json(response, 200, secretBody({})));
    expect((await failure(open(server, { token: bad }))).code).toBe('SOURCE_DENIED');
    expect(server.requests).toHaveLength(0);
  },
);

test('hides what a function that gives the token throws', async () => {
  const { server } = await given((response) => json(response, 200, secretBody({})));
  const error = await failure(
    open(server, {
      token: () => {
        throw new Error('hunter2');
      },
    }),
  );
  expect(error.code).toBe('SOURCE_DENIED');
  expect(`${error.message}${error.stack}${String(error.cause)}`).not.toContain('hunter2');
});

test('asks a function for the token of each request', async () => {
  const { server } = await given((response) => json(response, 200, secretBody({})));
  const tokens = ['first', 'second'];
  const vault = open(server, { token: async () => tokens.shift() });
  await vault.kv().read('a');
  await vault.kv().read('a');
  await vault.kv().read('a');
  expect(server.requests.map(({ headers }) => headers['x-vault-token'])).toEqual([
    'first',
    'second',
    undefined,
  ]);
});

test('repeats a read that may pass, with the time of the clock', async () => {
  const clock = new ManualClock();
  let times = 0;
  const { server, vault } = await given(
    (response) => {
      times++;
      if (times === 1) return json(response, 503, { errors: [] });
      if (times === 2) return void response.socket?.resetAndDestroy();
      json(response, 200, secretBody({ a: 1 }));
    },
    { clock, retries: 2 },
  );
  const read = vault.kv().read('a');
  const moving = setInterval(() => clock.advance(100), 1);
  expect(await read).toMatchObject({ status: 'found' });
  clearInterval(moving);
  expect(server.requests).toHaveLength(3);
  expect(clock.pending).toBe(0);
});

test('a connection that the server closed meanwhile costs no repeat and no wait', async () => {
  const { server, vault } = await given((response, request) => {
    if (server.requests.length > 1 && request.socket === server.requests[0]?.socket) {
      request.socket.resetAndDestroy();
    } else json(response, 200, secretBody({ a: 1 }));
  });
  await vault.kv().read('a');
  expect(await vault.kv().read('a')).toMatchObject({ status: 'found' });
  expect(server.requests).toHaveLength(3);
});

test('an abort ends a request under way, a request in line and a wait', async () => {
  const clock = new ManualClock();
  let asked = () => {};
  const waiting = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const { server, vault } = await given(() => asked(), { maxSockets: 1, clock });
  const controller = new AbortController();
  const { signal } = controller;
  const reads = ['a', 'b'].map((path) => vault.kv().read(path, { signal }));
  await waiting;
  controller.abort(new Error('hunter2'));
  for (const read of reads) {
    const error = await read.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringContaining('called off'),
    });
    expect((error as Error).message).not.toContain('hunter2');
  }
  await expect(vault.kv().read('c', { signal })).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  expect(server.requests).toHaveLength(1);
  expect(clock.pending).toBe(0);

  const dead = open(server, { clock, retries: 2 });
  await server[Symbol.asyncDispose]();
  const waits = new AbortController();
  const read = dead.kv().read('a', { signal: waits.signal });
  await expect.poll(() => clock.pending, { interval: 1 }).toBe(1);
  waits.abort();
  await expect(read).rejects.toMatchObject({ message: expect.stringContaining('called off') });
  opened.splice(opened.indexOf(server), 1);
});

test('closing ends requests under way, waits, and every later request', async () => {
  const clock = new ManualClock();
  let asked = () => {};
  const waiting = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const { vault } = await given(() => asked(), { clock });
  const error = failure(vault);
  await waiting;
  await vault.close();
  expect((await error).message).toContain('was closed');
  expect((await failure(vault)).message).toContain('was closed');
  expect(clock.pending).toBe(0);
  await vault.close();
});

test('reports every option that cannot work, at once', () => {
  expect(() =>
    createVault({
      address: 'http://u:hunter2@vault',
      maxSockets: 0,
      maxWaiting: 1.5,
      retries: -1,
      requestTimeoutMs: Number.NaN,
      namespace: 'a b',
      authNamespace: 'a\nb',
    }),
  ).toThrow(
    expect.objectContaining({
      code: 'SETTINGS_INVALID',
      problems: [
        'address',
        'maxSockets',
        'maxWaiting',
        'requestTimeoutMs',
        'retries',
        'namespace',
        'authNamespace',
      ].map((name) => expect.objectContaining({ name })),
    }),
  );
});
