import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineSettings, type Logger, leased, plain, secret } from '@strongroom/core';
import type { ShadowComparison } from '@strongroom/core/shadow';
import { canarySecret, expectNoCanary, ManualClock } from '@strongroom/core/testing';
import {
  type FaultProxy,
  serverKinds,
  startFaultProxy,
  type TestServer,
  writeSecret,
} from '@strongroom/test-servers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type LoadedSettings, loadSettings } from '../src/index.js';

const definition = defineSettings({
  application: 'shadowed',
  environments: ['production'],
  settings: {
    PASSWORD: secret('database/password', z.string()),
    TOKEN: secret('api/token', z.string().optional()),
    PORT: plain(z.int(), { default: 8000, place: 'app/port' }),
    LEVEL: plain(z.enum(['debug', 'info']), { default: 'info', place: 'app/level' }),
    NAME: plain(z.string(), { default: 'shop' }),
    USER: secret(leased('database/creds/shop', 'username'), z.string().optional()),
  },
});
type Settings = LoadedSettings<(typeof definition)['settings']>;

const own = canarySecret();
const theirs = canarySecret();
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

const compared = (settings: Settings) =>
  new Promise<ShadowComparison>((resolve) => settings.events.once('shadow', resolve));

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  let server: TestServer;
  let proxy: FaultProxy;
  let variables: Record<string, string>;
  beforeAll(async () => {
    server = await kind.start();
    proxy = await startFaultProxy(server.address);
  });
  beforeEach(async () => {
    proxy.fault = 'pass';
    await writeSecret(server, 'shadowed/production/database', { password: own });
    await writeSecret(server, 'shadowed/production/api', { token: 'a-token' });
    await writeSecret(server, 'shadowed/production/app', { port: 9000, level: 'info' });
    variables = {
      USE_VAULT: 'shadow',
      APP_ENV: 'production',
      VAULT_ADDR: proxy.address,
      VAULT_TOKEN: server.rootToken,
      VAULT_MAX_RETRIES: '0',
      PASSWORD: own,
      TOKEN: 'a-token',
      PORT: '9000',
    };
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await server.close();
  });

  test.each(['shadow', 'Shadow', ' SHADOW '])('USE_VAULT=%s compares and uses nothing', async (USE_VAULT) => {
    await writeSecret(server, 'shadowed/production/database', { password: theirs });
    await using settings = await loadSettings(definition, {
      variables: { ...variables, USE_VAULT },
      logger: silent,
    });
    const { differences } = await compared(settings);
    expect(differences).toMatchObject([
      {
        setting: 'PASSWORD',
        kind: 'differs',
        served: { source: 'environment', locator: 'PASSWORD' },
        compared: { source: 'vault', locator: 'secret/shadowed/production/database#password' },
      },
    ]);
    expect(settings.current().PASSWORD).toBe(own);
    expect(settings.state.status).toBe('ready');
    expect(settings.rollout).toEqual({
      source: 'vault',
      mode: 'shadow',
      decidedBy: 'variable',
      reason: `USE_VAULT=${USE_VAULT.trim()}`,
    });
    expect(settings.shadow).toMatchObject({
      comparisons: 1,
      differing: [{ setting: 'PASSWORD' }],
      alwaysAgreed: ['TOKEN', 'PORT', 'LEVEL'],
      notCompared: ['NAME', 'USER'],
    });
  });

  test('stands in provenance, and in the error that it could have spared', async () => {
    await using settings = await loadSettings(definition, { variables, logger: silent });
    const surveyed = await settings.survey();
    const ofVault = (reports: typeof surveyed) =>
      Object.fromEntries(
        reports.map(({ name, sources }) => [name, sources.find(({ source }) => source === 'vault')]),
      );
    expect(ofVault(surveyed)).toMatchObject({
      PASSWORD: { outcome: 'absent', reason: 'shadow: compared, not used' },
      NAME: { outcome: 'absent', reason: 'has no place there' },
      USER: { outcome: 'absent', reason: 'turned off' },
    });
    expect(ofVault(settings.explain())).toMatchObject({
      LEVEL: { outcome: 'absent', reason: 'shadow: compared, not used' },
    });
    const without = { ...variables, PASSWORD: '' };
    await expect(loadSettings(definition, { variables: without })).rejects.toMatchObject({
      code: 'SETTINGS_MISSING',
      message: expect.stringMatching(
        /vault {8}shadow: compared, not used[\s\S]*Vault is only compared/,
      ) as string,
    });
  });

  test('tells every kind of difference, never a value, and follows both sides', async () => {
    const told: unknown[] = [];
    const listener = (message: unknown) => told.push(message);
    subscribe('strongroom:shadow', listener);
    subscribe('strongroom:rollout', listener);
    const logger: Logger = {
      debug: () => {},
      info: (...line) => told.push(line),
      warn: (...line) => told.push(line),
      error: (...line) => told.push(line),
    };
    try {
      await writeSecret(server, 'shadowed/production/database', { passwort: theirs });
      await writeSecret(server, 'shadowed/production/app', { port: theirs, level: 'debug' });
      const { TOKEN: _, ...rest } = variables;
      const clock = new ManualClock(Date.now());
      await using settings = await loadSettings(definition, { variables: rest, logger, clock });
      await compared(settings);
      const kinds = () =>
        Object.fromEntries(settings.shadow?.differing.map(({ setting, kind }) => [setting, kind]) ?? []);
      expect(kinds()).toEqual({ PASSWORD: 'missing', TOKEN: 'extra', PORT: 'invalid', LEVEL: 'differs' });
      await writeSecret(server, 'shadowed/production/database', { password: own });
      clock.advance(70_000);
      expect(await compared(settings)).toMatchObject({ differences: [], agreed: ['PASSWORD'] });
      expect(kinds()).toEqual({ TOKEN: 'extra', PORT: 'invalid', LEVEL: 'differs' });
      await proxy.stop();
      clock.advance(70_000);
      const { differences } = await compared(settings);
      expect(differences).toMatchObject(
        ['PASSWORD', 'TOKEN', 'PORT', 'LEVEL'].map((setting) => ({
          setting,
          kind: 'unavailable',
          code: 'SOURCE_UNAVAILABLE',
        })),
      );
      expect(settings.state.status).toBe('ready');
      expect(settings.shadow).toMatchObject({ comparisons: 3, unavailable: 1 });
      for (const secretText of [own, theirs, server.rootToken]) {
        expectNoCanary(secretText, ...told, settings.shadow, settings.explain(), settings);
      }
    } finally {
      await proxy.start();
      unsubscribe('strongroom:shadow', listener);
      unsubscribe('strongroom:rollout', listener);
    }
    expect(told[0]).toMatchObject({
      application: 'shadowed',
      environment: 'production',
      details: [{ source: 'vault', mode: 'shadow', reason: 'USE_VAULT=shadow' }],
    });
  });

  test('starts at once though Vault hangs, and ends at once', async () => {
    proxy.fault = 'swallow';
    const asked = proxy.spoiled();
    const settings = await loadSettings(definition, { variables, logger: silent });
    expect(settings.current().PORT).toBe(9000);
    await asked;
    await settings.close();
    expect(settings.shadow).toMatchObject({ comparisons: 0, lastComparedAt: undefined });
  });
});

describe('without a Vault that can be asked', () => {
  const served = { USE_VAULT: 'shadow', APP_ENV: 'production', PASSWORD: own };
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'strongroom-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test.each([
    [
      'dead',
      { VAULT_ADDR: 'http://127.0.0.1:9', VAULT_TOKEN: 'unused', VAULT_MAX_RETRIES: '0' },
      'SOURCE_UNAVAILABLE',
    ],
    ['wired wrongly', { VAULT_ADDR: 'ftp://127.0.0.1' }, 'SETTINGS_INVALID'],
  ])('starts, warns of nothing but the difference, when it is %s', async (_, more, code) => {
    const lines: string[] = [];
    const logger = { ...silent, warn: (_details: object, line: string) => lines.push(line) };
    await using settings = await loadSettings(definition, { variables: { ...served, ...more }, logger });
    const { differences } = await compared(settings);
    expect(differences.map(({ setting, kind, code: said }) => [setting, kind, said])).toEqual(
      ['PASSWORD', 'TOKEN', 'PORT', 'LEVEL'].map((name) => [name, 'unavailable', code]),
    );
    expect(lines.filter((line) => line.startsWith('shadow:'))).toHaveLength(1);
    expect(lines.filter((line) => !line.startsWith('shadow:') && line.startsWith('settings'))).toEqual([]);
    expect(settings.state.status).toBe('ready');
  });

  test('keeps no last known good settings of what it does not use', async () => {
    const variables = {
      ...served,
      VAULT_ADDR: 'http://127.0.0.1:9',
      VAULT_TOKEN: 'unused',
      STRONGROOM_LAST_KNOWN_GOOD: join(folder, 'settings'),
      STRONGROOM_LAST_KNOWN_GOOD_KEY: 'ab'.repeat(32),
    };
    await using settings = await loadSettings(definition, { variables, logger: silent });
    await compared(settings);
    expect(await readdir(folder)).toEqual([]);
  });
});
