import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { defineSettings, plain, type Setting, secret } from '../definition/definition.js';
import { canarySecret, describeSource, expectNoCanary } from '../testing/index.js';
import { type EnvironmentVariables, environmentSource } from './environment-source.js';
import type { Lookup } from './source.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-environment-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const context = { application: 'shop', environment: 'production', signal: new AbortController().signal };

const settingsOf = (...names: string[]): readonly Setting[] =>
  Object.values(
    defineSettings({
      application: 'shop',
      environments: ['production'],
      settings: Object.fromEntries(names.map((name) => [name, plain(z.string())])),
    }).settings,
  );

async function lookUp(variables: EnvironmentVariables, ...names: string[]): Promise<Lookup> {
  const answers = await environmentSource(variables).lookup(settingsOf(...names), context);
  const answer = answers.get(names[0] ?? '');
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

const asVariables = (values: ReadonlyMap<Setting, unknown>): EnvironmentVariables =>
  Object.fromEntries([...values].map(([{ name }, value]) => [name, String(value)]));

const cannotFail =
  'it reads a copy in memory and files; a file that cannot be read contradicts itself, and is no outage';

describeSource(
  'the environment source',
  {
    create: (values) => ({ source: environmentSource(Object.freeze(asVariables(values))) }),
    cannotFail,
  },
  { afterEach, describe, test },
);

describeSource(
  'the environment source with files',
  {
    async create(values) {
      const made = await mkdtemp(join(folder, 'files-'));
      const variables: Record<string, string> = {};
      for (const [{ name }, value] of values) {
        variables[`${name}_FILE`] = join(made, name);
        await writeFile(join(made, name), `${String(value)}\n`);
      }
      return { source: environmentSource(variables), cleanup: () => rm(made, { recursive: true }) };
    },
    cannotFail,
  },
  { afterEach, describe, test },
);

describe('a variable', () => {
  test('is found under the name of the setting, in its very case', async () => {
    expect(await lookUp({ PORT: '80' }, 'PORT')).toEqual({ status: 'found', value: '80', locator: 'PORT' });
    expect(await lookUp({ PORT: '80' }, 'port')).toMatchObject({ status: 'absent', reason: 'not-set' });
  });

  test('that is set but empty counts as unset, and the hint says so', async () => {
    const answer = await lookUp({ PORT: '' }, 'PORT');
    expect(answer).toMatchObject({ status: 'absent', reason: 'not-set' });
    expect(hintOf(answer)).toBe('PORT is set but empty, which counts as unset.');
  });

  test('keeps its spaces', async () => {
    expect(await lookUp({ PORT: ' ' }, 'PORT')).toMatchObject({ status: 'found', value: ' ' });
  });
});

describe('the variables', () => {
  test('are copied once and never written', async () => {
    const variables: Record<string, string | undefined> = { PORT: '80', EMPTY: '', GONE: undefined };
    const before = { ...variables };
    const source = environmentSource(variables);
    variables['PORT'] = '81';
    variables['LATE'] = 'x';
    const answers = await source.lookup(settingsOf('PORT', 'LATE', 'EMPTY', 'GONE'), context);
    expect(answers.get('PORT')).toMatchObject({ value: '80' });
    for (const name of ['LATE', 'EMPTY', 'GONE']) expect(answers.get(name)?.status).toBe('absent');
    expect(variables).toEqual({ ...before, PORT: '81', LATE: 'x' });
  });

  test('are those of the process when none are given', async () => {
    const before = { ...process.env };
    process.env['STRONGROOM_TEST_PORT'] = '80';
    try {
      const answers = await environmentSource().lookup(settingsOf('STRONGROOM_TEST_PORT'), context);
      expect(answers.get('STRONGROOM_TEST_PORT')).toMatchObject({ status: 'found', value: '80' });
    } finally {
      delete process.env['STRONGROOM_TEST_PORT'];
    }
    expect({ ...process.env }).toEqual(before);
  });

  test('may have names that every object has', async () => {
    const variables = JSON.parse('{"__proto__": "x", "constructor": "y"}') as EnvironmentVariables;
    expect(await lookUp(variables, 'PORT')).toMatchObject({ status: 'absent' });
  });
});

describe('NAME_FILE', () => {
  test.each([
    ['no newline', 'value', 'value'],
    ['one newline', 'value\n', 'value'],
    ['one Windows newline', 'value\r\n', 'value'],
    ['two newlines: only one is removed', 'value\n\n', 'value\n'],
    ['a newline inside', 'one\ntwo\n', 'one\ntwo'],
    ['a carriage return alone', 'value\r', 'value\r'],
    ['spaces', '  value \n', '  value '],
    ['a byte order mark', '\ufeffvalue', '\ufeffvalue'],
    ['many languages', 'äöü 漢字 🔑\n', 'äöü 漢字 🔑'],
    ['the largest file', 'x'.repeat(1024 * 1024), 'x'.repeat(1024 * 1024)],
  ])('names a file that holds the value: %s', async (_, content, value) => {
    const path = await file('value', content);
    expect(await lookUp({ KEY_FILE: path }, 'KEY')).toEqual({
      status: 'found',
      value,
      locator: `KEY_FILE ${path}`,
    });
  });

  test('follows a link, as a mounted secret is one', async () => {
    const path = await file('target', 'value');
    await symlink(path, join(folder, 'link'));
    expect(await lookUp({ KEY_FILE: join(folder, 'link') }, 'KEY')).toMatchObject({ value: 'value' });
  });

  test('counts as unset when it is empty', async () => {
    const answer = await lookUp({ KEY_FILE: '' }, 'KEY');
    expect(answer).toMatchObject({ status: 'absent', reason: 'not-set' });
    expect(hintOf(answer)).toBe('KEY_FILE is set but empty, which counts as unset.');
    expect(await lookUp({ KEY: '', KEY_FILE: await file('value', 'v') }, 'KEY')).toMatchObject({
      value: 'v',
    });
    expect(await lookUp({ KEY: 'v', KEY_FILE: '' }, 'KEY')).toMatchObject({ value: 'v' });
  });

  test('beside NAME is an error, which quotes neither', async () => {
    const canary = canarySecret();
    const answer = await lookUp({ KEY: canary, KEY_FILE: canary }, 'KEY');
    expect(answer).toEqual({
      status: 'misconfigured',
      reason: 'KEY and KEY_FILE are both set',
      hint: 'Unset KEY or KEY_FILE: only one of them can hold the value.',
    });
    expectNoCanary(canary, answer);
  });

  test('is a value of its own when a setting has that name', async () => {
    const variables = { LOG: 'stdout', LOG_FILE: '/var/log/shop' };
    expect(await lookUp(variables, 'LOG', 'LOG_FILE')).toMatchObject({ value: 'stdout' });
    expect(await lookUp(variables, 'LOG_FILE', 'LOG')).toMatchObject({ value: '/var/log/shop' });
  });

  test('is a value of its own even when that setting is not asked for', async () => {
    const source = environmentSource({ LOG: 'stdout', LOG_FILE: '/var/log/shop' });
    const declared = new Set(['LOG', 'LOG_FILE']);
    const answers = await source.lookup(settingsOf('LOG'), { ...context, declared });
    expect(answers.get('LOG')).toMatchObject({ status: 'found', value: 'stdout' });
  });

  test.each([
    ['is empty', () => file('empty', '')],
    ['is empty', () => file('newline', '\n')],
    ['is larger than 1024 KiB', () => file('huge', 'x'.repeat(1024 * 1024 + 1))],
    ['is larger than 1024 KiB', async () => '/dev/zero'],
    ['is not UTF-8 text', () => file('binary', Uint8Array.of(0x61, 0xff, 0xfe))],
    [
      'is a folder',
      async () => {
        const path = join(folder, 'directory');
        await mkdir(path, { recursive: true });
        return path;
      },
    ],
  ])('that cannot be used is an error: the file %s', async (reason, make) => {
    const path = await make();
    expect(await lookUp({ KEY_FILE: path }, 'KEY')).toEqual({
      status: 'misconfigured',
      reason: `the file ${path} named by KEY_FILE ${reason}`,
      hint: 'Correct KEY_FILE, or unset it.',
    });
  });

  test.each([
    ['does not exist', (canary: string) => canary],
    ['does not exist', (canary: string) => join(folder, canary)],
    ['cannot be read', (canary: string) => canary.repeat(400)],
    ['cannot be read', (canary: string) => `${canary}\u0000`],
  ])('that holds the secret itself by mistake is not quoted: %s', async (reason, make) => {
    const canary = canarySecret().replaceAll('/', '');
    const answer = await lookUp({ KEY_FILE: make(canary) }, 'KEY');
    expect(answer).toMatchObject({ reason: `the file named by KEY_FILE ${reason}` });
    expectNoCanary(canary, answer);
  });

  test('that may not be read is an error', async () => {
    const path = await file('forbidden', 'value');
    await chmod(path, 0o000);
    // Root may read everything, so as root this test is nobody for a moment.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      expect(await lookUp({ KEY_FILE: path }, 'KEY')).toMatchObject({
        reason: `the file ${path} named by KEY_FILE may not be read by this process`,
        hint: 'Run as a user who may read it, or change its mode.',
      });
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});

describe('the hint for an absent variable', () => {
  test.each([
    ['DATABSE_URL', 'a missing letter'],
    ['DATABASE_ULR', 'a swap'],
    ['database_url', 'case'],
    ['DATABASE-URL', 'a hyphen'],
  ])('names the near miss %s (%s)', async (variable) => {
    const answer = await lookUp({ PATH: '/bin', [variable]: 'x' }, 'DATABASE_URL', 'PORT');
    expect(hintOf(answer)).toBe(`${variable} is set: was it meant to be DATABASE_URL?`);
  });

  test('names the near miss of NAME_FILE', async () => {
    const answer = await lookUp({ DATABSE_URL_FILE: '/run/secrets/url' }, 'DATABASE_URL');
    expect(hintOf(answer)).toBe('DATABSE_URL_FILE is set: was it meant to be DATABASE_URL_FILE?');
  });

  test('never names a variable that stands for another setting, or is empty', async () => {
    const variables = { KEY_B: 'x', KEY_C_FILE: '/run/c', KEY_D: '' };
    expect(hintOf(await lookUp(variables, 'KEY_A', 'KEY_B', 'KEY_C'))).toBeUndefined();
    const source = environmentSource(variables);
    const declared = new Set(['KEY_A', 'KEY_B', 'KEY_C']);
    const answers = await source.lookup(settingsOf('KEY_A'), { ...context, declared });
    expect(hintOf(answers.get('KEY_A'))).toBeUndefined();
  });

  test('never holds a value', async () => {
    const canary = canarySecret();
    expectNoCanary(canary, hintOf(await lookUp({ DATABSE_URL: canary }, 'DATABASE_URL')));
  });
});

test('an abort during the reading of a file is no contradiction of the user', async () => {
  const controller = new AbortController();
  const path = await file('value', 'v');
  const source = environmentSource({ KEY_FILE: path });
  const answer = source.lookup(settingsOf('KEY'), { ...context, signal: controller.signal });
  controller.abort(new Error('no longer wanted'));
  await expect(answer).rejects.toThrow('no longer wanted');
});

test('a file that hangs is opened once, however often it is asked for, and holds no other file up', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const source = environmentSource({ KEY_FILE: pipe });
  // More than there are threads for files.
  for (let round = 0; round < 8; round++) {
    const controller = new AbortController();
    const answer = source.lookup(settingsOf('KEY'), { ...context, signal: controller.signal });
    controller.abort(new Error('no longer wanted'));
    await expect(answer).rejects.toThrow('no longer wanted');
  }
  expect(await lookUp({ KEY_FILE: await file('beside', 'v') }, 'KEY')).toMatchObject({ value: 'v' });
  const answer = source.lookup(settingsOf('KEY'), context);
  await writeFile(pipe, 'at last');
  expect((await answer).get('KEY')).toMatchObject({ value: 'at last' });
});

test('the type of a secret makes no difference to the source', async () => {
  const { settings } = defineSettings({
    application: 'shop',
    environments: ['production'],
    settings: { KEY: secret('api/key', z.string()) },
  });
  const answers = await environmentSource({ KEY: 'v' }).lookup([settings.KEY], context);
  expect(answers.get('KEY')).toEqual({ status: 'found', value: 'v', locator: 'KEY' });
});

function hintOf(lookup: Lookup | undefined): string | undefined {
  return lookup?.status === 'absent' ? lookup.hint?.() : undefined;
}
