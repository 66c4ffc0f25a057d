import { ManualClock } from '@strongroom/core/testing';
import { expect, onTestFinished, test, vi } from 'vitest';
import { appRole, createVault, kubernetes, userpass, type Vault, type VaultOptions } from '../src/index.js';
import { failureOf } from './auth/setting.js';
import { type Answer, json, secretBody, startHostileServer } from './hostile-server.js';
import { limits, PassingClock } from './lease/passing-clock.js';

// What Vault 1.13 to 1.21 and OpenBao answer and Vault 1.8, whose answers are recorded, does not.

const denied = '1 error occurred:\n\t* permission denied\n\n';
const dead = '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n';

const hour = 3_600_000;
const second = 1_000;

async function start(answer: Answer) {
  const server = await startHostileServer(answer);
  onTestFinished(() => server[Symbol.asyncDispose]());
  const asked = (part: string) => server.requests.filter(({ url }) => url?.includes(part)).length;
  return { server, address: server.address, asked };
}

function open(address: string | readonly string[], options: Partial<VaultOptions> = {}): Vault {
  const token = options.auth === undefined ? { token: () => 's.token' } : {};
  const vault = createVault({ address, retries: 0, ...token, ...options });
  onTestFinished(() => vault.close());
  return vault;
}

const read = (vault: Vault) => vault.kv().read('app/database');
const auth = (token: string, more: object = {}) => ({
  auth: { client_token: token, lease_duration: 3600, renewable: true, policies: ['app'], ...more },
});

test.each([
  [400, 'path disabled in replication DR secondary mode', 'is the disaster recovery secondary', /primary/],
  [500, 'please forward to the active node', 'is a standby node', /other nodes/],
  [503, 'no active Vault instance found', 'is a standby node', /other nodes/],
  [503, 'Namespace is sealed', 'has sealed the namespace', /bao namespace unseal/],
  [
    503,
    'API access to this namespace has been locked by an administrator',
    'has locked the namespace',
    /namespace unlock/,
  ],
  [
    400,
    'Waiting for the primary to upgrade from non-versioned to versioned data. This backend will be unavailable for a brief period and will resume service when the primary is finished.',
    'is upgrading the mount',
    /in a moment/,
  ],
])('%i "%s" is no denial but an outage: %s', async (status, text, words, hint) => {
  const { address } = await start((response) => json(response, status, { errors: [text] }));
  const error = await failureOf(read(open(address)));
  expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', status });
  expect(error.message).toContain(words);
  expect(error.hint).toMatch(hint);
  const login = await failureOf(read(open(address, { auth: userpass({ username: 'a', password: 'b' }) })));
  expect(login).toMatchObject({ code: 'SOURCE_UNAVAILABLE', status });
  expect(login.message).toContain(words);
});

test.each([
  [400, 'path disabled in replication DR secondary mode'],
  [500, 'please forward to the active node'],
  [503, 'no active OpenBao instance found'],
  [503, 'node is not active'],
])('a node that says %i "%s" is left, for writes too', async (status, text) => {
  const idle = await start((response) => json(response, status, { errors: [text] }));
  const active = await start((response) => json(response, 200, { data: { version: 1 } }));
  const vault = open([idle.address, active.address]);
  await vault.kv().write('app/database', { a: 1 });
  expect(active.server.requests.at(-1)?.method).toBe('POST');
});

test('a namespace that is locked or a mount that is upgraded is so at every node', async () => {
  const text = 'API access to this namespace has been locked by an administrator';
  const locked = await start((response) => json(response, 503, { errors: [text] }));
  const other = await start((response) => json(response, 200, secretBody({ a: 1 })));
  await failureOf(read(open([locked.address, other.address])));
  expect(other.server.requests).toHaveLength(0);
});

test('a disaster recovery secondary does not end the renewal of a token', async () => {
  const clock = new PassingClock();
  let renewals = 0;
  const { address, asked } = await start((response, { url = '' }) => {
    if (url.includes('renew-self') && renewals++ === 0) {
      return json(response, 400, { errors: ['path disabled in replication DR secondary mode'] });
    }
    json(response, 200, url.includes('auth/') ? auth('s.one') : secretBody({ a: 1 }));
  });
  const login = userpass({ username: 'a', password: 'b' });
  await read(open(address, { clock, ...limits, auth: login }));
  // Tried again, where a token that Vault refuses to renew would be replaced by a login.
  await clock.pass(hour * 0.75);
  expect(renewals).toBe(2);
  expect(asked('/login/')).toBe(1);
});

test('OpenBao tells a namespace that there is not from a mount', async () => {
  const { address } = await start((response) => json(response, 404, { errors: ['namespace not found'] }));
  const wanted = { code: 'SOURCE_DENIED', message: expect.stringContaining('has no such namespace') };
  const vault = open(address, { namespace: 'team' });
  const calls = [
    read(vault),
    vault.kv().list(),
    vault.kv().write('a', { b: 1 }),
    vault.kv().metadata('a'),
    vault.lease('database/creds/app'),
    read(open(address, { auth: userpass({ username: 'a', password: 'b' }) })),
    read(open(address, { auth: appRole({ roleId: 'a', wrappedSecretId: 'b' }) })),
  ];
  for (const error of await Promise.all(calls.map(failureOf))) {
    expect(error).toMatchObject(wanted);
    expect(error.hint).toContain('VAULT_NAMESPACE');
  }
});

test('the namespace `root` is where all begin, which OpenBao knows by no name', async () => {
  const { server, address } = await start((response) => json(response, 200, secretBody({ a: 1 })));
  await read(open(address, { namespace: 'root' }));
  await read(open(address, { namespace: '/root/' }));
  await read(open(address, { namespace: 'root/team' }));
  expect(server.requests.map(({ headers }) => headers['x-vault-namespace'])).toEqual([
    undefined,
    undefined,
    'root/team',
  ]);
});

test('a request without a token is denied like any other, and the error says what it lacked', async () => {
  const { address } = await start((response) => json(response, 403, { errors: [denied] }));
  const error = await failureOf(read(open(address, { token: () => undefined })));
  expect(error).toMatchObject({ code: 'SOURCE_DENIED', status: 403 });
  expect(error.message).toContain('without a token');
  expect(error.hint).toMatch(/VAULT_TOKEN.*auto-auth.*secret\/data\/app\/database/);
});

test.each([
  ['with few uses', { num_uses: 10 }],
  ['of any kind', {}],
])('a token %s that the answer calls none is replaced without a lookup', async (_kind, more) => {
  const clock = new ManualClock();
  let logins = 0;
  const { address, asked } = await start((response, { url = '', headers }) => {
    if (url.includes('/login')) return json(response, 200, auth(`s.${++logins}`, more));
    if (headers['x-vault-token'] === 's.1' && logins === 1 && asked('secret/') > 1) {
      return json(response, 403, { errors: [dead] });
    }
    if (headers['x-vault-token'] === 's.1' && logins > 1) return json(response, 403, { errors: [dead] });
    json(response, 200, secretBody({ a: 1 }));
  });
  const vault = open(address, { clock, auth: appRole({ roleId: 'role', secretId: 'secret' }) });
  await read(vault);
  clock.advance(2_000);
  expect(await Promise.all([read(vault), read(vault), read(vault)])).toMatchObject(
    Array.from({ length: 3 }, () => ({ status: 'found' })),
  );
  expect(logins).toBe(2);
  expect(asked('lookup-self')).toBe(0);
});

test('a token that was given and is none costs no lookup', async () => {
  const { address, asked } = await start((response) => json(response, 403, { errors: [dead] }));
  const error = await failureOf(read(open(address)));
  expect(error.message).toMatch(/does not accept the token: permission denied; invalid token$/);
  expect(error.vaultMessages).toEqual(['permission denied', 'invalid token']);
  expect(asked('lookup-self')).toBe(0);
});

test('a login that wants a second factor is denied, with the way out, and not tried over and over', async () => {
  const requirement = { mfa_request_id: 'd0c9eec7', mfa_constraints: { all: { any: [{ type: 'totp' }] } } };
  const { address, asked } = await start((response) =>
    json(response, 200, auth('', { lease_duration: 0, mfa_requirement: requirement })),
  );
  const clock = new ManualClock();
  const vault = open(address, { clock, auth: userpass({ username: 'app', password: 'hunter2' }) });
  for (let login = 0; login < 5; login++) {
    const error = await failureOf(read(vault));
    expect(error).toMatchObject({ code: 'SOURCE_DENIED' });
    expect(error.message).toContain('wants a second factor');
    expect(error.hint).toContain('MFA enforcement');
    clock.advance(1_500);
  }
  expect(asked('/login/')).toBe(3);
});

test.each([
  ['AppRole', appRole({ roleId: 'r', secretId: 's' }), 'locked the role out'],
  ['userpass', userpass({ username: 'a', password: 'b' }), 'locked the user out'],
  ['Kubernetes', kubernetes({ role: 'shop', jwt: 'a.b.c' }), 'may review tokens'],
])('a login that is denied without a word why names what it may be: %s', async (_name, method, words) => {
  const { address } = await start((response) => json(response, 403, { errors: [denied] }));
  const error = await failureOf(read(open(address, { auth: method })));
  expect(error).toMatchObject({ code: 'SOURCE_DENIED', vaultMessages: ['permission denied'] });
  expect(error.hint).toContain(words);
});

test('a quota of leases is not one of requests', async () => {
  const text = 'request path "database/creds/app": lease count quota exceeded';
  const { address } = await start((response) => json(response, 429, { errors: [text] }));
  const error = await failureOf(open(address).lease('database/creds/app'));
  expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', status: 429 });
  expect(error.message).toContain('as many leases as its quota allows');
});

test.each([
  'invalid role name "shop"',
  'invalid audience (aud) claim: audience claim does not match any expected audience',
  'invalid expiration time (exp) claim: token is expired',
  'error validating claims: claim "project_path" does not match any associated bound claim values',
  'error validating claims: claim "ref" is missing',
  'failed to match all constraints for this login certificate',
  'ldap operation failed: failed to bind as user',
])('what is said of a login goes on where it is known: %s', async (text) => {
  const { address } = await start((response) => json(response, 403, { errors: [text] }));
  const login = { auth: kubernetes({ role: 'shop', jwt: 'a.b.c' }) };
  expect((await failureOf(read(open(address, login)))).vaultMessages).toEqual([text]);
});

test.each([
  [413, 'http: request body too large'],
  [400, 'failed to parse JSON input: JSON input exceeds allowed nesting depth'],
  [500, 'failed to parse JSON input: JSON string value exceeds allowed length'],
])('a write that is more than Vault takes (%i) says which limit: %s', async (status, text) => {
  const { address } = await start((response, { method }) =>
    method === 'POST'
      ? json(response, status, { errors: [text] })
      : json(response, 200, { data: { path: 'secret/', type: 'kv', options: { version: '2' } } }),
  );
  const error = await failureOf(open(address).kv().write('a', { b: 1 }));
  expect(error).toMatchObject({ code: 'SOURCE_DENIED', status, vaultMessages: [text] });
  expect(error.hint).toContain('max_request_size');
});

test('a key that is twice in what was written stays with Vault', async () => {
  const { address } = await start((response, { method }) =>
    method === 'POST'
      ? json(response, 400, { errors: ["failed to parse JSON input: duplicate key 'hunter2' in object"] })
      : json(response, 200, { data: { path: 'secret/', type: 'kv', options: { version: '2' } } }),
  );
  const error = await failureOf(open(address).kv().write('a', { b: 1 }));
  expect(error.vaultMessages).toEqual([]);
  expect(error.message).not.toContain('hunter2');
});

test('a mount that is not there is named in the new words too', async () => {
  const route = 'no handler for route "secret/data/app/database". route entry not found.';
  const { address } = await start((response) => json(response, 404, { errors: [route] }));
  expect((await failureOf(read(open(address)))).message).toContain('has no mount at secret/');
  expect((await failureOf(open(address).lease('database/creds/app'))).message).toContain('has no mount for');
});

test.each([
  ['the key of a static role of AWS, a moment after it changes', 'time', hour + second, hour + second],
  ['a token of Google, before it ends', 'seconds', hour, hour * 0.95],
  ['a token of an OIDC role, before it ends', 'ttl', hour, hour * 0.95],
])('%s is asked for again', async (_what, form, durationMs, within) => {
  const clock = new PassingClock();
  const ends = () => clock.now() + hour;
  const forms = {
    time: () => ({ access_key: 'a', secret_key: 'b', expiration: new Date(ends()).toISOString() }),
    seconds: () => ({ token: 'a', token_ttl: 3600, expires_at_seconds: ends() / 1000 }),
    ttl: () => ({ client_id: 'a', token: 'b', ttl: 3600 }),
  };
  const { address } = await start((response) =>
    json(response, 200, {
      lease_id: '',
      lease_duration: 0,
      renewable: false,
      data: forms[form as keyof typeof forms](),
    }),
  );
  const vault = open(address, { clock, ...limits });
  const onReplaced = vi.fn();
  const lease = await vault.lease('some/creds/app', { onReplaced });
  expect(lease).toMatchObject({ durationMs, renewable: false });
  await clock.pass(hour * 0.84);
  expect(onReplaced).not.toHaveBeenCalled();
  await clock.pass(within - hour * 0.84);
  expect(onReplaced).toHaveBeenCalledOnce();
});

const mountOf2 = { data: { path: 'secret/', type: 'kv', options: { version: '2' } } };
const deletedVersion = {
  version: 3,
  created_time: '2024-01-01T00:00:00Z',
  deletion_time: '2024-01-02T00:00:00Z',
  destroyed: false,
  custom_metadata: null,
};

test.each([
  ['of a secret that is not there has no body', undefined, { errors: [] }, 'no-such-path'],
  [
    'of a deleted secret has its metadata alone',
    { data: deletedVersion },
    { data: { data: null, metadata: deletedVersion } },
    'version-deleted',
  ],
])('the answer to a patch %s', async (_what, patched, read, reason) => {
  const { address } = await start((response, { url = '', method }) => {
    if (url.includes('sys/internal')) return json(response, 200, mountOf2);
    if (method !== 'PATCH') return json(response, 404, read);
    if (patched !== undefined) return json(response, 404, patched);
    response.writeHead(404, { 'content-type': 'application/json' }).end();
  });
  expect(await open(address).kv().patch('a', { b: 1 })).toMatchObject({ status: 'absent', reason });
});

test('an Agent whose own token it is leaves that out of its answers, and it is renewed all the same', async () => {
  const clock = new PassingClock();
  const { address, asked } = await start((response, { url = '' }) => {
    if (url.includes('lookup-self')) {
      const data = { type: 'service', ttl: 3600, creation_ttl: 3600, renewable: true, num_uses: 0 };
      return json(response, 200, { data });
    }
    if (url.includes('renew-self')) return json(response, 200, auth(''));
    json(response, 200, secretBody({ a: 1 }));
  });
  await read(open(address, { clock, ...limits, token: 's.of-the-agent' }));
  await clock.pass(2 * hour);
  expect(asked('lookup-self')).toBe(1);
  expect(asked('renew-self')).toBeGreaterThanOrEqual(2);
});

/** An Agent with a cache: the same request gets the same answer, with its age. */
async function startAgent(clock: PassingClock, answer: (count: number) => object) {
  const cache = new Map<string, { readonly body: object; readonly at: number }>();
  let count = 0;
  const agent = await start((response, { url = '', headers }) => {
    if (!url.includes('/login') && !url.includes('/creds/')) {
      return url.includes('renew') ? json(response, 400, { errors: ['lease not found'] }) : found(response);
    }
    const key = `${url} ${headers['x-request-id'] ?? ''}`;
    const hit = cache.get(key);
    const { body, at } = hit ?? { body: answer(++count), at: clock.now() };
    cache.set(key, { body, at });
    const told = { 'content-type': 'application/json', 'x-cache': hit === undefined ? 'MISS' : 'HIT' };
    response.writeHead(
      200,
      hit === undefined ? told : { ...told, age: String(Math.round((clock.now() - at) / 1000)) },
    );
    response.end(JSON.stringify(body));
  });
  return { ...agent, made: () => count };
}

const found = (response: Parameters<Answer>[0]) => json(response, 200, secretBody({ a: 1 }));

test('of a lease that an Agent had in its cache what is left counts, and in its place comes a new one', async () => {
  const clock = new PassingClock();
  const lease = (count: number) => ({
    lease_id: `database/creds/app/${count}`,
    lease_duration: 3600,
    renewable: true,
    data: { username: `user-${count}` },
  });
  const { address, made } = await startAgent(clock, lease);
  const ask = () => open(address, { clock, ...limits, token: () => undefined }).lease('database/creds/app');
  (await ask()).release();
  await clock.pass(hour / 2);
  const second = await ask();
  expect(second).toMatchObject({ data: { username: 'user-1' }, expiresAt: clock.now() + hour / 2 });
  await second.replace();
  expect(second).toMatchObject({ data: { username: 'user-2' }, expiresAt: clock.now() + hour });
  await second.replace();
  expect(second.data).toEqual({ username: 'user-3' });
  const third = await ask();
  // Renewed at two thirds of what is left, which this one refuses: within that time there is another user.
  await clock.pass(hour * 0.4);
  expect(third.data).toEqual({ username: 'user-4' });
  expect(made()).toBe(4);
});

test('of a token that an Agent had in its cache what is left counts, and in its place comes a new one', async () => {
  const clock = new PassingClock();
  const { address, asked, made } = await startAgent(clock, (count) =>
    auth(`s.${count}`, { renewable: false }),
  );
  const login = userpass({ username: 'a', password: 'b' });
  await read(open(address, { clock, ...limits, auth: login }));
  await clock.pass(hour / 2);
  const vault = open(address, { clock, ...limits, auth: login });
  await read(vault);
  expect([made(), asked('/login/')]).toEqual([1, 2]);
  // Both replace it before its end, each by a login of its own.
  await clock.pass(hour * 0.45);
  expect(made()).toBe(3);
});

test('what tells of the server is asked for outside of every namespace', async () => {
  const { server, address } = await start((response, { headers }) =>
    headers['x-vault-namespace'] === 'team'
      ? json(response, 400, { errors: ['operation unavailable in namespaces'] })
      : json(response, 200, { sealed: false }),
  );
  const client = await open(address, { namespace: 'team' }).client();
  expect(await client.request({ method: 'GET', path: '/sys/health?standbyok=true' })).toEqual({
    sealed: false,
  });
  expect(await client.read('sys/seal-status')).toEqual({ sealed: false });
  await expect(client.read('sys/mounts')).rejects.toThrow('operation unavailable in namespaces');
  expect(server.requests).toHaveLength(3);
});

test('a write that a node is not far enough for, as with a token just made, is made again', async () => {
  const states = [412, 412, 200];
  const { server, address } = await start((response) => {
    const status = states.shift() ?? 500;
    const behind = { errors: ['required index state not present'] };
    json(response, status, status === 200 ? { data: { version: 1 } } : behind);
  });
  const vault = open(address, { retries: 2, retryMinWaitMs: 1, retryMaxWaitMs: 2 });
  const client = await vault.client();
  expect(await client.write('secret/data/a', { data: { b: 1 } })).toEqual({ data: { version: 1 } });
  expect(server.requests.map(({ headers }) => headers['x-vault-inconsistent'])).toEqual([
    undefined,
    'forward-active-node',
    'forward-active-node',
  ]);
  // What else goes wrong then may have happened all the same.
  states.push(412, 503, 200);
  await expect(client.write('secret/data/a', { data: { b: 1 } })).rejects.toThrow();
  expect(states).toEqual([200]);
});
