import { setTimeout as delay } from 'node:timers/promises';
import { ManualClock } from '@strongroom/core/testing';
import { startDevServer } from '@strongroom/dev-server';
import { administer } from '@strongroom/test-servers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type AuthMethod, appRole, createVault, kubernetes, userpass } from '../../src/index.js';
import {
  failureOf,
  makeAppRole,
  makeReadable,
  makeToken,
  open,
  read,
  revokeByHand,
  startTimed,
} from './setting.js';

async function startServer() {
  const server = await startDevServer();
  onTestFinished(() => server.close());
  const count = (path: string) => server.requests.filter((request) => request.path.includes(path)).length;
  return { server, count };
}

/** A client, and the token that its login gave. */
async function loggedIn(server: Awaited<ReturnType<typeof startServer>>['server'], settings: object = {}) {
  const { roleId, secretId } = await makeAppRole(server, settings);
  let token = '';
  const vault = open(server, {
    auth: async (context) => {
      const auth = await appRole({ roleId, secretId })(context);
      token = auth.token;
      return auth;
    },
  });
  await read(vault);
  return { vault, token: () => token };
}

test('50 reads at once with a dead token cause one lookup and one login, and each is made once more', async () => {
  const { server, count } = await startServer();
  const { vault, token } = await loggedIn(server);
  await revokeByHand(server, token());
  await delay(1_000);
  server.clearRequests();
  const paths = Array.from({ length: 50 }, (_, index) => `app/${index}`);
  const answers = await Promise.all(paths.map((path) => read(vault, path)));
  expect(answers.every(({ status }) => status === 'absent')).toBe(true);
  expect(count('approle/login')).toBe(1);
  expect(count('lookup-self')).toBe(1);
  expect(count('secret/data')).toBeGreaterThan(50);
  expect(count('secret/data')).toBeLessThanOrEqual(100);
});

test('50 reads at once without a token yet cause one login', async () => {
  const { server, count } = await startServer();
  const vault = open(server, { auth: appRole(await makeAppRole(server)) });
  await Promise.all(Array.from({ length: 50 }, (_, index) => read(vault, `app/${index}`)));
  expect(count('approle/login')).toBe(1);
});

test('node-vault goes by the same session, and a write that a dead token kept from being done is done', async () => {
  const { server, count } = await startServer();
  const { vault, token } = await loggedIn(server);
  const client = await vault.client();
  await revokeByHand(server, token());
  expect(await client.read('secret/data/app/database')).toMatchObject({
    data: { data: { url: 'postgres://one' } },
  });
  expect(count('approle/login')).toBe(2);
  await administer(server).call('PUT', 'sys/policies/acl/reader', {
    policy: 'path "secret/data/app/*" { capabilities = ["create", "update"] }',
  });
  await revokeByHand(server, token());
  expect(await vault.kv().write('app/new', { a: 1 }, { cas: 0 })).toMatchObject({ version: 1 });
  expect(count('approle/login')).toBe(3);
});

test('a denial by policy is not repeated, and names the path, the policies and the line that is missing', async () => {
  const { server, count } = await startServer();
  const { vault } = await loggedIn(server);
  await read(vault);
  server.clearRequests();
  const error = await failureOf(vault.kv('secret', { version: 2 }).read('other/database'));
  expect(error).toMatchObject({ code: 'SOURCE_DENIED', status: 403, path: '/v1/secret/data/other/database' });
  expect(error.message).toContain('its policies default, reader do not allow it');
  expect(error.hint).toContain('path "secret/data/other/database" { capabilities = ["read"] }');
  expect(count('other/database')).toBe(1);
  expect(count('approle/login')).toBe(0);
  expect(count('lookup-self')).toBe(1);
});

test('a given token that is dead is said to be, whatever Vault’s words', async () => {
  const { server, count } = await startServer();
  await makeReadable(server);
  const token = await makeToken(server);
  const vault = open(server, { token });
  await read(vault);
  await revokeByHand(server, token);
  for (const _ of [1, 2]) {
    const error = await failureOf(read(vault));
    expect(error).toMatchObject({ code: 'SOURCE_DENIED', status: 403 });
    expect(error.message).toMatch(
      /denies \S+: permission denied; the token is not valid, or may not even look itself up$/,
    );
    expect(error.hint).toMatch(
      /^Give a token that is valid and whose policies hold: path "secret\/data\/app/,
    );
  }
  expect(count('lookup-self')).toBe(1);
});

test('a token that may not look itself up is told from a dead one by a login, once', async () => {
  const { clock, server, count, pass } = await startTimed();
  const auth = appRole(await makeAppRole(server, { token_no_default_policy: true }));
  const vault = open(server, { auth, clock });
  await read(vault);
  await pass(2_000);
  for (let denied = 0; denied < 5; denied++) {
    const error = await failureOf(read(vault, 'other/database'));
    expect(error.message).toContain('its policies reader do not allow it');
  }
  expect(count('approle/login')).toBe(2);
});

test('what a token of a function is denied is asked for with a new one, if there is one', async () => {
  const { server } = await startServer();
  await makeReadable(server);
  const tokens = ['dead', await makeToken(server)];
  const vault = open(server, { token: () => (tokens.length > 1 ? tokens.shift() : tokens[0]) });
  expect(await read(vault)).toMatchObject({ status: 'found' });
});

test.each([5, null, {}, () => 'a-token', ['a-token']])(
  'a function that gives %j for a token is told so',
  async (given) => {
    const { server } = await startServer();
    for (const token of [() => given, async () => given]) {
      const error = await failureOf(read(open(server, { token: token as unknown as () => string })));
      expect(error).toMatchObject({ code: 'SOURCE_DENIED' });
      expect(error.message).toBe(`the token for Vault at ${server.address} is no text`);
    }
    expect(server.requests).toHaveLength(0);
  },
);

test('a login that fails is told of once with its cause, and again only when that is another one', async () => {
  const { server, clock, pass } = await startTimed();
  const role = await makeAppRole(server);
  let secretId = 'wrong';
  const said: string[] = [];
  const say = (_details: object, message: string) => void said.push(message);
  const logger = { debug: vi.fn(), info: say, warn: say, error: say };
  const auth = appRole({ roleId: role.roleId, secretId: () => secretId });
  const vault = open(server, { auth, clock, logger });
  const tries = () => failureOf(read(vault));
  await tries();
  await tries();
  await pass(1_000);
  await tries();
  const stop = server.fail({ path: '/v1/auth/approle/login', answer: { status: 503 } });
  for (const _ of [1, 2]) {
    await pass(1_000);
    await tries();
  }
  stop();
  secretId = role.secretId;
  await pass(1_000);
  await read(vault);
  const at = `Vault at ${server.address}`;
  expect(said).toEqual([
    `login to Vault failed: ${at} denied the login at auth/approle/login (400): invalid secret id`,
    `login to Vault failed: ${at} could not log in now (503)`,
    'logged in to Vault',
  ]);
});

test('a clock that is set back keeps nobody from logging in again', async () => {
  const { server } = await startServer();
  const clock = new ManualClock();
  let given = '';
  const role = await makeAppRole(server);
  const vault = open(server, {
    clock,
    auth: async (context) => {
      const auth = await appRole(role)(context);
      given = auth.token;
      return auth;
    },
  });
  await read(vault);
  await revokeByHand(server, given);
  clock.advance(-3_600_000);
  expect(await read(vault)).toMatchObject({ status: 'found' });
});

test('wrong credentials do not flood Vault: a second apart, and 30 s after three denials', async () => {
  const { server, clock, count, pass } = await startTimed();
  const { roleId } = await makeAppRole(server);
  const vault = open(server, { auth: appRole({ roleId, secretId: 'wrong' }), clock });
  const tries = () => Promise.all(Array.from({ length: 10 }, () => failureOf(read(vault))));
  const [error] = await tries();
  expect(error?.code).toBe('SOURCE_DENIED');
  await tries();
  expect(count('approle/login')).toBe(1);
  await pass(1_000, tries);
  expect(count('approle/login')).toBe(2);
  await pass(1_000, tries);
  expect(count('approle/login')).toBe(3);
  await pass(29_500, tries);
  expect(count('approle/login')).toBe(3);
  await pass(1_000, tries);
  expect(count('approle/login')).toBe(4);
  expect(clock.pending).toBe(0);
});

test('a login that Vault cannot answer now is unavailable, not denied', async () => {
  const { server } = await startServer();
  const auth = appRole(await makeAppRole(server));
  server.fail({ path: '/v1/auth/', answer: { status: 503 } });
  const vault = open(server, { auth });
  expect(await failureOf(read(vault))).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
});

test('a login with what is past its time is denied, though Vault says so as a fault of its own', async () => {
  const { server } = await startServer();
  const said = 'invalid expiration time (exp) claim: token is expired';
  server.fail({ path: '/v1/auth/', answer: { status: 500, body: JSON.stringify({ errors: [said] }) } });
  const error = await failureOf(read(open(server, { auth: kubernetes({ role: 'app', jwt: 'x' }) })));
  expect(error).toMatchObject({ code: 'SOURCE_DENIED', vaultMessages: [said] });
  expect(error.message).toContain(`denied the login at auth/kubernetes/login (500): ${said}`);
  expect(error.hint).toContain('Check the role');
});

test('what one logs in with, and is not there, is named; so is an auth method that gives no token', async () => {
  const { server } = await startServer();
  const notSet = undefined as unknown as string;
  const ways = [
    [userpass({ username: 'app', password: notSet }), 'the password is not given'],
    [kubernetes({ role: notSet, jwt: 'x' }), /^the .*role is not given$/],
    [appRole({ roleId: notSet, secretId: 'x' }), 'the role id is not given'],
  ] as const;
  for (const [auth, message] of ways) {
    const error = await failureOf(read(open(server, { auth })));
    expect(error).toMatchObject({ code: 'SOURCE_DENIED', hint: 'Give it, or correct where it comes from.' });
    expect(error.message).toMatch(message);
  }
  // Vault's own word for it.
  const auth = (async () => ({ client_token: 'a' })) as unknown as AuthMethod;
  const error = await failureOf(read(open(server, { auth })));
  expect(error.hint).toContain('gave no { token }');
});

test('close revokes what logins gave and nothing else, when asked', async () => {
  const { server } = await startServer();
  const credentials = await makeAppRole(server);
  const given = await makeToken(server);
  const works = async (token: string) => {
    const headers = { 'x-vault-token': token };
    return (await fetch(`${server.address}/v1/secret/data/app/database`, { headers })).status === 200;
  };
  for (const revokeTokens of [true, false]) {
    let minted = '';
    const vault = createVault({
      address: server.address,
      revokeTokens,
      auth: async (context) => {
        const auth = await appRole(credentials)(context);
        minted = auth.token;
        return auth;
      },
    });
    await read(vault);
    expect(await works(minted)).toBe(true);
    await vault.close();
    expect(await works(minted)).toBe(!revokeTokens);
  }
  const vault = createVault({ address: server.address, token: given, revokeTokens: true });
  await read(vault);
  await vault.close();
  expect(await works(given)).toBe(true);
});

test('close ends a login under way, and one that waits for its turn', async () => {
  const { server } = await startServer();
  const vault = open(server, { auth: appRole(await makeAppRole(server)) });
  server.fail({ path: '/v1/auth/', answer: 'stall' });
  const answer = failureOf(read(vault));
  await vi.waitFor(() =>
    expect(server.requests.some(({ status, path }) => status === undefined && path.endsWith('/login'))).toBe(
      true,
    ),
  );
  await vault.close();
  expect(await answer).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  expect(await failureOf(read(vault))).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
});

test('a caller that no longer waits leaves a login that others wait for', async () => {
  const { server, count } = await startServer();
  const vault = open(server, { auth: appRole(await makeAppRole(server)) });
  server.fail({ path: '/v1/auth/', times: 1, answer: { delayMs: 200 } });
  const controller = new AbortController();
  const left = failureOf(vault.kv().read('app/database', { signal: controller.signal }));
  const stays = read(vault);
  controller.abort();
  expect(await left).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  expect(await stays).toMatchObject({ status: 'found' });
  expect(count('approle/login')).toBe(1);
});

test('a token and an auth method exclude each other', () => {
  const options = { address: 'https://vault', token: 't', auth: appRole({ roleId: 'r' }) };
  expect(() => createVault(options)).toThrow(/auth.*token/);
});
