import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'dotenv';
import { describe, expect, test } from 'vitest';
import { readDotenv } from '../src/index.js';
import {
  dotenvSources,
  linesOf,
  sourcePath,
  temporaryFolder,
  valuesOf,
  warningsOf,
  withoutRights,
} from './sources.js';

const read = (text: string, options?: Parameters<typeof readDotenv>[1]) =>
  readDotenv({ text, path: '.env' }, options);

describe('a .env file', () => {
  test.each(dotenvSources)('%s has the values that dotenv reads, byte for byte', async (name) => {
    const reading = await readDotenv(sourcePath(name));
    expect(valuesOf(reading)).toEqual(parse(await readFile(sourcePath(name))));
    expect(reading.entries.length).toBeGreaterThan(2);
  });

  test.each(dotenvSources)('%s has each name on the line that is told', async (name) => {
    const lines = (await readFile(sourcePath(name), 'utf8')).split(/\r\n?|\n/);
    const reading = await readDotenv(sourcePath(name));
    for (const entry of reading.entries) {
      expect(entry.origin).toMatchObject({ reader: 'dotenv', place: sourcePath(name) });
      const line = lines[(entry.origin.line ?? 0) - 1]?.replace(/^\uFEFF?\s*(?:export\s+)?/, '');
      expect(line?.startsWith(entry.name), `${entry.name} on line ${entry.origin.line}`).toBe(true);
    }
  });

  test('has lines that count what stands in values of several lines', async () => {
    expect(linesOf(await readDotenv(sourcePath('gitlab-runner.env')))).toEqual({
      CI_SERVER_URL: 1,
      REGISTRATION_TOKEN: 2,
      CI_DEPLOY_KEY: 4,
      S3_CREDENTIALS: 11,
      SERVICE_ACCOUNT: 12,
      PROXY_PASSWORD: 13,
      MULTI: 14,
    });
    expect(linesOf(await readDotenv(sourcePath('nextjs.env')))).toMatchObject({
      NEXT_PUBLIC_SITE_URL: 1,
      DATABASE_URL: 2,
      AUTH_SECRET: 5,
      JWT_KEY: 8,
      STRIPE_WEBHOOK_SECRET: 12,
      LAST: 13,
    });
  });

  test('of a name that stands there twice has the last value, and says so with both lines', async () => {
    const { entries, warnings } = await read('A=1\n\nB=2\nA=3\nA=4\n');
    expect(entries.map((entry) => [entry.name, entry.reveal(), entry.origin.line])).toEqual([
      ['A', '4', 5],
      ['B', '2', 3],
    ]);
    expect(warnings).toEqual([
      {
        code: 'duplicate-key',
        name: 'A',
        message: '.env:4: A stands on the lines 1 and 4: the last one counts, as in dotenv.',
        origin: { reader: 'dotenv', place: '.env', line: 4 },
      },
      {
        code: 'duplicate-key',
        name: 'A',
        message: '.env:5: A stands on the lines 4 and 5: the last one counts, as in dotenv.',
        origin: { reader: 'dotenv', place: '.env', line: 5 },
      },
    ]);
  });

  test('of which something may be lost says what and where', async () => {
    expect(warningsOf(await readDotenv(sourcePath('sentry.env')))).toEqual([
      'unclosed-quote UNCLOSED 9',
      'cut-at-hash HASH_IN_URL 12',
      'duplicate-key A 17',
      'unread-line - 8',
      'unread-line - 16',
    ]);
    expect(warningsOf(await readDotenv(sourcePath('laravel.env')))).toEqual([
      'interpolation MAIL_FROM_NAME 17',
      'cut-at-hash PUSHER_APP_SECRET 23',
      'interpolation VITE_PUSHER_APP_KEY 24',
      'interpolation VITE_APP_NAME 25',
    ]);
    expect(warningsOf(await readDotenv(sourcePath('django.env')))).toEqual([
      'duplicate-key DB_PASSWORD 12',
      'unread-line - 10',
    ]);
    expect(warningsOf(await readDotenv(sourcePath('rails.env')))).toEqual([]);
    expect(warningsOf(await readDotenv(sourcePath('nextjs.env')))).toEqual([]);
  });

  test.each([
    ['A=#x', ['cut-at-hash A 1']],
    ['A= # comment', []],
    ['A=x # comment', []],
    ['A="x"# comment', []],
    ['A=pa$word', []],
    ['B=1\nA=pa$B', ['interpolation A 2']],
    ["B=1\nA='pa$B'", []],
    ['A=$(id)', ['interpolation A 1']],
    [`A=\\\${B}`, []],
    ['A=encrypted:BDqDBibm4wsYqMpCjTQ6BsDHmMadg9K3dAt+Z9HPMfLEIRVz50hmLXPXRuDBXaJi', ['encrypted A 1']],
    ['A=ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]', ['encrypted A 1']],
    ['__proto__=1', ['unread-line __proto__ 1']],
    ['a\nb\n\nc\nA=1\nd', ['unread-line - 1', 'unread-line - 4', 'unread-line - 6']],
    ['constructor=1\ntoString=2\nhasOwnProperty=3', []],
  ])('%j is warned of as %j', async (text, warnings) => {
    const reading = await read(text);
    expect(warningsOf(reading)).toEqual(warnings);
    expect(valuesOf(reading)).toEqual({ ...parse(text) });
  });

  test('with a key of several lines and without quotes is refused: its lines would be names', async () => {
    for (const quote of ['', '"']) {
      const text = `A=1\nKEY=${quote}-----BEGIN PRIVATE KEY-----\nMIIEvQ==\n-----END PRIVATE KEY-----\n`;
      await expect(read(text)).rejects.toMatchObject({
        code: 'SOURCE_MALFORMED',
        locator: '.env:2',
        message: '.env:2 begins a key or certificate of several lines: put it in quotes.',
      });
    }
    const oneLine = 'KEY=-----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----';
    expect(valuesOf(await read(oneLine))).toEqual(parse(oneLine));
  });
});

describe('with expand', () => {
  test('values are put in from what stands before them', async () => {
    const reading = await readDotenv(sourcePath('supabase.env'), { expand: true });
    const password = 'your-super-secret-and-long-postgres-password';
    expect(valuesOf(reading)).toMatchObject({
      POSTGRES_PASSWORD: password,
      DB_URL: `postgres://supabase_admin:${password}@db:5432/postgres`,
    });
    expect(reading.warnings).toEqual([]);
  });

  test.each([
    [`A=1\nB=$A-\${A}`, '1-1'],
    ["A=1\nB='$A'", '$A'],
    ['A=1\nB="$A"', '1'],
    ['A=1\nB=`$A`', '1'],
    ['A=1\nB=\\$A', '$A'],
    ['A=$B\nB=2', '2'],
    [`A=1\nB=\${A:-x}`, '1'],
    [`A=\nB=\${A:-x}`, 'x'],
    [`A=\nB=\${A-x}`, ''],
    [`B=\${A-x}`, 'x'],
    [`B=\${A:-}`, ''],
    [`A=1\nB=\${A:+x}`, 'x'],
    [`A=\nB=\${A:+x}`, ''],
    [`A=\nB=\${A+x}`, 'x'],
    [`B=\${A:+x}`, ''],
    [`A=1\nB=\${A:?wanted}`, '1'],
    [`C=3\nB=\${A:-\${C}}`, '3'],
    [`C=3\nB=\${C:-\${A:-\${Z}}}`, '3'],
    [`A=\${B}\nB=x$1$`, 'x$1$'],
    ['A=1\nA=$A$A\nB=$A', '11'],
    ['B=pa}ss', 'pa}ss'],
    ['B=a\\b', 'a\\b'],
  ])('%j has B=%j', async (text, value) => {
    expect(valuesOf(await read(text, { expand: true }))).toMatchObject({ B: value });
  });

  test.each([
    'B=$A',
    `B=\${A}`,
    `B=\${A:?wanted}`,
    `B=\${A:-\${C}}`,
    `B=\${A:-x`,
    'B=$B',
    `B=${'${A:-'.repeat(40)}${'}'.repeat(40)}`,
  ])('%j refers to nothing that is known, and is taken as it stands', async (text) => {
    const reading = await read(text, { expand: true });
    expect(valuesOf(reading)).toEqual(parse(text));
    expect(warningsOf(reading)).toEqual(['unresolved-reference B 1']);
    expect(JSON.stringify(reading)).not.toMatch(/\bA\b/);
  });

  test('a command is not run', async () => {
    expect(valuesOf(await read('A=$(echo gone)', { expand: true }))).toEqual({ A: '$(echo gone)' });
  });

  test('values that double with each line are refused before they are large', async () => {
    const lines = Array.from({ length: 60 }, (_, index) => `A${index + 1}=$A${index}$A${index}`);
    await expect(read(['A0=x', ...lines].join('\n'), { expand: true })).rejects.toMatchObject({
      code: 'SOURCE_MALFORMED',
      message: expect.stringMatching(/^\.env:\d+ refers to values that grow too large/),
    });
  });
});

describe('a file that cannot be read is told of with its place', () => {
  test('that is not there, a folder, or below a file', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, '.env');
    await expect(readDotenv(file)).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: `${file} does not exist`,
      locator: file,
    });
    await expect(readDotenv(folder)).rejects.toMatchObject({
      code: 'SOURCE_MALFORMED',
      message: `${folder} is a folder, not a file`,
    });
    await writeFile(file, 'A=1');
    await expect(readDotenv(join(file, 'x'))).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  });

  test('that may not be read', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, '.env');
    await writeFile(file, 'A=1');
    await chmod(folder, 0o755);
    await chmod(file, 0o000);
    await withoutRights(() =>
      expect(readDotenv(file)).rejects.toMatchObject({
        code: 'SOURCE_DENIED',
        message: `${file} may not be read by this process`,
      }),
    );
  });

  test('that is too large, whatever it says of its size', async () => {
    const file = join(await temporaryFolder(), '.env');
    await writeFile(file, 'A'.repeat(1024 * 1024 + 1));
    const message = `${file} is larger than 1024 KiB`;
    await expect(readDotenv(file)).rejects.toMatchObject({ code: 'SOURCE_MALFORMED', message });
    await expect(readDotenv('/dev/zero')).rejects.toMatchObject({ code: 'SOURCE_MALFORMED' });
    await expect(read('ä'.repeat(600_000))).rejects.toMatchObject({ code: 'SOURCE_MALFORMED' });
  });

  test('that is no UTF-8, with the line', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, '.env');
    await writeFile(file, Buffer.from('A=ä\r\nB=2\nC=caf\xe9\nD=4', 'latin1'));
    await expect(readDotenv(file)).rejects.toMatchObject({ code: 'SOURCE_MALFORMED', locator: `${file}:1` });
    await writeFile(file, Buffer.concat([Buffer.from('A=ä\nB=2\n'), Buffer.from('C=caf\xe9\n', 'latin1')]));
    await expect(readDotenv(file)).rejects.toMatchObject({
      code: 'SOURCE_MALFORMED',
      locator: `${file}:3`,
      message: `${file}:3 is not UTF-8 text: save the file as UTF-8.`,
    });
    await writeFile(file, Buffer.from('\uFEFFA=1\n', 'utf16le'));
    await expect(readDotenv(file)).rejects.toMatchObject({ message: expect.stringContaining('UTF-16') });
    await expect(read('A=1\nB=\ud83d\n')).rejects.toMatchObject({
      code: 'SOURCE_MALFORMED',
      locator: '.env:2',
    });
  });

  test('an option that there is not is an error', async () => {
    await expect(read('A=1', { expnd: true } as never)).rejects.toMatchObject({
      code: 'DEFINITION_INVALID',
      message: expect.stringContaining('expand'),
    });
  });
});

test('a pipe is read like a file', async () => {
  const folder = await temporaryFolder();
  const pipe = join(folder, 'pipe');
  await mkdir(folder, { recursive: true });
  await promisify(execFile)('mkfifo', [pipe]);
  const [reading] = await Promise.all([readDotenv(pipe), writeFile(pipe, 'A=from a pipe\n')]);
  expect(valuesOf(reading)).toEqual({ A: 'from a pipe' });
});

test('a hostile text takes no longer than its length', { timeout: 120_000 }, async () => {
  // With the square of it this would take minutes.
  const size = 128 * 1024;
  const parts = [
    '\n',
    ' ',
    'A="\n',
    "A='\\' x\n",
    'A=\n',
    "'\\' ",
    '\u2028',
    'foo\n \n',
    'A:\n',
    'A="\\" #\n',
  ];
  for (const part of parts) await read(part.repeat(size / Buffer.byteLength(part)));
  // One value that fills the largest file.
  await read(`A="${'\\"'.repeat(512 * 1024 - 10)}`);
  await read(`A=${'-----BEGIN '.repeat(90_000)}-----END x`);
});
