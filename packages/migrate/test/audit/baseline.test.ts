import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canarySecret, findCanary } from '@strongroom/core/testing';
import { describe, expect, test } from 'vitest';
import { auditTree, createBaseline, readBaseline } from '../../src/audit/index.js';
import { SeededRandom } from './corpus-random.js';
import { Folder } from './folder.js';

const random = new SeededRandom(3);
const stripe = () => `sk_live_${random.alphanumeric(24)}`;

async function saved(folder: Folder): Promise<string> {
  const { findings } = await auditTree({ root: folder.path });
  const path = join(folder.path, 'strongroom.baseline.json');
  await writeFile(path, (await createBaseline(findings)).toString());
  return path;
}

describe('a baseline', () => {
  test('knows a finding again wherever it stands, and no other', async () => {
    const [one, two] = [stripe(), stripe()];
    await using folder = await Folder.with({ 'a.js': `pay('${one}');\npay('${two}');\n` });
    const path = await saved(folder);
    const moved = stripe();
    await folder.write({
      'a.js': `pay('${moved}');\n\n// down\npay('${two}');\n`,
      'b.js': `pay('${one}');\n`,
    });
    const report = await auditTree({ root: folder.path, baseline: await readBaseline(path) });
    expect(report.findings.map((finding) => finding.entry().reveal())).toEqual([moved]);
    expect(report.baselined.map(({ file }) => file)).toEqual(['a.js', 'b.js']);
    expect(report.toJSON()).toMatchObject({ findings: [{ file: 'a.js', line: 1 }], baselined: 2 });
  });

  test('accepts a guessable value for the setting that it was accepted for, and for no other', async () => {
    await using folder = await Folder.with({ 'test.js': "process.env.TEST_TOKEN || 'changeme';\n" });
    const path = await saved(folder);
    await folder.write({ 'app.js': "process.env.SESSION_SECRET || 'changeme';\n" });
    const { findings } = await auditTree({ root: folder.path, baseline: await readBaseline(path) });
    expect(findings.map(({ file }) => file)).toEqual(['app.js']);
  });

  test('holds no value, and no two files hold the same fingerprints', async () => {
    const canary = canarySecret().replaceAll(/[^A-Za-z0-9]/g, '');
    await using folder = await Folder.with({ 'a.env': `DB_PASSWORD=${canary}\n` });
    const texts = [await readFile(await saved(folder), 'utf8'), await readFile(await saved(folder), 'utf8')];
    expect(findCanary(canary, ...texts)).toBeUndefined();
    const [first, second] = texts.map((text) => JSON.parse(text));
    expect(first.accepted).toMatchObject([
      { rule: 'secret-constant', setting: 'DB_PASSWORD', file: 'a.env' },
    ]);
    expect(first.accepted[0].fingerprint).not.toBe(second.accepted[0].fingerprint);
    const baseline = await readBaseline(join(folder.path, 'strongroom.baseline.json'));
    await baseline.has((await auditTree({ root: folder.path })).findings[0] as never);
    expect(findCanary(canary, baseline)).toBeUndefined();
  });

  test('grows by what is accepted later, and keeps the lines that it has', async () => {
    const [one, two] = [stripe(), stripe()];
    await using folder = await Folder.with({ 'a.js': `pay('${one}');\n` });
    const path = await saved(folder);
    const before = await readBaseline(path);
    await folder.write({ 'b.js': `pay('${two}');\n` });
    const { findings } = await auditTree({ root: folder.path, baseline: before });
    const after = await before.with(findings);
    expect([before.size, after.size]).toEqual([1, 2]);
    for (const line of before
      .toString()
      .split('\n')
      .filter((text) => text.includes('fingerprint'))) {
      expect(after.toString()).toContain(line);
    }
    expect((await auditTree({ root: folder.path, baseline: after })).findings).toEqual([]);
  });

  test.each([
    ['text', 'not json'],
    ['another shape', '{"version":1}'],
    ['a later version', '{"version":2,"salt":"aa","accepted":[]}'],
    ['a wrong entry', '{"version":1,"salt":"aa","accepted":[{"fingerprint":"x"}]}'],
    ['null', 'null'],
  ])('that is %s is refused, with a code, its path, and none of its text', async (_, text) => {
    await using folder = await Folder.with({ 'b.json': text });
    const path = join(folder.path, 'b.json');
    const error = await readBaseline(path).then(undefined, (thrown) => thrown);
    expect(error).toMatchObject({ code: 'SOURCE_MALFORMED', locator: path });
    expect(error.cause).toBeUndefined();
    if (text.length > 5) expect(error.message).not.toContain(text);
  });

  test('that cannot be read is refused with another code', async () => {
    await using folder = await Folder.with();
    await mkdir(join(folder.path, 'folder'));
    for (const name of ['gone', 'folder']) {
      await expect(readBaseline(join(folder.path, name))).rejects.toMatchObject({
        code: 'SOURCE_UNAVAILABLE',
      });
    }
  });
});
