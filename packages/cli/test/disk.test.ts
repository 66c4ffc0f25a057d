import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { afterwards, emptyVault, project, secretOf, shopVault } from './support/project.js';
import { cli } from './support/run-cli.js';

const values = () => ({ DATABASE_URL: secretOf(), SECRET_KEY: secretOf() });

const text = () => `DATABASE_URL='${secretOf()}'\nSECRET_KEY='${secretOf()}'\n`;

/** A folder on a disk of its own; undefined where this process may not mount one. */
async function disk(options: string): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-disk-'));
  afterwards(() => rm(folder, { recursive: true, force: true }));
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'none', folder]).status !== 0) return undefined;
  afterwards(async () => void spawnSync('umount', [folder]));
  return folder;
}

describe('a disk that is full', () => {
  test('keeps a migration from writing to Vault, and is told; with room the next run does it', async (context) => {
    const folder = await disk('size=64k');
    if (folder === undefined) return context.skip('this process may not mount a disk');
    const { env, server } = await emptyVault();
    const cwd = await project({ '.env': text() });
    const filler = join(folder, 'filler');
    await expect(writeFile(filler, Buffer.alloc(128 * 1024))).rejects.toThrow('ENOSPC');
    const argv = ['migrate', '--yes', '--journal', join(folder, 'journal')];
    const { exitCode, stderr } = await cli(argv, { cwd, env });
    expect(stderr).toMatch(/FILE_UNWRITABLE The journal .* cannot be written \(ENOSPC\)\. The disk is full/);
    expect(exitCode).toBe(7);
    expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(
      (await cli(['export', '--output', join(folder, '.env')], { cwd, env: { ...env, ...values() } }))
        .exitCode,
    ).toBe(7);
    await rm(filler);
    expect((await cli(argv, { cwd, env })).exitCode).toBe(0);
  });
});

describe('a disk that is full, and what was there', () => {
  test('keeps a baseline as it was', async (context) => {
    const folder = await disk('size=64k');
    if (folder === undefined) return context.skip('this process may not mount a disk');
    const value = secretOf();
    const line = (name: string) => `export const ${name}_API_TOKEN = '${value}';\n`;
    const cwd = await project({ 'code.js': line('FIRST') });
    const file = join(folder, 'baseline.json');
    const argv = ['audit', '--update-baseline', file];
    expect((await cli(argv, { cwd })).exitCode).toBe(0);
    const before = await readFile(file, 'utf8');
    // More than the disk has left, and more than what is there has taken.
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    await writeFile(join(cwd, 'more.js'), letters.map((letter) => line(`${letter}${letter}`)).join(''));
    await expect(writeFile(join(folder, 'filler'), Buffer.alloc(128 * 1024))).rejects.toThrow('ENOSPC');
    const { exitCode, stderr } = await cli(argv, { cwd });
    expect(stderr).toContain('The disk is full');
    expect(exitCode).toBe(7);
    expect(await readFile(file, 'utf8')).toBe(before);
    await rm(join(folder, 'filler'));
    expect((await cli(argv, { cwd })).exitCode).toBe(0);
    expect((await readFile(file, 'utf8')).length).toBeGreaterThan(4096);
  });

  test('keeps a saved plan, and the key without which it is worth nothing', async (context) => {
    const folder = await disk('size=64k');
    if (folder === undefined) return context.skip('this process may not mount a disk');
    const { env } = await emptyVault();
    const cwd = await project({ '.env': text() });
    const file = join(folder, 'plan.json');
    const argv = ['migrate', '--save-plan', file];
    expect((await cli(argv, { cwd, env })).exitCode).toBe(0);
    await expect(writeFile(join(folder, 'filler'), Buffer.alloc(128 * 1024))).rejects.toThrow('ENOSPC');
    expect((await cli(argv, { cwd, env })).exitCode).toBe(7);
    expect((await readdir(folder)).sort()).toEqual(['filler', 'plan.json', 'plan.json.key']);
    const journal = join(cwd, 'journal');
    expect(
      (await cli(['migrate', '--plan', file, '--yes', '--journal', journal], { cwd, env })).exitCode,
    ).toBe(0);
  });

  test('lets no half of a definition keep the next init from its work', async (context) => {
    const folder = await disk('size=64k');
    if (folder === undefined) return context.skip('this process may not mount a disk');
    await writeFile(join(folder, '.env'), text());
    await expect(writeFile(join(folder, 'filler'), Buffer.alloc(128 * 1024))).rejects.toThrow('ENOSPC');
    const { exitCode, stderr } = await cli(['init'], { cwd: folder });
    expect(stderr).toContain(`The disk is full (write: ${join(folder, 'settings.mjs')})`);
    expect(exitCode).toBe(7);
    expect((await readdir(folder)).sort()).toEqual(['.env', 'filler']);
    await rm(join(folder, 'filler'));
    expect((await cli(['init'], { cwd: folder })).exitCode).toBe(0);
  });
});

describe('a disk that is read-only', () => {
  test('is told by every verb that writes a file', async (context) => {
    const folder = await disk('ro,size=64k');
    if (folder === undefined) return context.skip('this process may not mount a disk');
    const { env, server } = await shopVault();
    const cwd = await project({ '.env': text() });
    server.clearRequests();
    for (const argv of [
      ['migrate', '--yes', '--on-conflict', 'source', '--journal', join(folder, 'journal')],
      ['migrate', '--save-plan', join(folder, 'plan.json')],
      ['export', '--output', join(folder, '.env')],
      ['audit', '--update-baseline', join(folder, 'baseline.json')],
    ]) {
      const { exitCode, stderr } = await cli(argv, { cwd, env });
      expect(stderr).toMatch(/read-only/);
      expect(exitCode).toBe(7);
    }
    expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test('keeps a migration from its journal, and is no matter where there is nothing to write', async (context) => {
    const folder = await disk('size=1m');
    if (folder === undefined) return context.skip('this process may not mount a disk');
    const { env } = await emptyVault();
    const cwd = await project({ '.env': text() });
    await cp(cwd, folder, { recursive: true, verbatimSymlinks: true });
    expect(spawnSync('mount', ['-o', 'remount,ro', folder]).status).toBe(0);
    const { exitCode, stderr } = await cli(['migrate', '--yes'], { cwd: folder, env });
    expect(stderr).toContain(`The disk is read-only (mkdir: ${join(folder, '.strongroom')})`);
    expect(exitCode).toBe(7);
    expect((await cli(['migrate', '--yes'], { cwd, env })).exitCode).toBe(0);
    expect((await cli(['migrate', '--yes'], { cwd: folder, env })).exitCode).toBe(0);
  });
});
