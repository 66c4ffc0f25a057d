import {
  chmod,
  chown,
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { canarySecret, expectNoCanary } from '@strongroom/core/testing';
import { parse } from 'dotenv';
import fc from 'fast-check';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  type BackupKey,
  cleanUpDotenv,
  Entry,
  prepareBackupKey,
  readDotenv,
  restoreBackup,
} from '../src/index.js';
import { dotenvSources, sourcePath, temporaryFolder, withoutRights } from './sources.js';

let project: string;
let file: string;
let key: BackupKey & { readonly keyFile: string };
beforeEach(async () => {
  const folder = await temporaryFolder();
  project = join(folder, 'project');
  await mkdir(project);
  file = join(project, '.env');
  key = { keyFile: join(folder, 'backup.key') };
});

const text = () => readFile(file, 'utf8');
const files = async () => (await readdir(project)).sort();

/** Cleans the names out of the file, as they were read. */
async function clean(names: readonly string[], options: { expand?: boolean } = {}) {
  const { entries } = await readDotenv(file, options);
  return cleanUpDotenv(file, {
    entries: entries.filter(({ name }) => names.includes(name)),
    key,
    ...options,
  });
}

describe('cleaning up', () => {
  test('takes the lines of verified entries out, and nothing else', async () => {
    const content = [
      '# Database',
      'DB_HOST=localhost',
      '  export DB_PASSWORD="several',
      '# in the value',
      'lines"   # rotated in May',
      '',
      '  # indented comment',
      'DB_PASSWORD=again # DB_PASSWORD=',
      '#DB_PASSWORD=an old one',
      'KEEP=`a',
      'b`',
      '',
      '',
      'not an assignment',
      'LAST=secret',
    ].join('\n');
    await writeFile(file, content);
    const cleanUp = await clean(['DB_PASSWORD', 'LAST']);
    expect(await text()).toBe(
      [
        '# Database',
        'DB_HOST=localhost',
        '',
        '  # indented comment',
        '#DB_PASSWORD=an old one',
        'KEEP=`a',
        'b`',
        '',
        '',
        'not an assignment',
        '',
      ].join('\n'),
    );
    expect(cleanUp).toEqual({
      removed: [
        { name: 'DB_PASSWORD', lines: [3, 8] },
        { name: 'LAST', lines: [15] },
      ],
      kept: [],
      comments: [{ name: 'DB_PASSWORD', line: 5 }],
      backup: expect.stringMatching(/\.env\.\d{4}-\d\d-\d\dT[\d-]+Z\.backup$/),
    });
  });

  test('keeps the mark, the line ends of Windows, and an end without one', async () => {
    await writeFile(file, '\uFEFFA=1\r\nB="x\r\ny"\r\n# c\rC=3\r\n\r\nD=4');
    await clean(['A', 'B']);
    expect(await text()).toBe('\uFEFF# c\rC=3\r\n\r\nD=4');
    await clean(['D']);
    expect(await text()).toBe('\uFEFF# c\rC=3\r\n\r\n');
  });

  test.each(dotenvSources)('leaves of %s every other value and every comment', async (name) => {
    const source = await readFile(sourcePath(name));
    const names = Object.keys(parse(source));
    for (const wanted of [names.filter((_, index) => index % 2 === 0), names]) {
      await writeFile(file, source);
      const { removed, kept } = await clean(wanted);
      const gone = removed.map(({ name }) => name);
      expect([...gone, ...kept.map(({ name }) => name)].sort()).toEqual([...wanted].sort());
      const rest = Object.entries(parse(source)).filter(([name]) => !gone.includes(name));
      expect(Object.entries(parse(await readFile(file)))).toEqual(rest);
      const comments = (from: string) =>
        (from.match(/^[ \t]*#.*\r?\n/gm) ?? []).filter((line) => !line.includes('in a value'));
      expect(comments(await text())).toEqual(comments(source.toString()));
    }
  });

  test('leaves every other value of any text, or leaves it all', { timeout: 60_000 }, () => {
    const piece = fc.constantFrom(
      ...[
        'A=1',
        'B="x',
        'C',
        "='",
        "'\n",
        '"',
        '`',
        '\n',
        '\r\n',
        '#',
        ' ',
        'D: y',
        'A=`q',
        '\\"',
        '\u2028',
        'export ',
        'E=',
        '\n\n',
      ],
    );
    const content = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(''));
    return fc.assert(
      fc.asyncProperty(content, fc.subarray(['A', 'B', 'C', 'D', 'E']), async (content, names) => {
        await writeFile(file, content);
        const before = parse(content);
        try {
          const { removed } = await clean(names);
          const rest = Object.entries(before).filter(([name]) => !removed.some((one) => one.name === name));
          expect(parse(await text())).toEqual(Object.fromEntries(rest));
        } catch (error) {
          expect(error).toMatchObject({ code: 'FILE_UNWRITABLE' });
          expect(await text()).toBe(content);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('leaves what is not as it was verified, and what is not there', async () => {
    await writeFile(file, 'A=1\nB=2\nB=3\n');
    const origin = { reader: 'dotenv', place: file };
    const entries = [
      new Entry('A', 'other', origin),
      new Entry('B', '2', origin),
      new Entry('C', '3', origin),
    ];
    const before = await stat(file);
    expect(await cleanUpDotenv(file, { entries, key })).toEqual({
      removed: [],
      kept: [
        { name: 'A', reason: 'changed', line: 1 },
        { name: 'B', reason: 'changed', line: 3 },
        { name: 'C', reason: 'absent' },
      ],
      comments: [],
      backup: undefined,
    });
    expect(await files()).toEqual(['.env']);
    expect((await stat(file)).ino).toBe(before.ino);
  });

  test('leaves what other values refer to', async () => {
    const content = `USER=u\nPASSWORD=p\nHOST=h\${USER}\nURL=x://$PASSWORD@\${HOST:-h}\nQUOTED='$FREE'\nFREE=1\nOWN=$OWN:2\n`;
    await writeFile(file, content);
    const { removed, kept } = await clean(['USER', 'PASSWORD', 'HOST', 'FREE', 'OWN']);
    expect(removed.map(({ name }) => name)).toEqual(['FREE', 'OWN']);
    expect(kept).toEqual([
      { name: 'PASSWORD', reason: 'referred-to', line: 4 },
      { name: 'HOST', reason: 'referred-to', line: 4 },
      { name: 'USER', reason: 'referred-to', line: 3 },
    ]);
    const again = await clean(['USER', 'PASSWORD', 'HOST', 'URL']);
    expect(again.removed.map(({ name }) => name)).toEqual(['USER', 'PASSWORD', 'HOST', 'URL']);
    expect(await text()).toBe("QUOTED='$FREE'\n");
  });

  test('knows entries that were read with expand', async () => {
    await writeFile(file, `A=1\nB=\${A}2\n`);
    const { entries } = await readDotenv(file, { expand: true });
    const only = entries.filter(({ name }) => name === 'B');
    expect((await cleanUpDotenv(file, { entries: only, key })).kept).toMatchObject([{ reason: 'changed' }]);
    expect((await cleanUpDotenv(file, { entries: only, key, expand: true })).removed).toMatchObject([
      { name: 'B' },
    ]);
  });

  test('keeps the mode, the owner and the link', async () => {
    await writeFile(join(project, 'real.env'), 'A=1\nB=2\n');
    await chmod(join(project, 'real.env'), 0o640);
    const root = process.getuid?.() === 0;
    if (root) await chown(join(project, 'real.env'), 1234, 5678);
    await symlink('real.env', file);
    const { backup } = await clean(['A']);
    expect((await lstat(file)).isSymbolicLink()).toBe(true);
    expect(await readFile(join(project, 'real.env'), 'utf8')).toBe('B=2\n');
    const { mode, uid, gid } = await stat(file);
    expect(mode & 0o777).toBe(0o640);
    if (root) expect([uid, gid]).toEqual([1234, 5678]);
    expect(backup).toMatch(/real\.env\..*\.backup$/);
    expect((await stat(backup ?? '')).mode & 0o777).toBe(0o600);
  });

  // Only root can make a file of somebody else's.
  test.runIf(process.geteuid?.() === 0)('gives no rights to another group than before', async () => {
    await writeFile(file, 'A=1\nB=2\n');
    await chmod(file, 0o664);
    await chown(file, 1234, 5678);
    await chmod(project, 0o777);
    await chmod(join(project, '..'), 0o777);
    await withoutRights(() => clean(['A']));
    expect(await text()).toBe('B=2\n');
    expect((await stat(file)).mode & 0o777).toBe(0o604);
  });

  test('is refused where another name would keep what is in the file', async () => {
    await writeFile(file, 'A=1\n');
    await link(file, join(project, 'other'));
    await expect(clean(['A'])).rejects.toMatchObject({
      code: 'FILE_UNWRITABLE',
      message: expect.stringContaining('hard links'),
    });
    expect(await text()).toBe('A=1\n');
    expect(await files()).toEqual(['.env', 'other']);
  });

  test('shows no value', async () => {
    const canary = canarySecret();
    await writeFile(file, `A="${canary}"\nB="x${canary}"\n#A=${canary}\nC=\${B}\n`);
    const { entries } = await readDotenv(file);
    const cleanUp = await cleanUpDotenv(file, { entries, key });
    expect(cleanUp.removed).toHaveLength(3);
    expectNoCanary(canary, cleanUp, (await readFile(cleanUp.backup ?? '')).toString('latin1'));
  });
});

/** Lets a method of file handles fail or do something, the n-th time that it is called. */
async function onCall(method: 'writeFile' | 'sync' | 'chmod', nth: number, act: () => unknown) {
  const probe = await open(project, 'r');
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  const original = prototype[method];
  let calls = 0;
  const spy = vi.spyOn(prototype, method).mockImplementation(async function (
    this: FileHandle,
    ...given: unknown[]
  ) {
    calls += 1;
    if (calls === nth) await act();
    return Reflect.apply(original, this, given) as never;
  } as never);
  onTestFinished(() => spy.mockRestore());
}

const failing = (code: string) => () => {
  throw Object.assign(new Error('no'), { code });
};

describe('a disk that fails leaves the file as it was', () => {
  test.each([
    ['full when the key is written', 'writeFile', 1, 'ENOSPC'],
    ['full when the backup is written', 'writeFile', 2, 'ENOSPC'],
    ['full when the file is written', 'writeFile', 3, 'ENOSPC'],
    ['over its quota when the file is synced', 'sync', 5, 'EDQUOT'],
    ['broken when the mode is kept', 'chmod', 1, 'EIO'],
  ] as const)('%s', async (_, method, nth, code) => {
    await writeFile(file, 'A=1\nB=2\n');
    await onCall(method, nth, failing(code));
    await expect(clean(['A'])).rejects.toMatchObject({
      code: 'FILE_UNWRITABLE',
      message: expect.stringContaining(code),
    });
    expect(await text()).toBe('A=1\nB=2\n');
    expect(await files()).toEqual(['.env']);
    vi.restoreAllMocks();
    expect((await clean(['A'])).removed).toHaveLength(1);
    expect(await text()).toBe('B=2\n');
  });

  test('when the folder may not be written', async () => {
    await writeFile(file, 'A=1\n');
    await chmod(project, 0o555);
    await writeFile(key.keyFile, `${Buffer.alloc(32, 7).toString('base64')}\n`, { mode: 0o600 });
    if (process.geteuid?.() === 0) {
      await chown(key.keyFile, 65_534, 65_534);
      await chmod(join(project, '..'), 0o755);
    }
    await withoutRights(() =>
      expect(clean(['A'])).rejects.toMatchObject({
        code: 'FILE_UNWRITABLE',
        message: expect.stringContaining('EACCES'),
      }),
    );
    await chmod(project, 0o755);
    expect(await text()).toBe('A=1\n');
    expect(await files()).toEqual(['.env']);
  });

  test('and so does somebody who changes it meanwhile', async () => {
    await writeFile(file, 'A=1\n');
    // The fifth is that of the new content: before it come those of the key and of the backup, each with its folder.
    await onCall('sync', 5, () => writeFile(file, 'A=1\nNEW=2\n'));
    await expect(clean(['A'])).rejects.toMatchObject({
      code: 'FILE_UNWRITABLE',
      message: expect.stringContaining('was changed meanwhile'),
    });
    expect(await text()).toBe('A=1\nNEW=2\n');
    expect(await files()).toEqual(['.env']);
  });

  test('and somebody who does the same meanwhile does not lose the backup', async () => {
    await writeFile(file, 'A=1\nB=2\n');
    await onCall('sync', 5, () => writeFile(file, 'B=2\n'));
    await expect(clean(['A'])).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
    expect(await text()).toBe('B=2\n');
    expect(await files()).toEqual(['.env', expect.stringMatching(/\.backup$/)]);
  });
});

describe('the backup', () => {
  const content = '\uFEFFA="ä"\r\nB=2 # c\r\n\r\n';
  const passphrase = 'correct horse battery';

  async function cleaned(key: BackupKey): Promise<string> {
    await writeFile(file, content);
    const { entries } = await readDotenv(file);
    const { backup } = await cleanUpDotenv(file, { entries, key });
    return backup ?? '';
  }

  test('gives the file back as it was, byte for byte, with a key file', async () => {
    const backup = await cleaned(key);
    expect((await stat(key.keyFile)).mode & 0o777).toBe(0o600);
    const to = join(project, 'restored.env');
    await restoreBackup(backup, { to, key });
    expect(await readFile(to, 'utf8')).toBe(content);
    expect((await stat(to)).mode & 0o777).toBe(0o600);
    await expect(restoreBackup(backup, { to: file, key })).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
    await restoreBackup(backup, { to: file, key, overwrite: true });
    expect(await text()).toBe(content);
  });

  test('gives it back with a passphrase, in whatever form of Unicode it is typed', async () => {
    const backup = await cleaned({ passphrase: 'schöne Grüße aus Köln' });
    const to = join(project, 'restored.env');
    await restoreBackup(backup, { to, key: { passphrase: 'schöne Grüße aus Köln'.normalize('NFD') } });
    expect(await readFile(to, 'utf8')).toBe(content);
  });

  test('uses a key file that is there, and never the same key twice', async () => {
    const first = await readFile(await cleaned(key));
    const made = await readFile(key.keyFile);
    await writeFile(file, content);
    const second = await readFile(await cleaned(key));
    expect((await readFile(key.keyFile)).equals(made)).toBe(true);
    expect(first.subarray(20, 60).equals(second.subarray(20, 60))).toBe(false);
  });

  test('opens with nothing else', async () => {
    const backup = await cleaned({ passphrase });
    const to = join(project, 'restored.env');
    const opened = (key: BackupKey) => restoreBackup(backup, { to, key });
    await expect(opened({ passphrase: `${passphrase}.` })).rejects.toMatchObject({
      code: 'SOURCE_MALFORMED',
      message: `${backup} cannot be opened: it was changed, or made with another key or passphrase.`,
    });
    await expect(opened(key)).rejects.toMatchObject({
      message: `${backup} was made with a passphrase, not a key file.`,
    });
    const other = await cleaned(key);
    await expect(restoreBackup(other, { to, key: { passphrase } })).rejects.toMatchObject({
      message: `${other} was made with a key file, not a passphrase.`,
    });
    await writeFile(key.keyFile, Buffer.alloc(32, 1).toString('base64'));
    await expect(restoreBackup(other, { to, key })).rejects.toMatchObject({ code: 'SOURCE_MALFORMED' });
    expect(await files()).not.toContain('restored.env');
  });

  test.each([
    ['its first byte', 0, 'is no backup'],
    ['its kind', 20, 'was made with'],
    ['its salt', 25, 'cannot be opened'],
    ['its nonce', 40, 'cannot be opened'],
    ['its tag', 55, 'cannot be opened'],
    ['its content', 70, 'cannot be opened'],
  ])('of which %s was changed is refused', async (_, index, message) => {
    const backup = await cleaned(key);
    const bytes = await readFile(backup);
    bytes[index] = (bytes[index] ?? 0) ^ 1;
    await writeFile(backup, bytes);
    await expect(restoreBackup(backup, { to: join(project, 'x'), key })).rejects.toMatchObject({
      code: 'SOURCE_MALFORMED',
      message: expect.stringContaining(message),
    });
  });

  test('may be of the largest file', async () => {
    await writeFile(file, `A=1\nB=${'x'.repeat(1024 * 1024 - 10)}\n`);
    const { entries } = await readDotenv(file);
    const { backup = '' } = await cleanUpDotenv(file, { entries: entries.slice(1), key });
    expect(await text()).toBe('A=1\n');
    await restoreBackup(backup, { to: file, key, overwrite: true });
    expect(await text()).toHaveLength(1024 * 1024 - 3);
  });

  test('that was cut is none', async () => {
    const backup = await cleaned(key);
    await writeFile(backup, (await readFile(backup)).subarray(0, 60));
    await expect(restoreBackup(backup, { to: join(project, 'x'), key })).rejects.toMatchObject({
      message: `${backup} is no backup.`,
    });
  });

  test('is not made with a key that lies beside it', async () => {
    await mkdir(join(project, 'keys'));
    await symlink(project, join(project, '..', 'same'));
    for (const keyFile of ['backup.key', 'keys/backup.key', '../same/backup.key']) {
      await expect(cleaned({ keyFile: join(project, keyFile) })).rejects.toMatchObject({
        code: 'DEFINITION_INVALID',
        message: expect.stringContaining('lies where the backup does'),
      });
    }
    expect(await text()).toBe(content);
    expect(await cleaned({ keyFile: join(project, '..', '..key') })).toContain('.backup');
    const beside = { keyFile: join(project, 'backup.key') };
    await expect(prepareBackupKey(join(project, '.env'), beside)).rejects.toMatchObject({
      message: expect.stringContaining('lies where the backup does'),
    });
    const elsewhere = { keyFile: join(project, '..', 'prepared.key') };
    await prepareBackupKey(join(project, '.env'), elsewhere);
    expect((await stat(elsewhere.keyFile)).mode & 0o777).toBe(0o600);
  });

  test('is not made with a key that others may read, or that is none', async () => {
    await writeFile(key.keyFile, Buffer.alloc(32, 1).toString('base64'), { mode: 0o644 });
    await expect(cleaned(key)).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
      hint: `Take their rights away: chmod 600 ${key.keyFile}`,
    });
    await chmod(key.keyFile, 0o600);
    await writeFile(key.keyFile, 'not a key');
    await expect(cleaned(key)).rejects.toMatchObject({
      code: 'SOURCE_MALFORMED',
      message: `${key.keyFile} holds no key of a backup.`,
    });
    expect(await text()).toBe(content);
    expect(await files()).toEqual(['.env']);
  });

  test.each([
    [{ passphrase: 'short' }, 'at least 12 characters'],
    [{}, 'one of the two'],
    [{ passphrase, keyFile: '/tmp/x' }, 'one of the two'],
    [{ pasphrase: passphrase }, 'passphrase'],
  ])('is not made with %j', async (key, message) => {
    const error: unknown = await cleaned(key as BackupKey).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'DEFINITION_INVALID', message: expect.stringContaining(message) });
    expect(await files()).toEqual(['.env']);
  });
});
