import { execFileSync } from 'node:child_process';
import { chmod, mkdir, rename, symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { defineSettings, leased, plain, secret } from '@strongroom/core';
import { canarySecret, findCanary } from '@strongroom/core/testing';
import { describe, expect, test } from 'vitest';
import { type AuditProgress, auditTree } from '../../src/audit/index.js';
import { Entry } from '../../src/index.js';
import { SeededRandom } from './corpus-random.js';
import { Folder } from './folder.js';

const random = new SeededRandom(1);
const stripe = () => `sk_live_${random.alphanumeric(24)}`;
const line = (value = stripe()) => `const client = new Client('${value}');\n`;

describe('a folder', () => {
  test('is looked into with all its folders, but for what a package manager or a tool put there', async () => {
    await using folder = await Folder.with({
      'a.js': line(),
      'deep/er/b.js': line(),
      '.hidden/c.js': line(),
      'node_modules/x/index.js': line(),
      'deep/.venv/d.py': line(),
    });
    const { findings, scanned } = await auditTree({ root: folder.path });
    expect(findings.map(({ file }) => file)).toEqual(['.hidden/c.js', 'a.js', 'deep/er/b.js']);
    expect(scanned).toMatchObject({ files: 3, versions: 0, commits: 0, git: false });
  });

  test('that is a repository is looked into as far as git does not ignore it', async () => {
    await using folder = await Folder.with({
      '.gitignore': '.env\nbuild/\n',
      '.env': `STRIPE_SECRET_KEY=${stripe()}\n`,
      'build/out.js': line(),
      'tracked.js': line(),
      'new.js': line(),
      'deleted.js': line(),
      'sub/inner.js': line(),
    });
    folder.git('init', '--quiet');
    folder.git('add', 'tracked.js', 'deleted.js', '.gitignore');
    await rename(join(folder.path, 'deleted.js'), join(folder.path, 'build/gone.js'));
    const whole = await auditTree({ root: folder.path });
    expect(whole.findings.map(({ file }) => file)).toEqual(['new.js', 'sub/inner.js', 'tracked.js']);
    expect(whole.skipped).toEqual([]);
    expect(whole.scanned.git).toBe(true);

    const part = await auditTree({ root: join(folder.path, 'sub') });
    expect(part.findings.map(({ file }) => file)).toEqual(['inner.js']);
    // Named on purpose: an empty answer would pass for a clean one.
    const ignored = await auditTree({ root: join(folder.path, 'build') });
    expect(ignored.findings.map(({ file }) => file)).toEqual(['gone.js', 'out.js']);
  });

  test('says which files it was not looked into, and why', async () => {
    await using folder = await Folder.with({
      'image.png': Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 1]),
      'huge.js': line(),
      'small.js': line(),
    });
    await truncate(join(folder.path, 'huge.js'), 3 * 1024 * 1024);
    execFileSync('mkfifo', [join(folder.path, 'pipe')]);
    const report = await auditTree({ root: folder.path });
    expect([...report.skipped].sort((a, b) => (a.file < b.file ? -1 : 1))).toEqual([
      { file: 'huge.js', reason: 'too-large' },
      { file: 'image.png', reason: 'binary' },
      { file: 'pipe', reason: 'no-file' },
    ]);
    expect(report.findings.map(({ file }) => file)).toEqual(['small.js']);
    const small = await auditTree({ root: folder.path, maxFileBytes: 10 });
    expect(small.findings).toEqual([]);
    expect(small.toJSON().skipped).toMatchObject({ 'too-large': 2, binary: 1, 'no-file': 1, unreadable: 0 });
  });

  test('says what it could not read', async () => {
    await using folder = await Folder.with({ 'closed.js': line(), 'closed/a.js': line(), 'open.js': line() });
    await chmod(folder.path, 0o755);
    await chmod(join(folder.path, 'closed.js'), 0);
    await chmod(join(folder.path, 'closed'), 0);
    // Root may read everything.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      const { findings, skipped } = await auditTree({ root: folder.path });
      expect(findings.map(({ file }) => file)).toEqual(['open.js']);
      expect(skipped.map(({ file, reason }) => `${file} ${reason}`).sort()).toEqual([
        'closed unreadable',
        'closed.js unreadable',
      ]);
    } finally {
      if (isRoot) process.seteuid?.(0);
      await chmod(join(folder.path, 'closed'), 0o755);
    }
  });

  test('is not left through a link: of a file, of a folder, or of one that git knew as a folder', async () => {
    await using outside = await Folder.with({ 'secret.js': line(), 'in/secret.js': line() });
    await using folder = await Folder.with({ 'in/secret.js': line(), 'own.js': line() });
    folder.git('init', '--quiet');
    folder.commit('first');
    await symlink(join(outside.path, 'secret.js'), join(folder.path, 'file.js'));
    await symlink(outside.path, join(folder.path, 'folder'));
    await rename(join(folder.path, 'in'), join(folder.path, 'was'));
    await symlink(join(outside.path, 'in'), join(folder.path, 'in'));
    const { findings, skipped } = await auditTree({ root: folder.path });
    expect(findings.map(({ file }) => file)).toEqual(['own.js', 'was/secret.js']);
    expect(skipped.map(({ file, reason }) => `${file} ${reason}`).sort()).toEqual([
      'file.js symbolic-link',
      'folder symbolic-link',
      'in symbolic-link',
      'in/secret.js symbolic-link',
    ]);
  });

  test('may itself be named through a link', async () => {
    await using folder = await Folder.with({ 'real/a.js': line() });
    await symlink(join(folder.path, 'real'), join(folder.path, 'link'));
    expect((await auditTree({ root: join(folder.path, 'link') })).findings).toHaveLength(1);
  });

  test('may hold names and texts of any kind', async () => {
    const value = stripe();
    await using folder = await Folder.with({
      'new\nline.js': line(value),
      'ümläut \u0007.js': line(value),
      'utf16.js': Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(line(value), 'utf16le')]),
      'bom.js': `\ufeff${line(value)}`,
      'latin1.js': Buffer.from(`// \xe4\xf6\n${line(value)}`, 'latin1'),
      'crlf.js': `// a\r\n${line(value)}`,
    });
    folder.git('init', '--quiet');
    await mkdir(join(folder.path, 'nested'));
    execFileSync('git', ['init', '--quiet'], { cwd: join(folder.path, 'nested') });
    const { findings, skipped } = await auditTree({ root: folder.path });
    expect(findings.map(({ file, line, column }) => [file, line, column])).toEqual([
      ['bom.js', 1, 28],
      ['crlf.js', 2, 28],
      ['latin1.js', 2, 28],
      ['new\nline.js', 1, 28],
      ['utf16.js', 1, 28],
      ['ümläut \u0007.js', 1, 28],
    ]);
    expect(findings.every((finding) => finding.entry().reveal() === value)).toBe(true);
    expect(skipped).toEqual([{ file: 'nested/', reason: 'nested-repository' }]);
  });
});

describe('what is accepted', () => {
  test('by a comment on its line, or on the line before, is counted and not reported', async () => {
    await using folder = await Folder.with({
      'a.js': [
        line().trim(),
        `${line().trim()} // strongroom-ignore: a test account`,
        '# strongroom-ignore-next-line',
        line().trim(),
        `// strongroom-ignored is another word ${stripe()}`,
      ].join('\n'),
    });
    const { findings, ignored } = await auditTree({ root: folder.path });
    expect(findings.map(({ line }) => line)).toEqual([1, 5]);
    expect(ignored).toBe(2);
  });

  test('by globs, given or in the ignore file at the root, is not looked into', async () => {
    await using folder = await Folder.with({
      '.strongroomignore': '# fixtures\n/fixtures/\n*.snap\n!keep.snap\n',
      'other.ignore': '/a.js\n',
      'fixtures/a.js': line(),
      'src/fixtures/b.js': line(),
      'x.snap': line(),
      'keep.snap': line(),
      'a.js': line(),
    });
    const files = async (options: object) =>
      (await auditTree({ root: folder.path, ...options })).findings.map(({ file }) => file);
    expect(await files({})).toEqual(['a.js', 'keep.snap', 'src/fixtures/b.js']);
    expect(await files({ ignore: ['src/**', 'a.js'] })).toEqual(['keep.snap']);
    expect(await files({ ignoreFile: 'other.ignore' })).toEqual([
      'fixtures/a.js',
      'keep.snap',
      'src/fixtures/b.js',
      'x.snap',
    ]);
    const { skipped } = await auditTree({ root: folder.path });
    expect(skipped.map(({ file, reason }) => `${file} ${reason}`)).toEqual([
      'fixtures/a.js ignored',
      'x.snap ignored',
    ]);
  });
});

describe('a definition', () => {
  const definition = defineSettings({
    application: 'shop',
    environments: ['production'],
    settings: {
      STRIPE_SECRET_KEY: secret('payment/stripe'),
      DOOR_CODE: secret('building/door'),
      GREETING: plain(),
      REPORT_TOKEN: secret(leased('reports/creds/app', 'token')),
    },
  });

  test('gives its names and places, and makes secrets of what no rule would know', async () => {
    await using folder = await Folder.with({
      'a.js': `const stripeSecretKey = '${stripe()}';\nconst doorCode = '7391';\nconst greeting = 'hello';\n`,
      'b.env': 'DOOR_CODE=7392\nGREETING=hello\n',
      'c.py': 'door = os.environ.get("DOOR_CODE", "7393")\n',
      'd.js': `const reportToken = '${random.alphanumeric(30)}';\n`,
      'e.env.example': 'DOOR_CODE=7394\n',
    });
    const { findings } = await auditTree({ root: folder.path, definition });
    expect(findings.map(({ file, rule, proposal }) => [file, rule, proposal])).toEqual([
      ['a.js', 'stripe-key', { setting: 'STRIPE_SECRET_KEY', declared: true, place: 'payment/stripe' }],
      ['a.js', 'declared-secret', { setting: 'DOOR_CODE', declared: true, place: 'building/door' }],
      ['b.env', 'declared-secret', { setting: 'DOOR_CODE', declared: true, place: 'building/door' }],
      ['c.py', 'default-in-code', { setting: 'DOOR_CODE', declared: true, place: 'building/door' }],
      ['d.js', 'declared-secret', { setting: 'REPORT_TOKEN', declared: true, place: undefined }],
    ]);
    const without = await auditTree({ root: folder.path });
    expect(without.findings.map(({ file, proposal }) => [file, proposal])).toEqual([
      ['a.js', { setting: 'STRIPE_SECRET_KEY', declared: false, place: 'stripe/secret_key' }],
      ['d.js', { setting: 'REPORT_TOKEN', declared: false, place: 'report/token' }],
    ]);
  });

  test('and values in use are found wherever they stand, but not those that stand everywhere', async () => {
    const value = 'Kranich-"Teich"-42';
    await using folder = await Folder.with({
      'a.md': `The door opens with ${value}.\n`,
      'b.json': `{ "x": ${JSON.stringify(value)} }\n`,
      'c.yaml': `x: ${Buffer.from(value).toString('base64')}\n`,
      'd.js': `const url = 'https://api.shop.io/?c=${encodeURIComponent(value)}';\n`,
      'e.js': `const longer = 'x${value}x';\n`,
      'f.js': "const kind = 'postgres';\n",
    });
    const entry = (name: string, text: string) =>
      new Entry(name, text, { reader: 'environment', place: 'here' });
    const { findings, notLookedFor } = await auditTree({
      root: folder.path,
      definition,
      knownValues: [
        entry('DOOR_CODE', value),
        entry('DB_PASSWORD', 'postgres'),
        entry('GREETING', 'const longer'),
        entry('PATH', '/usr/bin:/usr/local/bin'),
      ],
    });
    expect(findings.map(({ file, rule, proposal }) => [file, rule, proposal.place])).toEqual([
      ['a.md', 'known-value', 'building/door'],
      ['b.json', 'known-value', 'building/door'],
      ['c.yaml', 'known-value', 'building/door'],
      ['d.js', 'known-value', 'building/door'],
    ]);
    expect(findings.map((finding) => finding.entry().reveal())).toEqual([value, value, value, value]);
    expect(notLookedFor).toEqual(['DB_PASSWORD']);
  });

  test('is not needed for names: each value gets its own, from the code, the rule, or the file', async () => {
    const [one, two] = [stripe(), stripe()];
    await using folder = await Folder.with({
      'a.js': `pay('${one}');\npay('${two}');\npay('${one}');\n`,
      'mailer.yml': `password: Winter2024!x\n`,
      'config/index.js': `module.exports = { db: { password: 'Sommer-77-Regen' } };\n`,
      'conn.js':
        "connect('postgres://app:Herbst99Laub@db.shop.io/shop');\nconnect('redis://:Nebel77Teich@cache.shop.io');\n",
    });
    const { findings } = await auditTree({ root: folder.path });
    expect(findings.map(({ proposal: { setting, place } }) => `${setting} ${place}`)).toEqual([
      'STRIPE_SECRET_KEY stripe/secret_key',
      'STRIPE_SECRET_KEY_2 stripe/secret_key_2',
      'STRIPE_SECRET_KEY stripe/secret_key',
      'APP_PASSWORD app/password',
      'DATABASE_URL database/url',
      'REDIS_URL redis/url',
      'MAILER_PASSWORD mailer/password',
    ]);
  });
});

describe('an audit', () => {
  test('hands its findings to a plan as entries, and shows their values nowhere else', async () => {
    const canary = canarySecret().replaceAll(/[^A-Za-z0-9]/g, '');
    await using folder = await Folder.with({ 'deploy/app.env': `# a\nDB_PASSWORD=${canary}\n` });
    const report = await auditTree({ root: folder.path });
    const [entry] = report.findings.map((finding) => finding.entry());
    expect(entry).toMatchObject({
      name: 'DB_PASSWORD',
      origin: { reader: 'audit', place: 'deploy/app.env', line: 2 },
    });
    expect(entry?.reveal()).toBe(canary);
    expect(findCanary(canary, report, report.findings, entry)).toBeUndefined();
  });

  test('tells how far it is, and how much it found', async () => {
    const files = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`f${index}.js`, line()]));
    await using folder = await Folder.with(files);
    const told: AuditProgress[] = [];
    await auditTree({ root: folder.path, onProgress: (progress) => told.push(progress) });
    expect(told[0]).toEqual({ stage: 'tree', done: 0, total: 100, found: 0 });
    expect(told.at(-1)).toEqual({ stage: 'tree', done: 100, total: 100, found: 100 });
    expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).sort((a, b) => a - b));
  });

  test('ends when it is told to, and lets others work meanwhile', async () => {
    const files = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`f${index}.js`, line()]));
    await using folder = await Folder.with(files);
    const reason = new Error('enough');
    await expect(auditTree({ root: folder.path, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const running = auditTree({
      root: folder.path,
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(running).rejects.toBe(reason);
  });

  test('of what is no folder, or with options that it does not have, is refused with a code', async () => {
    await using folder = await Folder.with({ 'a.js': line() });
    const code = (promise: Promise<unknown>) => promise.then(undefined, (error) => error.code);
    expect(await code(auditTree({ root: join(folder.path, 'gone') }))).toBe('SOURCE_UNAVAILABLE');
    expect(await code(auditTree({ root: join(folder.path, 'a.js') }))).toBe('SOURCE_UNAVAILABLE');
    const mistyped = { root: folder.path, histroy: true };
    expect(await code(auditTree(mistyped))).toBe('DEFINITION_INVALID');
    expect(await code(auditTree({ root: folder.path, maxFileBytes: Number.NaN }))).toBe('DEFINITION_INVALID');
    await mkdir(join(folder.path, '.strongroomignore'));
    expect(await code(auditTree({ root: folder.path }))).toBe('SOURCE_UNAVAILABLE');
  });
});
