import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineSettings, type Logger, secret } from '@strongroom/core';
import { canarySecret, expectNoCanary } from '@strongroom/core/testing';
import {
  type FaultProxy,
  serverKinds,
  startFaultProxy,
  type TestServer,
  writeSecret,
} from '@strongroom/test-servers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { loadSettings } from '../src/index.js';

const definition = defineSettings({
  application: 'kept',
  environments: ['production'],
  settings: { PASSWORD: secret('database/password', z.string()) },
});
const password = canarySecret();
const key = randomBytes(32).toString('base64');
const logger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  let server: TestServer;
  let proxy: FaultProxy;
  let folder: string;
  let on: Record<string, string>;
  beforeAll(async () => {
    server = await kind.start();
    proxy = await startFaultProxy(server.address);
    await writeSecret(server, 'kept/production/database', { password });
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'strongroom-'));
    on = {
      USE_VAULT: 'true',
      APP_ENV: 'production',
      VAULT_ADDR: proxy.address,
      VAULT_TOKEN: server.rootToken,
      STRONGROOM_LAST_KNOWN_GOOD: join(folder, 'settings'),
      STRONGROOM_LAST_KNOWN_GOOD_KEY: key,
    };
  });
  afterEach(async () => {
    proxy.fault = 'pass';
    await rm(folder, { recursive: true });
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await server.close();
  });

  const load = (more: object = {}, variables = on) =>
    loadSettings(definition, { variables, logger, vault: { retries: 0 }, ...more });

  test('a program that ran once starts while Vault is down, and follows it when it is back', async () => {
    await (await load()).close();
    proxy.fault = 'refuse';
    await using settings = await load();
    expect(settings.current().PASSWORD).toBe(password);
    expect(settings.health()).toMatchObject({ status: 'degraded', ready: true, freshness: 'stale' });
    expectNoCanary(password, settings.explain(), settings.state);
    proxy.fault = 'pass';
    await settings.refresh();
    expect(settings.health()).toMatchObject({ status: 'ready', freshness: 'fresh' });
  });

  test('the file and its key may be said in code, and the key lie in a file', async () => {
    const lastKnownGood = { file: join(folder, 'other'), key: Buffer.from(key, 'base64') };
    const { STRONGROOM_LAST_KNOWN_GOOD_KEY: _, ...without } = on;
    await (await load({ lastKnownGood }, without)).close();
    const keyFile = join(folder, 'key');
    await writeFile(keyFile, `${key}\n`);
    proxy.fault = 'refuse';
    const variables = {
      ...without,
      STRONGROOM_LAST_KNOWN_GOOD: lastKnownGood.file,
      STRONGROOM_LAST_KNOWN_GOOD_KEY_FILE: keyFile,
    };
    await using settings = await load({}, variables);
    expect(settings.current().PASSWORD).toBe(password);
  });

  test.each([
    ['no key', { STRONGROOM_LAST_KNOWN_GOOD_KEY: '' }, 'there is no key for it'],
    [
      'two keys',
      { STRONGROOM_LAST_KNOWN_GOOD_KEY_FILE: '/x' },
      'STRONGROOM_LAST_KNOWN_GOOD_KEY_FILE is set too',
    ],
    [
      'a key file that is not there',
      { STRONGROOM_LAST_KNOWN_GOOD_KEY: '', STRONGROOM_LAST_KNOWN_GOOD_KEY_FILE: '/x/y' },
      'cannot be read (ENOENT)',
    ],
    ['a key that is none', { STRONGROOM_LAST_KNOWN_GOOD_KEY: 'short' }, 'the key is not of 32 bytes'],
  ])('%s is an error of the start that says what to do', async (_what, more, words) => {
    const error = await load({}, { ...on, ...more }).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error?.message).toContain(words);
    expectNoCanary(key, error);
  });
});
