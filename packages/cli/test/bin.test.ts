import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { exitCodes } from '../src/index.js';
import { verbs } from '../src/verbs.js';
import { bin, callBin, callInTerminal, hasTerminal } from './support/bin.js';
import { emptyVault, project, secretOf, shopVault } from './support/project.js';

describe('between pipes', () => {
  test('results are on standard output, plain, and everything else is not', async () => {
    const { env } = await shopVault();
    const cwd = await project();
    const call = callBin(['explain', '--json'], { cwd, env });
    expect(await call.ended).toBe(0);
    const { stdout, stderr } = call.printed();
    expect(JSON.parse(stdout)).toMatchObject({ application: 'shop' });
    expect(stderr).toContain('debug Vault answered');
    const table = callBin(['explain'], { cwd, env });
    expect(await table.ended).toBe(0);
    expect(table.printed().stdout).not.toContain('\u001b');
  });

  test('a reader that has had enough is no failure', async () => {
    const { env } = await shopVault();
    const cwd = await project();
    const call = callBin(['completion', 'zsh'], { cwd, env });
    call.child.stdout?.destroy();
    expect(await call.ended).toBe(0);
    expect(call.printed().stderr).toBe('');
  });

  test.each(['stdout', 'stderr'] as const)(
    'nor is what was found forgotten when %s is closed',
    async (stream) => {
      const { env } = await shopVault();
      // A value that its schema refuses is a finding.
      const cwd = await project();
      const call = callBin(['explain'], { cwd, env: { ...env, PORT: 'many' } });
      call.child[stream]?.destroy();
      expect(await call.ended).toBe(1);
    },
  );

  test.skipIf(!existsSync('/dev/full'))(
    'a full disk behind standard output is told, and is no success',
    async () => {
      const cwd = await project();
      const call = callBin(['completion', 'zsh'], { cwd, stdout: '/dev/full' });
      expect(await call.ended).toBe(7);
      expect(call.printed().stderr).toContain('standard output cannot be written (ENOSPC)');
    },
  );

  test.skipIf(process.platform === 'win32')('a folder that was deleted beneath it is told', async () => {
    const cwd = await project();
    const inNoFolder = ['-c', 'rm -r "$PWD" && exec "$0" "$@"', process.execPath, bin];
    const { status, stderr } = spawnSync('sh', [...inNoFolder, 'explain'], { cwd, encoding: 'utf8' });
    expect(status).toBe(7);
    expect(stderr).toBe(
      'error: The folder that this was started in is not there any more\n  → Change to another one, and run it again.\n',
    );
    expect(spawnSync('sh', [...inNoFolder, '--help'], { cwd: await project() }).status).toBe(0);
  });

  test('signals are passed on to a command that is run, and it leaves nothing behind', async () => {
    const { env } = await shopVault();
    const cwd = await project();
    const listen = `process.on('SIGTERM', () => process.exit(9)); setInterval(() => {}, 1000); console.log('pid ' + process.pid);`;
    const call = callBin(['run', '--', process.execPath, '-e', listen], { cwd, env });
    await call.saw(/pid \d+/);
    call.child.kill('SIGTERM');
    expect(await call.ended).toBe(9);
    const pid = Number(/pid (\d+)/.exec(call.printed().stdout)?.[1]);
    expect(() => process.kill(pid, 0)).toThrow();
  });

  test('Ctrl-C while Vault does not answer ends it with 130', async () => {
    const { env, server } = await shopVault();
    server.fail({ path: '/v1/secret/', answer: 'stall' });
    const cwd = await project();
    const call = callBin(['get', 'SECRET_KEY'], { cwd, env });
    while (!server.requests.some(({ path }) => path.includes('security')))
      await new Promise((go) => setTimeout(go, 20));
    call.child.kill('SIGINT');
    expect(await call.ended).toBe(130);
    expect(call.printed().stderr).toContain('Interrupted.');
  });

  test('Ctrl-C while standard input does not end ends it with 130', async () => {
    const { env } = await emptyVault();
    const cwd = await project();
    const call = callBin(['migrate', '--from', '-', '--yes'], { cwd, env });
    call.child.stdin?.write('# more to come\n');
    await call.saw('Vault is on');
    call.child.kill('SIGINT');
    expect(await call.ended).toBe(130);
    expect(call.printed().stderr).toContain('Interrupted.');
  });

  test('killed in the middle, the next run does the rest, and all of it can be taken back', async () => {
    const { env, server } = await emptyVault();
    const cwd = await project({ '.env': `DATABASE_URL='${secretOf()}'\nSECRET_KEY='${secretOf()}'\n` });
    const at = '/v1/secret/data/shop/production/security';
    const writes = () => server.requests.filter(({ method }) => method === 'POST' || method === 'PUT');
    const lift = server.fail({ method: 'POST', path: at, answer: 'stall' });
    const alsoLift = server.fail({ method: 'PUT', path: at, answer: 'stall' });
    const call = callBin(['migrate', '--yes'], { cwd, env });
    await expect.poll(() => writes().length, { timeout: 30_000 }).toBe(2);
    call.child.kill('SIGKILL');
    await call.ended;
    lift();
    alsoLift();
    server.clearRequests();
    const again = callBin(['migrate', '--yes', '--json'], { cwd, env });
    expect(await again.ended).toBe(0);
    expect(JSON.parse(again.printed().stdout).verified).toHaveLength(2);
    expect(writes().map(({ path }) => path)).toEqual([at]);
    const back = callBin(['rollback', '--yes', '--json'], { cwd, env });
    expect(await back.ended).toBe(0);
    expect(
      JSON.parse(back.printed().stdout).paths.map(({ outcome }: { outcome: string }) => outcome),
    ).toEqual(['removed', 'removed']);
  });
});

describe.skipIf(!hasTerminal)('in a terminal', () => {
  test('there are colours, unless NO_COLOR is set', async () => {
    const { env } = await shopVault();
    const cwd = await project();
    const call = callInTerminal(['explain'], { cwd, env });
    expect(await call.ended).toBe(0);
    expect(call.printed().stdout).toContain('\u001b[32mok\u001b[39m');
    const plain = callInTerminal(['explain'], { cwd, env: { ...env, NO_COLOR: '1' } });
    expect(await plain.ended).toBe(0);
    expect(plain.printed().stdout).not.toContain('\u001b[');
  });

  test('Ctrl-C ends a command that is run once, not twice', async () => {
    const { env } = await shopVault();
    const cwd = await project();
    const count = `let n = 0; process.on('SIGINT', () => { n++; setTimeout(() => process.exit(40 + n), 300); }); setInterval(() => {}, 1000); console.log('ready');`;
    const call = callInTerminal(['run', '--', process.execPath, '-e', count], { cwd, env });
    await call.saw('ready');
    call.child.stdin?.write('\u0003');
    expect(await call.ended).toBe(41);
  });

  test('a migration is asked about, and shows how far it is', async () => {
    const { env, server } = await emptyVault();
    const cwd = await project({ '.env': `DATABASE_URL='${secretOf()}'\nSECRET_KEY='${secretOf()}'\n` });
    const no = callInTerminal(['migrate'], { cwd, env });
    await no.saw('Write 2 keys to secret/');
    no.child.stdin?.write('\u0003');
    expect(await no.ended).toBe(130);
    expect(no.printed().stdout).toContain('Nothing was changed.');
    expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    const yes = callInTerminal(['migrate'], { cwd, env });
    await yes.saw('Write 2 keys to secret/');
    yes.child.stdin?.write('y');
    expect(await yes.ended).toBe(0);
    expect(yes.printed().stdout).toContain('█ paths written and read back: 2 of 2');
    expect(yes.printed().stdout).toContain('2 keys verified; 2 paths written.');
  });

  test('a passphrase is not shown while it is typed', async () => {
    const { env } = await emptyVault();
    const cwd = await project({ '.env': `SECRET_KEY='${secretOf()}'\n` });
    const passphrase = secretOf();
    const call = callInTerminal(['migrate', '--yes', '--clean-up'], { cwd, env });
    await call.saw('Passphrase');
    call.child.stdin?.write(`${passphrase}\r`);
    await call.saw('The same again');
    call.child.stdin?.write(`${passphrase}\r`);
    expect(await call.ended).toBe(0);
    expect(call.printed().stdout).toContain('SECRET_KEY taken out of .env');
  });

  test('every verb can be called without arguments and says something that helps', async () => {
    const { env } = await shopVault();
    for (const verb of Object.keys(verbs)) {
      const cwd = await project({ '.env': `SECRET_KEY='${secretOf()}'\n` });
      const call = callInTerminal([verb, ...(verb === 'dev' ? ['--port', '0', '--embedded'] : [])], {
        cwd,
        env,
      });
      if (verb === 'dev') {
        await call.saw('Ctrl-C ends it.');
        call.child.stdin?.write('\u0003');
      }
      const code = await call.ended;
      expect(Object.values(exitCodes), verb).toContain(code);
      expect(code, verb).not.toBe(exitCodes.internal);
      expect(call.printed().stdout.trim(), verb).not.toBe('');
    }
    // So many processes one after the other.
  }, 300_000);
});
