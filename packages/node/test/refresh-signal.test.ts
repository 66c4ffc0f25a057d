import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createResolver, defineSettings, plain, secret } from '@strongroom/core';
import { memorySource } from '@strongroom/core/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { loadSettings } from '../src/index.js';
import { refreshOnSignal } from '../src/refresh-signal.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: { TOKEN: secret('api/token', z.string()), PORT: plain(z.int(), { default: 8000 }) },
});

let folder: string;
let file: string;
let variables: Record<string, string>;
const listeners = () => process.listenerCount('SIGHUP');
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-signal-'));
  file = join(folder, 'token');
  await writeFile(file, 'one');
  variables = { APP_ENV: 'production', TOKEN_FILE: file };
});
afterEach(() => rm(folder, { recursive: true }));

// Windows has no such signal to send.
describe.skipIf(process.platform === 'win32')('a signal', () => {
  test('refreshes every resolver that listens, until it is closed', async () => {
    const before = listeners();
    const lines: unknown[] = [];
    const logger = { debug() {}, info: (...line: unknown[]) => lines.push(line), warn() {}, error() {} };
    const one = await loadSettings(definition, { variables, refreshOnSignal: 'SIGHUP', logger });
    const other = await loadSettings(definition, { variables, refreshOnSignal: 'SIGHUP' });
    const deaf = await loadSettings(definition, { variables });
    expect(listeners()).toBe(before + 2);

    await writeFile(file, 'two');
    const changed = Promise.all([one.nextChange('TOKEN'), other.nextChange('TOKEN')]);
    process.kill(process.pid, 'SIGHUP');
    await changed;
    expect([one, other, deaf].map((settings) => settings.current().TOKEN)).toEqual(['two', 'two', 'one']);
    expect(lines).toContainEqual([{ signal: 'SIGHUP' }, 'settings are refreshed at a signal']);

    await one.close();
    expect(listeners()).toBe(before + 1);
    await writeFile(file, 'three');
    const again = other.nextChange('TOKEN');
    process.kill(process.pid, 'SIGHUP');
    await again;
    expect([one, other].map((settings) => settings.current().TOKEN)).toEqual(['two', 'three']);
    await other.close();
    await deaf.close();
    expect(listeners()).toBe(before);
  });

  test('is listened to by nobody when the start fails, or none was named', async () => {
    const before = listeners();
    const options = { variables: { APP_ENV: 'production' }, refreshOnSignal: 'SIGHUP' } as const;
    await expect(loadSettings(definition, options)).rejects.toMatchObject({ code: 'SETTINGS_MISSING' });
    await using settings = await loadSettings(definition, { variables });
    expect(settings.current().TOKEN).toBe('one');
    expect(listeners()).toBe(before);
  });

  test('that nothing can listen to is an error of the start', async () => {
    const wrong = loadSettings(definition, { variables, refreshOnSignal: 'SIGKILL' });
    await expect(wrong).rejects.toMatchObject({
      code: 'DEFINITION_INVALID',
      message: expect.stringContaining('SIGKILL') as string,
    });
    const unknown = loadSettings(definition, { variables, refreshOnSignal: 'SIGHUB' as 'SIGHUP' });
    await expect(unknown).rejects.toMatchObject({ code: 'DEFINITION_INVALID' });
  });
});

test('on Windows nothing listens: there SIGHUP means that the console is closed', async () => {
  const before = listeners();
  const resolver = createResolver(definition, {
    environment: 'production',
    sources: [memorySource('m', { TOKEN: 'x' })],
  });
  refreshOnSignal(resolver, 'SIGHUP', undefined, 'win32');
  expect(listeners()).toBe(before);
  await resolver.close();
});

describe.skipIf(process.platform === 'win32')('a process', () => {
  const program = (options: string, then: string) => `
    import { defineSettings, secret } from '@strongroom/core';
    import { loadSettings } from '@strongroom/node';
    const definition = defineSettings({
      application: 'shop',
      environments: ['production'],
      settings: { TOKEN: secret('api/token') },
    });
    const settings = await loadSettings(definition, ${options});
    ${then}
  `;
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const argv = (source: string) => ['--input-type=module', '--eval', source];

  test('ends by itself though it listens', async () => {
    const source = program(`{ refreshOnSignal: 'SIGHUP' }`, `console.log('loaded');`);
    const { stdout } = await promisify(execFile)(process.execPath, argv(source), { cwd, env: variables });
    expect(stdout).toBe('loaded\n');
  });

  test('ends at SIGHUP unless it asked for more, as every program of a terminal', async () => {
    const wait = `console.log('loaded'); setInterval(() => {}, 60_000);`;
    const silent = spawn(process.execPath, argv(program('{}', wait)), { cwd, env: variables });
    await once(silent.stdout, 'data');
    silent.kill('SIGHUP');
    expect(await once(silent, 'exit')).toEqual([null, 'SIGHUP']);

    const report = `settings.events.on('refresh', () => { console.log('refreshed'); process.exit(7); });`;
    const source = program(`{ refreshOnSignal: 'SIGHUP' }`, `${report} ${wait}`);
    const listening = spawn(process.execPath, argv(source), { cwd, env: variables });
    await once(listening.stdout, 'data');
    listening.kill('SIGHUP');
    expect(await once(listening, 'exit')).toEqual([7, null]);
  });
});
