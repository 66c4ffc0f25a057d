import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { secretValue } from './support/leak-check.js';
import { emptyVault, project } from './support/project.js';
import { cli } from './support/run-cli.js';

/** A secret in a form that the audit knows, and that no other test has. */
const planted = (): string => secretValue(randomBytes(24).toString('base64url'));

async function code(): Promise<{ readonly cwd: string; readonly secret: string; readonly password: string }> {
  const [secret, password] = [planted(), planted()];
  const cwd = await project();
  await mkdir(join(cwd, 'src'));
  await writeFile(
    join(cwd, 'src/main.js'),
    `const SECRET_KEY = '${secret}';\nconst url = 'postgres://shop:${password}@db/shop';\n`,
  );
  return { cwd, secret, password };
}

describe('audit', () => {
  test('finds what is hard-coded, shows no value, and ends with 1', async () => {
    const { cwd } = await code();
    const { exitCode, stdout, stderr } = await cli(['audit', 'src'], { cwd });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('main.js:1:');
    expect(stdout).toContain('security/secret_key');
    expect(stdout).toContain('********');
    expect(stderr).toContain('strongroom migrate --from audit');
    const { json } = await cli(['audit', 'src', '--json'], { cwd });
    expect(json()).toMatchObject({
      version: 1,
      findings: expect.arrayContaining([expect.objectContaining({ file: 'main.js', line: 1 })]),
    });
    expect((await cli(['audit', 'src', '--format', 'json'], { cwd })).json()).toEqual(json());
    const sarif = await cli(['audit', 'src', '--format', 'sarif'], { cwd });
    expect(sarif.exitCode).toBe(1);
    expect(sarif.json()).toMatchObject({ version: '2.1.0' });
  });

  test('a baseline accepts what there is, and tells what is new', async () => {
    const { cwd } = await code();
    const update = await cli(['audit', 'src', '--update-baseline', 'baseline.json'], { cwd });
    expect(update.exitCode).toBe(0);
    expect((await cli(['audit', 'src', '--baseline', 'baseline.json'], { cwd })).exitCode).toBe(0);
    await writeFile(join(cwd, 'src/new.js'), `const API_TOKEN = '${planted()}';\n`);
    const { exitCode, stdout } = await cli(['audit', 'src', '--baseline', 'baseline.json'], { cwd });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('new.js:1:');
    expect(stdout).not.toContain('main.js:1:');
    const before = await readFile(join(cwd, 'baseline.json'), 'utf8');
    expect((await cli(['audit', 'src', '--update-baseline', 'baseline.json'], { cwd })).exitCode).toBe(0);
    expect(await readFile(join(cwd, 'baseline.json'), 'utf8')).not.toBe(before);
    expect((await cli(['audit', 'src', '--baseline', 'baseline.json'], { cwd })).exitCode).toBe(0);
    expect((await cli(['audit', 'src', '--baseline', 'no.json'], { cwd })).exitCode).toBe(7);
    const both = ['--baseline', 'baseline.json', '--update-baseline', 'other.json'];
    expect((await cli(['audit', 'src', ...both], { cwd })).exitCode).toBe(2);
  });

  test('a value that is in use is found wherever it stands', async () => {
    const value = planted();
    const cwd = await project({ '.env': `API_TOKEN=${value}\n` });
    await mkdir(join(cwd, 'src'));
    await writeFile(join(cwd, 'src/notes.txt'), `use ${value} for now\n`);
    expect((await cli(['audit', 'src'], { cwd })).exitCode).toBe(0);
    const { exitCode, stdout } = await cli(['audit', 'src', '--known', '.env'], { cwd });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('notes.txt:1:');
    expect((await cli(['audit', 'src', '--known', '.env', '--ignore', '*.txt'], { cwd })).exitCode).toBe(0);
  });

  test('needs no configuration, but one that is named has to be there', async () => {
    const { cwd } = await code();
    await rm(join(cwd, 'strongroom.config.ts'));
    expect((await cli(['audit', 'src'], { cwd })).exitCode).toBe(1);
    expect((await cli(['audit', 'src', '--config', 'no.config.ts'], { cwd })).exitCode).toBe(3);
    expect((await cli(['audit', 'no-such-folder'], { cwd })).exitCode).toBe(7);
  });

  test('leads into a migration', async () => {
    const { cwd, secret } = await code();
    const { env, server } = await emptyVault();
    const { exitCode } = await cli(['migrate', '--from', 'audit:src', '--yes'], { cwd, env });
    expect(exitCode).toBe(0);
    const headers = { 'X-Vault-Token': server.rootToken };
    const answer = await fetch(`${server.address}/v1/secret/data/shop/production/security`, { headers });
    expect(await answer.json()).toMatchObject({ data: { data: { secret_key: secret } } });
  });
});
