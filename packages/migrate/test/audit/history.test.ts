import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type AuditProgress, auditTree } from '../../src/audit/index.js';
import { SeededRandom } from './corpus-random.js';
import { Folder } from './folder.js';

const random = new SeededRandom(2);
const stripe = () => `sk_live_${random.alphanumeric(24)}`;
const line = (value: string) => `pay('${value}');\n`;

async function repository(files: Readonly<Record<string, string>> = {}): Promise<Folder> {
  const folder = await Folder.with(files);
  folder.git('init', '--quiet', '--initial-branch=main');
  return folder;
}

describe('history', () => {
  test('tells what was taken away, and since when there is what is still there', async () => {
    const [kept, gone] = [stripe(), stripe()];
    await using folder = await repository({ 'a.js': line(kept) });
    const first = folder.commit('first');
    await folder.write({ 'b.js': `// moved down\n${line(gone)}` });
    const second = folder.commit('second');
    await folder.write({ 'b.js': `// moved\n// further\n${line(gone)}`, 'a.js': `\n${line(kept)}` });
    folder.commit('third');
    await rm(join(folder.path, 'b.js'));
    folder.commit('fourth');

    const { findings, scanned } = await auditTree({ root: folder.path, history: true });
    expect(findings.map(({ file, line, in: where, commit }) => [file, line, where, commit])).toEqual([
      ['a.js', 2, 'tree', first],
      ['b.js', 2, 'history', second],
    ]);
    expect(findings[1]?.entry().origin).toEqual({ reader: 'audit', place: `b.js at ${second}`, line: 2 });
    expect(findings[1]?.entry().reveal()).toBe(gone);
    expect(scanned).toMatchObject({ files: 1, versions: 4, commits: 4 });
    const without = await auditTree({ root: folder.path });
    expect(without.findings.map(({ file, commit }) => [file, commit])).toEqual([['a.js', undefined]]);
  });

  test('has branches, tags, stashes and merges, also what only a merge brought', async () => {
    const values = { branch: stripe(), tag: stripe(), stash: stripe(), merge: stripe() };
    await using folder = await repository({ 'a.js': 'run();\n' });
    folder.commit('first');
    folder.git('checkout', '--quiet', '-b', 'side');
    await folder.write({ 'branch.js': line(values.branch) });
    const branch = folder.commit('on a branch');
    await folder.write({ 'tag.js': line(values.tag) });
    const tag = folder.commit('tagged');
    folder.git('tag', 'v1');
    folder.git('reset', '--quiet', '--hard', 'HEAD~1');
    folder.git('rm', '--quiet', 'branch.js');
    folder.commit('taken away');
    folder.git('checkout', '--quiet', 'main');
    await folder.write({ 'a.js': line(values.stash) });
    folder.git('stash', '--quiet');
    await folder.write({ 'c.js': 'c();\n' });
    folder.commit('so that there is something to merge');
    folder.git('merge', '--quiet', '--no-commit', 'side');
    await folder.write({ 'merge.js': line(values.merge) });
    const merge = folder.commit('merged');
    await rm(join(folder.path, 'merge.js'));

    const { findings } = await auditTree({ root: folder.path, history: true });
    const found = Object.fromEntries(findings.map((each) => [each.entry().reveal(), each.commit]));
    expect(found).toEqual({
      [values.branch]: branch,
      [values.tag]: tag,
      [values.stash]: folder.git('rev-parse', 'refs/stash'),
      [values.merge]: merge,
    });
  });

  test('is looked into below the folder that was named, each version once', async () => {
    const [inside, outside] = [stripe(), stripe()];
    await using folder = await repository({ 'sub/a.js': line(inside), 'b.js': line(outside) });
    const first = folder.commit('first');
    folder.git('mv', 'sub/a.js', 'sub/renamed.js');
    folder.commit('second');
    const told: AuditProgress[] = [];
    const { findings, scanned } = await auditTree({
      root: join(folder.path, 'sub'),
      history: true,
      onProgress: (progress) => told.push(progress),
    });
    expect(findings.map(({ file, commit }) => [file, commit])).toEqual([['renamed.js', first]]);
    expect(scanned).toMatchObject({ versions: 1, commits: 2 });
    expect(told.at(-1)).toEqual({ stage: 'history', done: 1, total: 1, found: 2 });
  });

  test('skips what is binary, too large, ignored, or no file, and says so', async () => {
    await using folder = await repository({
      'image.png': '\u0089PNG\u0000\u0000',
      'huge.js': `${' '.repeat(5000)}${line(stripe())}`,
      'fixtures/a.js': line(stripe()),
      'a.js': line(stripe()),
    });
    execFileSync('ln', ['-s', 'a.js', join(folder.path, 'link.js')]);
    folder.commit('first');
    const report = await auditTree({
      root: folder.path,
      history: true,
      maxFileBytes: 4000,
      ignore: ['fixtures/'],
    });
    expect(report.findings.map(({ file }) => file)).toEqual(['a.js']);
    const ofHistory = report.skipped.filter(({ commit }) => commit !== undefined);
    expect(ofHistory.map(({ file, reason }) => `${file} ${reason}`).sort()).toEqual([
      'fixtures/a.js ignored',
      'huge.js too-large',
      'image.png binary',
    ]);
  });

  test('of what a comment accepts today is accepted from the time before the comment', async () => {
    const value = stripe();
    await using folder = await repository({ 'a.js': line(value) });
    folder.commit('first');
    await folder.write({ 'a.js': `// strongroom-ignore-next-line\n${line(value)}` });
    folder.commit('second');
    const { findings, ignored } = await auditTree({ root: folder.path, history: true });
    expect(findings).toEqual([]);
    expect(ignored).toBe(1);
  });

  test('of a repository without a commit is empty, and one of no repository is refused with a code', async () => {
    await using empty = await repository({ 'a.js': line(stripe()) });
    expect((await auditTree({ root: empty.path, history: true })).findings).toHaveLength(1);
    await using none = await Folder.with({ 'a.js': line(stripe()) });
    await expect(auditTree({ root: none.path, history: true })).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      locator: none.path,
    });
  });

  test('ends when it is told to, and leaves no git behind', async () => {
    await using folder = await repository();
    for (let index = 0; index < 5; index++) {
      await folder.write({ [`f${index}.js`]: line(stripe()) });
      folder.commit(`${index}`);
    }
    const controller = new AbortController();
    const reason = new Error('enough');
    const running = auditTree({
      root: folder.path,
      history: true,
      signal: controller.signal,
      onProgress: ({ stage }) => stage === 'history' && controller.abort(reason),
    });
    await expect(running).rejects.toBe(reason);
    const processes = execFileSync('ps', ['-o', 'args=', '--ppid', String(process.pid)], {
      encoding: 'utf8',
    });
    expect(processes).not.toMatch(/^git /m);
  });
});

describe('a foreign repository', () => {
  test('runs nothing of its own: no monitor, no hook, no filter, no pager, no external diff', async () => {
    await using folder = await repository({
      'a.js': line(stripe()),
      '.gitattributes': '*.js diff=own filter=own\n',
    });
    folder.commit('first');
    const mark = join(folder.path, 'ran');
    await writeFile(join(folder.path, 'run.sh'), `#!/bin/sh\ntouch '${mark}'\ncat\n`, { mode: 0o755 });
    const run = join(folder.path, 'run.sh');
    for (const setting of [
      'core.fsmonitor',
      'core.pager',
      'diff.external',
      'diff.own.textconv',
      'diff.own.command',
      'filter.own.clean',
      'filter.own.smudge',
      'gpg.program',
    ]) {
      folder.git('config', setting, run);
    }
    folder.git('config', 'log.showSignature', 'true');
    const report = await auditTree({ root: folder.path, history: true, ignore: ['run.sh', 'ran'] });
    expect(report.findings).toHaveLength(1);
    expect((await auditTree({ root: folder.path })).skipped.map(({ file }) => file)).not.toContain('ran');
    expect(report.skipped.map(({ file }) => file)).toEqual(['run.sh']);
  });

  test('is looked into, and not the one that a hook’s variables name', async () => {
    await using folder = await repository({ 'a.js': line(stripe()) });
    folder.commit('first');
    await using other = await repository({ 'b.js': line(stripe()) });
    other.commit('first');
    const before = process.env['GIT_DIR'];
    process.env['GIT_DIR'] = join(other.path, '.git');
    try {
      const { findings } = await auditTree({ root: folder.path, history: true });
      expect(findings.map(({ file }) => file)).toEqual(['a.js']);
    } finally {
      if (before === undefined) delete process.env['GIT_DIR'];
      else process.env['GIT_DIR'] = before;
    }
  });
});
