import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyVault, project, secretOf } from './support/project.js';
import { callCli, cli } from './support/run-cli.js';

const dotenv = (): string => `# database
DATABASE_URL='${secretOf()}'

# signing
SECRET_KEY='${secretOf()}' # rotate me
PORT=9000
`;
const rest = '# database\n\n# signing\nPORT=9000\n';

describe('clean-up', () => {
  test('takes what was verified out of the file, and the backup brings it back', async () => {
    const { env } = await emptyVault();
    const text = dotenv();
    const cwd = await project({ '.env': text });
    const outside = await project();
    const key = join(outside, 'backup.key');
    const args = ['migrate', '--yes', '--clean-up', '--backup-key', key];
    const { exitCode, stdout } = await cli(args, { cwd, env });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('DATABASE_URL, SECRET_KEY taken out of');
    expect(await readFile(join(cwd, '.env'), 'utf8')).toBe(rest);
    expect((await stat(key)).mode & 0o777).toBe(0o600);
    const backup = (await readdir(cwd)).find((name) => name.endsWith('.backup')) ?? '';
    const restored = await cli(['restore', backup, '--backup-key', key, '--json'], { cwd });
    expect(restored.json()).toEqual({ backup: join(cwd, backup), file: join(cwd, '.env.restored') });
    expect(restored.stderr).toContain('in plain text again');
    expect(await readFile(join(cwd, '.env.restored'), 'utf8')).toBe(text);
    const again = await cli(['restore', backup, '--backup-key', key], { cwd });
    expect(again.exitCode).toBe(6);
    expect(again.stderr).toContain('.env.restored is there already, and is left as it is');
    // Without a question about what can come to nothing.
    expect((await cli(['restore', 'no.backup'], { cwd })).exitCode).toBe(7);
    const dry = await cli([...args.slice(0, -1), join(outside, 'none.key'), '--dry-run'], { cwd, env });
    expect(dry.exitCode).toBe(0);
    expect(await readdir(outside)).not.toContain('none.key');
  });

  test('asks for a passphrase twice without showing anything of it, before anything is written', async () => {
    const { env, server } = await emptyVault();
    const text = dotenv();
    const cwd = await project({ '.env': text });
    const passphrase = secretOf();
    const differs = callCli(['migrate', '--yes', '--clean-up'], { cwd, env, terminal: true });
    await differs.saw('Passphrase');
    differs.type(`${passphrase}\r`);
    await differs.saw('The same again');
    differs.type(`${secretOf()}\r`);
    expect((await differs.result).exitCode).toBe(2);
    const short = callCli(['migrate', '--yes', '--clean-up'], { cwd, env, terminal: true });
    await short.saw('Passphrase');
    short.type('too short\r');
    const refused = await short.result;
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain('has at least 12 characters');
    expect(refused.stderr).not.toContain('The same again');
    expect(server.requests.filter(({ path }) => path.includes('/data/'))).toEqual([]);
    const call = callCli(['migrate', '--yes', '--clean-up'], { cwd, env, terminal: true });
    await call.saw('Passphrase');
    call.type(`${passphrase}\r`);
    await call.saw('The same again');
    call.type(`${passphrase}\r`);
    expect((await call.result).exitCode).toBe(0);
    expect(await readFile(join(cwd, '.env'), 'utf8')).toBe(rest);
    const backup = (await readdir(cwd)).find((name) => name.endsWith('.backup')) ?? '';
    const wrong = callCli(['restore', backup], { cwd, terminal: true });
    await wrong.saw('Passphrase');
    wrong.type(`${secretOf()}\r`);
    expect((await wrong.result).exitCode).toBe(3);
    const right = callCli(['restore', backup, '--to', 'back.env'], { cwd, terminal: true });
    await right.saw('Passphrase');
    right.type(`${passphrase}\r`);
    expect((await right.result).exitCode).toBe(0);
    expect(await readFile(join(cwd, 'back.env'), 'utf8')).toBe(text);
  });

  test('a key beside the file is refused, and so is a source that is no .env file, before anything is written', async () => {
    const { env, server } = await emptyVault();
    const text = dotenv();
    const cwd = await project({ '.env': text, 'x.json': '{}' });
    for (const args of [
      ['--from', 'x.json'],
      ['--from', '.env', '--from', '.env'],
      ['--from', '-'],
    ]) {
      expect(
        (
          await cli(['migrate', '--yes', '--clean-up', '--backup-key', join(dirname(cwd), 'k'), ...args], {
            cwd,
            env,
          })
        ).exitCode,
      ).toBe(2);
    }
    expect((await cli(['migrate', '--yes', '--clean-up'], { cwd, env })).exitCode).toBe(2);
    const beside = await cli(['migrate', '--yes', '--clean-up', '--backup-key', 'backup.key'], { cwd, env });
    expect(beside.exitCode).toBe(3);
    expect(server.requests.filter(({ path }) => path.includes('/data/'))).toEqual([]);
    expect(await readFile(join(cwd, '.env'), 'utf8')).toBe(text);
  });
});
