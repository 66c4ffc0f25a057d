import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Declarations,
  defineSettings,
  type LookupContext,
  type Setting,
  secret,
} from '@strongroom/core';
import { type DevServer, startDevServer } from '@strongroom/dev-server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { type KvPlacement, type VaultOptions, vaultFromEnvironment, vaultSource } from '../src/index.js';
import { json, secretBody, startHostileServer } from './hostile-server.js';

let server: DevServer;
const closing: (() => Promise<void> | undefined)[] = [];
beforeEach(async () => {
  server = await startDevServer({ rootToken: 'dev-only-token' });
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await server.close();
});

function open(options: Partial<VaultOptions> & KvPlacement = {}) {
  const source = vaultSource({ address: server.address, token: server.rootToken, retries: 0, ...options });
  closing.push(() => source.close?.());
  return source;
}

const context: LookupContext = {
  application: 'pake_system',
  environment: 'development',
  signal: new AbortController().signal,
};

function settings(places: Readonly<Record<string, `${string}/${string}`>>): readonly Setting[] {
  const declarations: Declarations = Object.fromEntries(
    Object.entries(places).map(([name, place]) => [name, secret(place, z.unknown())]),
  );
  const { settings } = defineSettings({
    application: 'pake_system',
    environments: ['development'],
    settings: declarations,
  });
  return Object.values(settings) as Setting[];
}

const hundred = settings(
  Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`S${i}`, `group${i % 25}/key${i}` as const])),
);
const seedHundred = () =>
  server.seed(
    Object.fromEntries(
      Array.from({ length: 25 }, (_, group) => [
        `pake_system/development/group${group}`,
        Object.fromEntries([0, 25, 50, 75].map((i) => [`key${i + group}`, `value ${i + group}`])),
      ]),
    ),
  );

test('100 settings in 25 paths cause exactly 25 reads, over 16 connections at most', async () => {
  seedHundred();
  const answers = await open().lookup(hundred, context);
  expect(server.requests).toHaveLength(25);
  expect(server.requests.every(({ marked }) => marked)).toBe(true);
  expect([...answers.values()].every(({ status }) => status === 'found')).toBe(true);
});

test('more paths than may wait are no trouble', async () => {
  seedHundred();
  const answers = await open({ maxSockets: 2, maxWaiting: 3 }).lookup(hundred, context);
  expect([...answers.values()].every(({ status }) => status === 'found')).toBe(true);
  expect(server.requests).toHaveLength(25);
});

test('lookups at one time share the reads under way', async () => {
  seedHundred();
  const source = open();
  await Promise.all(Array.from({ length: 40 }, () => source.lookup(hundred, context)));
  expect(server.requests).toHaveLength(25);
  await source.lookup(hundred, context);
  expect(server.requests).toHaveLength(50);
});

test('never opens more connections than allowed, and uses them again', async () => {
  const busy = await startHostileServer((response) => setImmediate(json, response, 200, secretBody({})));
  const source = open({ address: busy.address, maxSockets: 3 });
  await source.lookup(hundred, context);
  await source.lookup(hundred, context);
  expect(busy.requests).toHaveLength(50);
  expect(busy.sockets.most).toBe(3);
  await busy[Symbol.asyncDispose]();
});

test('a lookup that nobody waits for any more does not end a read that another waits for', async () => {
  const answers: (() => void)[] = [];
  const slow = await startHostileServer((response) =>
    answers.push(() => json(response, 200, secretBody({ a: 'x' }))),
  );
  closing.push(() => slow[Symbol.asyncDispose]() as Promise<void>);
  const source = open({ address: slow.address });
  const asked = settings({ A: 'group/a' });
  const controller = new AbortController();
  const first = source.lookup(asked, { ...context, signal: controller.signal });
  const second = source.lookup(asked, context);
  await expect.poll(() => answers.length, { interval: 1 }).toBe(1);
  controller.abort();
  await expect(first).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  for (const answer of answers) answer();
  expect((await second).get('A')).toMatchObject({ status: 'found', value: 'x' });
  expect(slow.requests).toHaveLength(1);
});

test('says where each value lies', async () => {
  server.seed({ 'pake_system/development/database': { url: 'old' } });
  server.seed({ 'pake_system/development/database': { url: 'new', pool: { max: 5 } } });
  const answers = await open({ clock: { now: () => 42, after: () => () => undefined } }).lookup(
    settings({ DATABASE_URL: 'database/url', POOL: 'database/pool' }),
    context,
  );
  expect(answers.get('DATABASE_URL')).toEqual({
    status: 'found',
    value: 'new',
    requestId: expect.stringMatching(/^[\da-f-]{36}$/),
    locator: 'secret/pake_system/development/database#url',
    version: 2,
    revision: expect.stringMatching(/^2@\d+$/),
    readAt: 42,
  });
  expect(answers.get('POOL')).toMatchObject({ value: { max: 5 } });
  expect(server.requests).toHaveLength(1);
});

test('reads one secret a setting in the layout `leaf`, from the mount and namespace that are named', async () => {
  server.seed({ 'pake_system/development/database/url': { value: 'leaf' } });
  const source = open({ layout: 'leaf', namespace: 'team' });
  const answers = await source.lookup(
    settings({ DATABASE_URL: 'database/url', OTHER: 'database/other' }),
    context,
  );
  expect(answers.get('DATABASE_URL')).toMatchObject({
    value: 'leaf',
    locator: 'team/secret/pake_system/development/database/url#value',
  });
  expect(answers.get('OTHER')).toMatchObject({ status: 'absent', reason: 'no-such-path' });
  expect(server.requests.map(({ namespace }) => namespace)).toEqual(['team', 'team']);
});

test('keys like __proto__ and constructor are data', async () => {
  server.seed({ 'pake_system/development/odd': JSON.parse('{"__proto__": "p", "constructor": "c"}') });
  const answers = await open().lookup(
    settings({ PROTO: 'odd/__proto__', CONSTRUCTOR: 'odd/constructor', TO_STRING: 'odd/toString' }),
    context,
  );
  expect(answers.get('PROTO')).toMatchObject({ status: 'found', value: 'p' });
  expect(answers.get('CONSTRUCTOR')).toMatchObject({ status: 'found', value: 'c' });
  expect(answers.get('TO_STRING')).toMatchObject({ status: 'absent', reason: 'no-such-key' });
});

test('tells apart what is absent, and says what to do', async () => {
  server.seed({ 'pake_system/development/database': { urll: 'x', password: 'y' } });
  const vault = (path: string, method: string, body?: object) =>
    fetch(`${server.address}/v1/secret/${path}`, {
      method,
      headers: { 'X-Vault-Token': server.rootToken },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  server.seed({ 'pake_system/development/gone': { a: 1 }, 'pake_system/development/lost': { a: 1 } });
  await vault('data/pake_system/development/gone', 'DELETE');
  await vault('destroy/pake_system/development/lost', 'POST', { versions: [1] });

  const answers = await open().lookup(
    settings({
      NEAR: 'database/url',
      FAR: 'database/certificate',
      NOWHERE: 'cache/url',
      GONE: 'gone/a',
      LOST: 'lost/a',
    }),
    context,
  );
  const told = [...answers].map(([name, lookup]) =>
    lookup.status === 'absent' ? [name, lookup.reason, lookup.locator, lookup.hint?.()] : [name, lookup],
  );
  const at = 'secret/pake_system/development';
  expect(told).toEqual(
    [
      [
        'NEAR',
        'no-such-key',
        `${at}/database#url`,
        `${at}/database has the key "urll": was it meant to be "url"?`,
      ],
      [
        'FAR',
        'no-such-key',
        `${at}/database#certificate`,
        `Add it with: vault kv patch ${at}/database certificate=- (the value from standard input).`,
      ],
      [
        'NOWHERE',
        'no-such-path',
        `${at}/cache#url`,
        `Write it with: vault kv put ${at}/cache url=- (the value from standard input). Or check the mount, the application and the environment.`,
      ],
      [
        'GONE',
        'version-deleted',
        `${at}/gone#a`,
        `Bring it back with: vault kv undelete -versions=1 ${at}/gone`,
      ],
      [
        'LOST',
        'version-destroyed',
        `${at}/lost#a`,
        `Its data is gone for good. Write a new version with: vault kv put ${at}/lost a=- (the value from standard input).`,
      ],
    ].sort(([a], [b]) => [...answers.keys()].indexOf(String(a)) - [...answers.keys()].indexOf(String(b))),
  );
});

test('a path that fails touches its own settings only', async () => {
  server.seed({ 'pake_system/development/database': { url: 'x' } });
  server.fail({
    path: '/v1/secret/data/pake_system/development/cache',
    answer: {
      status: 403,
      body: '{"errors":["permission denied"]}',
      headers: { 'content-type': 'application/json' },
    },
  });
  const answers = await open().lookup(
    settings({ A: 'database/url', B: 'cache/url', C: 'cache/other' }),
    context,
  );
  expect(answers.get('A')).toMatchObject({ status: 'found' });
  for (const name of ['B', 'C'])
    expect(answers.get(name)).toMatchObject({ status: 'failed', error: { code: 'SOURCE_DENIED' } });
});

test('a mount that is not there is no absence', async () => {
  const answers = await open({ mount: 'nowhere' }).lookup(settings({ A: 'database/url' }), context);
  expect(answers.get('A')).toMatchObject({
    status: 'failed',
    error: { code: 'SOURCE_DENIED', message: expect.stringContaining('has no mount at nowhere/') },
  });
});

test('settings without a place cost nothing, not even a token', async () => {
  const source = vaultFromEnvironment({ VAULT_ADDR: server.address });
  const [setting] = settings({ A: 'a/b' });
  const answers = await source.lookup([{ ...setting, place: undefined } as unknown as Setting], context);
  expect(answers.get('A')).toEqual({ status: 'absent', reason: 'no-place' });
  expect(server.requests).toHaveLength(0);
  await source.close?.();
});

test('is wired by environment variables, with the token from a file that is read when it is needed', async () => {
  server.seed({ 'pake_system/development/database': { url: 'x' } });
  const home = await mkdtemp(join(tmpdir(), 'vault-source-'));
  closing.push(() => rm(home, { recursive: true }));
  const asked = settings({ A: 'database/url' });
  const sources = [
    { VAULT_URL: server.address, HOME: home },
    { VAULT_ADDR: server.address, VAULT_TOKEN_FILE: join(home, '.vault-token') },
    { BAO_ADDR: server.address, BAO_TOKEN_PATH: join(home, '.vault-token') },
    { VAULT_ADDR: server.address, VAULT_TOKEN: server.rootToken, VAULT_MAX_RETRIES: '0' },
  ].map((variables) => vaultFromEnvironment(variables));
  for (const source of sources) closing.push(() => source.close?.());
  const before = await sources[0]?.lookup(asked, context);
  expect(before?.get('A')).toMatchObject({ status: 'failed', error: { code: 'SOURCE_DENIED' } });
  expect((await sources[1]?.lookup(asked, context))?.get('A')).toMatchObject({
    status: 'failed',
    error: { message: expect.stringContaining('.vault-token cannot be read (ENOENT)') },
  });
  await writeFile(join(home, '.vault-token'), `${server.rootToken}\n`);
  for (const source of sources) {
    expect((await source.lookup(asked, context)).get('A')).toMatchObject({ status: 'found', value: 'x' });
  }
});

test('an Agent needs no token from here, and gets none', async () => {
  const agent = await startHostileServer((response) => json(response, 200, secretBody({ url: 'x' })));
  closing.push(() => agent[Symbol.asyncDispose]() as Promise<void>);
  const source = vaultFromEnvironment({ VAULT_AGENT_ADDR: agent.address, HOME: '/nowhere' });
  closing.push(() => source.close?.());
  expect((await source.lookup(settings({ A: 'database/url' }), context)).get('A')).toMatchObject({
    status: 'found',
  });
  expect(agent.requests[0]?.headers).not.toHaveProperty('x-vault-token');
});

test('logs requests without token and value', async () => {
  const lines: unknown[] = [];
  const logger = { debug: log, info: log, warn: log, error: log };
  function log(details: object, message: string) {
    lines.push([details, message]);
  }
  server.seed({ 'pake_system/development/database': { url: 'hunter2' } });
  await open({ logger }).lookup(settings({ A: 'database/url' }), context);
  expect(lines).toEqual([
    [
      {
        method: 'GET',
        path: '/v1/secret/data/pake_system/development/database',
        status: 200,
        ms: expect.any(Number),
        requestId: expect.stringMatching(/^[\w-]{36}$/),
      },
      'Vault answered',
    ],
  ]);
});

test.each([0, 2])('settings that fail for one cause show that cause, with %d repeats', async (retries) => {
  const { address } = server;
  await server.close();
  const source = open({ address, retries, retryMinWaitMs: 1, retryMaxWaitMs: 1, probeMinWaitMs: 60_000 });
  const messages = async () => {
    const answers = [...(await source.lookup(hundred, context)).values()];
    return [...new Set(answers.map((answer) => (answer.status === 'failed' ? answer.error.message : '')))];
  };
  expect(await messages()).toEqual([`Vault at ${address} refuses the connection`]);
  // Later on, since when it is out of reach says more.
  await new Promise((resolve) => setTimeout(resolve, 2));
  for (const message of await messages()) expect(message).toContain('out of reach since');
});
