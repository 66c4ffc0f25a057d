import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { report, runRounds } from './rounds.mjs';

const files = 5_000;
const bytes = 17_700_000;
const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** An audit of 5,000 files, made of this repository's own texts, beside reading them and beside plain secretlint. */
export async function audit(rounds) {
  const root = await mkdtemp(join(tmpdir(), 'strongroom-bench-audit-'));
  try {
    await plant(root);
    const env = { AUDIT_ROOT: root, AUDIT_FILES: String(files) };
    const results = await runRounds(
      [
        { name: 'reading the files, and nothing else', program: 'audit-reading', env },
        { name: 'Strongroom, auditTree', program: 'audit-strongroom', env },
        { name: 'secretlint, never giving up the event loop', program: 'audit-secretlint-sync', env },
      ],
      rounds,
    );
    report(`An audit of ${files} files, ${bytes / 1e6} MB`, results, ({ workMs }) => workMs, results[0].name);
    report('The same in processor time', results, ({ cpuMs }) => cpuMs, results[0].name);
    const some = [500, 1_000];
    const fewer = await runRounds(
      some.map((count) => ({
        name: `secretlint as it comes, ${count} of the files`,
        program: 'audit-secretlint',
        env: { ...env, AUDIT_FILES: String(count) },
      })),
      Math.min(rounds, 3),
    );
    report('secretlint with files that are read as usual', fewer, ({ workMs }) => workMs, fewer[0].name);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Every file is a piece of another text of the repository, so that the mixture is that of real code. */
async function plant(root) {
  const names = execFileSync('git', ['ls-files', '*.ts', '*.mjs', '*.json', '*.md', '*.yaml'], {
    cwd: repository,
    encoding: 'utf8',
  })
    .trim()
    .split('\n');
  const texts = await Promise.all(names.map((name) => readFile(join(repository, name), 'utf8')));
  const whole = texts.join('\n');
  const size = Math.floor(bytes / files);
  for (let index = 0; index < files; index++) {
    const start = (index * 7919 * 31) % Math.max(1, whole.length - size);
    const name = `pack${index % 50}/part${index % 9}/file${index}.${['ts', 'js', 'json', 'yaml', 'py'][index % 5]}`;
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), whole.slice(start, start + size));
  }
}
