import { generateKeyPairSync, sign } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ManualClock } from '@strongroom/core/testing';
import { type DevServer, startDevServer } from '@strongroom/dev-server';
import { administer, type TestServer } from '@strongroom/test-servers';
import { onTestFinished } from 'vitest';
import { createVault, type Vault, type VaultError, type VaultOptions } from '../../src/index.js';

/** A policy that reads the secrets of these tests, and no others. */
export const readPolicy = 'path "secret/data/app/*" { capabilities = ["read"] }';

type Administered = Pick<TestServer, 'address' | 'rootToken'>;

/** The policy `reader`, and the secret that it reads. */
export async function makeReadable(server: Administered): Promise<void> {
  const { call } = administer(server);
  await call('PUT', 'sys/policies/acl/reader', { policy: readPolicy });
  await call('POST', 'secret/data/app/database', { data: { url: 'postgres://one' } });
}

/** Enables an auth method; a mount that is there already is left. */
export async function enable(server: Administered, mount: string, type: string): Promise<void> {
  await administer(server).call('POST', `sys/auth/${mount}`, { type });
}

export interface Role {
  readonly roleId: string;
  readonly secretId: string;
}

/** A role of AppRole with the policy `reader`, and a secret id of it. */
export async function makeAppRole(
  server: Administered,
  settings: object = {},
  mount = 'approle',
): Promise<Role> {
  const { call } = administer(server);
  await makeReadable(server);
  await enable(server, mount, 'approle');
  await call('POST', `auth/${mount}/role/app`, { token_policies: ['reader'], ...settings });
  const role = (await call('GET', `auth/${mount}/role/app/role-id`)) as { data: { role_id: string } };
  return { roleId: role.data.role_id, secretId: await newSecretId(server, mount) };
}

export async function newSecretId(server: Administered, mount = 'approle'): Promise<string> {
  const made = await administer(server).call('POST', `auth/${mount}/role/app/secret-id`, {});
  return (made as { data: { secret_id: string } }).data.secret_id;
}

/** What an answer would be, in a wrapping token. */
export async function wrapped(server: Administered, path: string, body: object = {}): Promise<string> {
  const response = await fetch(`${server.address}/v1/${path}`, {
    method: 'POST',
    headers: { 'x-vault-token': server.rootToken, 'x-vault-wrap-ttl': '300' },
    body: JSON.stringify(body),
  });
  return ((await response.json()) as { wrap_info: { token: string } }).wrap_info.token;
}

/** A token with the policy `reader`. */
export async function makeToken(server: Administered, settings: object = {}): Promise<string> {
  const body = { policies: ['reader'], ...settings };
  const made = await administer(server).call('POST', 'auth/token/create', body);
  return (made as { auth: { client_token: string } }).auth.client_token;
}

/** Revokes a token behind its holder's back. */
export async function revokeByHand(server: Administered, token: string): Promise<void> {
  await administer(server).call('POST', 'auth/token/revoke', { token });
}

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** A signed JSON Web Token. */
export function makeJwt(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'ES256', typ: 'JWT' })}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

/** A client that is closed at the end of the test. */
export function open(server: { readonly address: string }, options: Partial<VaultOptions>): Vault {
  const vault = createVault({ address: server.address, retries: 0, ...options });
  onTestFinished(() => vault.close());
  return vault;
}

export const read = (vault: Vault, path = 'app/database') => vault.kv().read(path);

export async function failureOf(call: Promise<unknown>): Promise<VaultError> {
  return call.then(
    () => Promise.reject(new Error('did not fail')),
    (error: VaultError) => error,
  );
}

/** A server and a clock that both go by. */
export interface Timed {
  readonly server: DevServer;
  readonly clock: ManualClock;
  /** How often a path was asked for, and with what success. */
  count(path: string, status?: number): number;
  /** Lets time pass in small steps, and what falls due on the way happen. */
  pass(ms: number, step?: () => Promise<unknown>): Promise<void>;
}

export async function startTimed(): Promise<Timed> {
  const clock = new ManualClock();
  const server = await startDevServer({ now: () => clock.now() });
  onTestFinished(() => server.close());
  return {
    server,
    clock,
    count: (path, status) =>
      server.requests.filter(
        (request) => request.path.includes(path) && (status === undefined || request.status === status),
      ).length,
    async pass(ms, step) {
      const stride = ms > 100_000 ? 1_000 : 250;
      for (let left = ms; left > 0; left -= stride) {
        clock.advance(Math.min(stride, left));
        await quiet(server);
        await step?.();
      }
    },
  };
}

/** Waits until nothing is under way at a server. */
export async function quiet(server: DevServer): Promise<void> {
  for (let still = 0, seen = -1; still < 2; ) {
    await delay(1);
    const { length } = server.requests;
    still = length === seen && server.requests.every(({ status }) => status !== undefined) ? still + 1 : 0;
    seen = length;
  }
}
