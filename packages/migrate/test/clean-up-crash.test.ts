import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { restoreBackup } from '../src/index.js';
import { temporaryFolder } from './sources.js';

const program = fileURLToPath(new URL('cleaning-program.mjs', import.meta.url));
const before = '# c\nA=1\nB=2\n';
const after = '# c\nB=2\n';

/** @returns whether it came to its end */
async function clean(file: string, keyFile: string, fatal: number): Promise<boolean> {
  const child = spawn(process.execPath, [program, file, keyFile, 'A', String(fatal)], { stdio: 'inherit' });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (signal === null) expect(code).toBe(0);
  return signal === null;
}

test('killed at any moment, the file is as before or cleaned up with its backup, and can be cleaned up again', {
  timeout: 300_000,
}, async () => {
  const folder = await temporaryFolder();
  let over = false;
  let replaced = 0;
  for (let fatal = 1; !over; fatal += 1) {
    const project = join(folder, `project-${fatal}`);
    await mkdir(project);
    const [file, keyFile] = [join(project, '.env'), join(folder, `key-${fatal}`)];
    await writeFile(file, before, { mode: 0o640 });
    over = await clean(file, keyFile, fatal);

    const left = await readFile(file, 'utf8');
    expect([before, after]).toContain(left);
    for (const name of await readdir(project)) {
      // Whatever is left gives nobody more than the file did.
      const allowed = name.endsWith('.backup') ? 0o600 : 0o640;
      expect((await stat(join(project, name))).mode & 0o777 & ~allowed, name).toBe(0);
    }
    if (left === before) expect(await clean(file, keyFile, 0)).toBe(true);
    else replaced += over ? 0 : 1;
    expect(await readFile(file, 'utf8')).toBe(after);
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    const backups = (await readdir(project)).filter((name) => name.endsWith('.backup')).sort();
    const to = join(folder, `restored-${fatal}`);
    await restoreBackup(join(project, backups.at(-1) ?? ''), { to, key: { keyFile } });
    expect(await readFile(to, 'utf8')).toBe(before);
  }
  // Some of the moments lie behind the replacing, or not all were tried.
  expect(replaced).toBeGreaterThan(0);
});
