import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import {
  createResolver,
  defineSettings,
  environmentSource,
  type SettingChange,
  secret,
} from '../src/index.js';
import {
  canarySecret,
  expectNoCanary,
  ManualClock,
  type MemorySource,
  memorySource,
} from '../src/testing/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: { KEY: secret('a/key', z.string()), OTHER: secret('a/other', z.string()) },
});

let folder: string;
let mount: string;
const opened: { close(): Promise<void> }[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-files-'));
  mount = join(folder, 'mount');
  await mkdir(mount);
});
afterEach(async () => {
  for (const resolver of opened.splice(0)) await resolver.close();
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true });
});

let versions = 0;
/** Puts a new version into place as Kubernetes does: all files of a mount at once, by one link. */
async function publish(value: string): Promise<void> {
  versions += 1;
  const data = `..${versions}`;
  await mkdir(join(mount, data));
  await writeFile(join(mount, data, 'key'), `${value}\n`);
  await symlink(data, join(mount, '..data_tmp'));
  await rename(join(mount, '..data_tmp'), join(mount, '..data'));
  await symlink('..data/key', join(mount, 'key')).catch(() => undefined);
}

async function start(
  file = join(mount, 'key'),
  vault: MemorySource = memorySource('vault', { OTHER: 'one' }),
) {
  const clock = new ManualClock();
  const resolver = createResolver(definition, {
    environment: 'production',
    sources: [environmentSource({ KEY_FILE: file }), vault],
    clock,
  });
  opened.push(resolver);
  const changes: string[] = [];
  resolver.events.on('change', (all: readonly SettingChange[]) =>
    changes.push(...all.map(({ name }) => name)),
  );
  await resolver.load();
  return { resolver, vault, clock, changes };
}

describe('a mounted file', () => {
  test('is followed, at the refresh and by itself', async () => {
    await publish('one');
    const { resolver, clock, changes } = await start();
    expect(resolver.current().KEY).toBe('one');
    await publish('two');
    await resolver.refresh();
    expect(resolver.current().KEY).toBe('two');
    await publish('three');
    const changed = resolver.nextChange('KEY');
    clock.advance(70_000);
    expect((await changed).after).toMatchObject({
      source: 'environment',
      locator: `KEY_FILE ${join(mount, 'key')}`,
    });
    expect(resolver.current().KEY).toBe('three');
    expect(changes).toEqual(['KEY', 'KEY']);
  });

  test('that disappears for a moment takes nothing down: its last value stays, and the rest goes on', async () => {
    const canary = canarySecret();
    await publish(canary);
    const { resolver, vault, clock, changes } = await start();
    await rename(mount, `${mount}.gone`);
    vault.set('OTHER', 'two');
    await resolver.refresh();
    expect(resolver.current()).toMatchObject({ KEY: canary, OTHER: 'two' });
    expect(changes).toEqual(['OTHER']);
    expect(resolver.state).toMatchObject({
      status: 'degraded',
      failures: [
        {
          source: 'environment',
          code: 'SOURCE_UNAVAILABLE',
          message: `the file ${join(mount, 'key')} named by KEY_FILE does not exist`,
          settings: ['KEY'],
        },
      ],
    });
    expect(resolver.explain()[0]).toMatchObject({ source: 'environment', freshness: 'stale' });
    expectNoCanary(canary, resolver.state, resolver.explain(), resolver.health());
    await rename(`${mount}.gone`, mount);
    const ready = new Promise((resolve) => resolver.events.once('ready', resolve));
    // It is looked for again soon, not after the whole interval.
    clock.advance(2_000);
    await ready;
    expect(resolver.explain()[0]).toMatchObject({ freshness: 'fresh' });
    expect(changes).toEqual(['OTHER']);
  });

  test.each<[string, (file: string) => Promise<unknown>, string, string]>([
    ['empty, while it is written', (file) => writeFile(file, ''), 'SOURCE_UNAVAILABLE', 'is empty'],
    [
      'cut within a letter',
      (file) => writeFile(file, Buffer.from([0xc3])),
      'SOURCE_MALFORMED',
      'is not UTF-8 text',
    ],
    [
      'a folder',
      async (file) => {
        await rm(file);
        await mkdir(file);
      },
      'SOURCE_MALFORMED',
      'is a folder',
    ],
    [
      'too large',
      (file) => writeFile(file, Buffer.alloc(2 ** 20 + 1, 'a')),
      'SOURCE_MALFORMED',
      'is larger than 1024 KiB',
    ],
  ])('that is %s keeps its last value too', async (_, spoil, code, words) => {
    const file = join(folder, 'key');
    await writeFile(file, 'one');
    const { resolver } = await start(file);
    await spoil(file);
    await resolver.refresh();
    expect(resolver.current().KEY).toBe('one');
    expect(resolver.state.failures).toMatchObject([
      { code, message: `the file ${file} named by KEY_FILE ${words}` },
    ]);
  });

  test('that never was there is a mistake, also when the program goes on to try', async () => {
    const resolver = createResolver(definition, {
      environment: 'production',
      sources: [
        environmentSource({ KEY_FILE: join(mount, 'key'), OTHER: 'one' }),
        memorySource('vault', { KEY: 'no' }),
      ],
    });
    opened.push(resolver);
    for (const _ of [1, 2]) {
      await expect(resolver.load()).rejects.toMatchObject({
        code: 'SETTINGS_INVALID',
        message: expect.stringContaining('named by KEY_FILE does not exist') as string,
      });
    }
    await publish('one');
    expect((await resolver.load()).KEY).toBe('one');
  });
});
