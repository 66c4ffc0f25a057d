import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineSettings, type Logger, plain, type RefreshReport, secret } from '@strongroom/core';
import { ManualClock } from '@strongroom/core/testing';
import { startDevServer } from '@strongroom/dev-server';
import { administer } from '@strongroom/test-servers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type LoadSettingsOptions, loadSettings } from '../src/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: {
    TOKEN: secret('api/token', z.string()),
    LEVEL: plain(z.string(), { default: 'info', place: 'app/level' }),
  },
});
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

let folder: string;
let file: string;
const opened: { close(): Promise<void> }[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-options-'));
  file = join(folder, 'token');
  await writeFile(file, 'one');
});
afterEach(async () => {
  for (const settings of opened.splice(0)) await settings.close();
  await rm(folder, { recursive: true });
});

async function load(options: LoadSettingsOptions<'production'>) {
  const clock = new ManualClock();
  const variables = { APP_ENV: 'production', TOKEN_FILE: file };
  const settings = await loadSettings(definition, { variables, logger: silent, clock, ...options });
  opened.push(settings);
  const refreshed = () => new Promise<RefreshReport>((resolve) => settings.events.once('refresh', resolve));
  return { settings, clock, refreshed };
}

describe('the options of the resolver', () => {
  test('say when it looks again', async () => {
    const { settings, clock, refreshed } = await load({ refreshEveryMs: 5_000, refreshJitter: 0 });
    await writeFile(file, 'two');
    clock.advance(4_999);
    const report = refreshed();
    clock.advance(1);
    expect(await report).toMatchObject({ trigger: 'schedule', startedAt: clock.now(), outcome: 'changed' });
    expect(settings.current().TOKEN).toBe('two');
  });

  test('and whether', async () => {
    const { clock } = await load({ refreshEveryMs: false });
    expect(clock.pending).toBe(0);
  });

  test('say how soon it tries again, and how long the last good values are served', async () => {
    const { settings, clock, refreshed } = await load({ refreshRetryMs: 500, lastGoodForMs: 1_000 });
    await rm(file);
    await settings.refresh();
    expect(settings.current().TOKEN).toBe('one');
    const report = refreshed();
    clock.advance(500);
    expect(await report).toMatchObject({ trigger: 'schedule', outcome: 'incomplete' });
    clock.advance(500);
    expect(() => settings.current()).toThrow(expect.objectContaining({ code: 'SNAPSHOT_EXPIRED' }));
  });

  test.each([
    [{}, 'debug'],
    [{ onDeletion: 'drop' }, 'info'],
  ] as const)('say what becomes of a deleted value: with %j it is %s', async (options, level) => {
    await using server = await startDevServer();
    const { call } = administer(server);
    await call('POST', 'secret/data/shop/production/app', { data: { level: 'debug' } });
    const variables = {
      APP_ENV: 'production',
      TOKEN_FILE: file,
      USE_VAULT: 'true',
      VAULT_ADDR: server.address,
      VAULT_TOKEN: server.rootToken,
    };
    const { settings } = await load({ variables, ...options });
    expect(settings.current().LEVEL).toBe('debug');
    await call('DELETE', 'secret/data/shop/production/app');
    await settings.refresh();
    expect(settings.current().LEVEL).toBe(level);
    await settings.close();
  });

  test('are checked', async () => {
    await expect(load({ refreshEveryMs: 0 })).rejects.toMatchObject({ code: 'DEFINITION_INVALID' });
    await expect(load({ refreshEvery: 1 } as object)).rejects.toThrow(/meant to be refreshEveryMs\?/);
  });
});
