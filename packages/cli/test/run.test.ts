import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ManualClock } from '@strongroom/core/testing';
import { describe, expect, test } from 'vitest';
import { project, secretOf, shopVault, wordsModule } from './support/project.js';
import { callCli, cli } from './support/run-cli.js';

/** Prints under which variables it sees which secrets, as marks that hold none. */
const reporter = `
import { createHash } from 'node:crypto';
const mark = (name) => process.env[name] === undefined ? '-' : createHash('sha256').update(process.env[name]).digest('hex').slice(0, 8);
console.log(process.argv.slice(2).map((name) => name + ' ' + mark(name)).join('\\n'));
`;

const markOf = async (value: string): Promise<string> => {
  const { createHash } = await import('node:crypto');
  return createHash('sha256').update(value).digest('hex').slice(0, 8);
};

describe('run', () => {
  test('gives the command every setting, and ends as it ends', async () => {
    const { env, values } = await shopVault();
    const cwd = await project({ 'report.mjs': reporter });
    const names = ['DATABASE_URL', 'SECRET_KEY', 'PORT', 'SECRET_KEY_FILE'];
    await writeFile(join(cwd, 'key'), secretOf());
    const {
      exitCode,
      stdout,
      json: _,
    } = await cli(['run', '--', process.execPath, 'report.mjs', ...names], {
      cwd,
      env: { ...env, PATH: process.env['PATH'] ?? '' },
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`DATABASE_URL ${await markOf(values['DATABASE_URL'] ?? '')}\n`);
    expect(stdout).toContain(`PORT ${await markOf('8000')}\n`);
    const ended = await cli(['run', '--', process.execPath, '-e', 'process.exit(42)'], { cwd, env });
    expect(ended.exitCode).toBe(42);
  });

  test('puts the value of NAME_FILE under NAME, and takes NAME_FILE away', async () => {
    const { env } = await shopVault();
    const cwd = await project({ 'report.mjs': reporter });
    const value = secretOf();
    await writeFile(join(cwd, 'key'), `${value}\n`);
    const { stdout } = await cli(
      ['run', '--', process.execPath, 'report.mjs', 'SECRET_KEY', 'SECRET_KEY_FILE'],
      {
        cwd,
        env: { ...env, SECRET_KEY_FILE: join(cwd, 'key') },
      },
    );
    expect(stdout).toBe(`SECRET_KEY ${await markOf(value)}\nSECRET_KEY_FILE -\n`);
  });

  test('--only gives no others, and needs no others', async () => {
    const { env, server } = await shopVault();
    server.fail({ path: '/v1/secret/data/shop/production/database', answer: { status: 403 } });
    const cwd = await project({ 'report.mjs': reporter });
    const args = [
      'run',
      '--only',
      'SECRET_KEY,PORT',
      '--',
      process.execPath,
      'report.mjs',
      'SECRET_KEY',
      'API_TOKEN',
    ];
    const { exitCode, stdout } = await cli(args, { cwd, env });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^SECRET_KEY [0-9a-f]{8}\nAPI_TOKEN -\n$/);
  });

  test('gives the command neither the secrets that --only leaves out nor what Vault is logged in to with', async () => {
    const { env } = await shopVault();
    const cwd = await project({ 'report.mjs': reporter });
    await writeFile(join(cwd, 'token'), secretOf());
    const others = {
      DATABASE_URL: secretOf(),
      API_TOKEN_FILE: join(cwd, 'token'),
      STRONGROOM_VAULT_SECRET_ID: secretOf(),
      STRONGROOM_LAST_KNOWN_GOOD_KEY: secretOf(),
    };
    const variables = { ...env, ...others, OF_OTHERS: 'stays', PORT: '9000' };
    const call = async (...options: string[]) => {
      const names = [...Object.keys(variables), 'SECRET_KEY'];
      const argv = [
        'run',
        '--only',
        'SECRET_KEY',
        ...options,
        '--',
        process.execPath,
        'report.mjs',
        ...names,
      ];
      const { stdout } = await cli(argv, { cwd, env: variables });
      return stdout.split('\n').filter((line) => line.endsWith(' -'));
    };
    const secrets = ['DATABASE_URL -', 'API_TOKEN_FILE -'];
    const credentials = ['STRONGROOM_VAULT_SECRET_ID -', 'STRONGROOM_LAST_KNOWN_GOOD_KEY -'];
    expect(await call()).toEqual(['VAULT_TOKEN -', ...secrets, ...credentials]);
    expect(await call('--pass-credentials')).toEqual(secrets);
  });

  test('gives values as their sources wrote them, and no default that nobody could write', async () => {
    const { env } = await shopVault();
    const cwd = await project({ 'report.mjs': reporter, 'settings.ts': wordsModule });
    const variables = { ...env, WORDS: 'a b', RATIO: '1.50' };
    const call = async (...names: string[]) =>
      (await cli(['run', '--', process.execPath, 'report.mjs', ...names], { cwd, env: variables })).stdout;
    expect(await call('WORDS', 'RATIO', 'SINCE', 'OTHER_WORDS')).toBe(
      `WORDS ${await markOf('a b')}\nRATIO ${await markOf('1.50')}\nSINCE ${await markOf('2030-01-02T03:04:05.000Z')}\nOTHER_WORDS -\n`,
    );
  });

  test('starts nothing when a setting is missing', async () => {
    const cwd = await project();
    const env = { APP_ENV: 'production', USE_VAULT: 'false' };
    const { exitCode, stdout } = await cli(['run', '--', process.execPath, '-e', 'console.log("started")'], {
      cwd,
      env,
    });
    expect(exitCode).toBe(3);
    expect(stdout).toBe('');
  });

  test.each([
    ['there is not', 127, ['no-such-command-here']],
    ['may not be executed', 126, ['./report.mjs']],
  ])('says when a command %s, as shells do', async (_, code, command) => {
    const { env } = await shopVault();
    const cwd = await project({ 'report.mjs': reporter });
    const { exitCode, stderr } = await cli(['run', '--', ...command], { cwd, env });
    expect(exitCode).toBe(code);
    expect(stderr).toContain(command[0]);
  });

  test('says what to do when its settings are more than the system gives a command', async () => {
    const { env, server } = await shopVault();
    server.seed({ 'shop/production/security': { secret_key: secretOf().repeat(1 << 13) } });
    const cwd = await project();
    const { exitCode, stderr } = await cli(['run', '--', process.execPath, '-e', '1'], { cwd, env });
    expect(exitCode).toBe(126);
    expect(stderr).toContain('--only');
    expect(stderr).not.toContain('spawnargs');
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const)(
    'passes %s on, and ends as the command ends',
    async (signal) => {
      const { env } = await shopVault();
      const cwd = await project();
      const listen = `process.on('${signal}', () => { console.log('heard'); process.exit(7); }); setInterval(() => {}, 1000); console.log('ready');`;
      const call = callCli(['run', '--', process.execPath, '-e', listen], { cwd, env });
      await call.saw('ready');
      call.signal(signal);
      const { exitCode, stdout } = await call.result;
      expect(stdout).toBe('ready\nheard\n');
      expect(exitCode).toBe(7);
    },
  );

  test('ends with 128 and the number of the signal that ended the command', async () => {
    const { env } = await shopVault();
    const cwd = await project();
    const call = callCli(
      ['run', '--', process.execPath, '-e', `setInterval(() => {}, 1000); console.log('ready');`],
      { cwd, env },
    );
    await call.saw('ready');
    call.signal('SIGTERM');
    expect((await call.result).exitCode).toBe(143);
  });

  test('hands standard input over', async () => {
    const { env } = await shopVault();
    const cwd = await project();
    const { stdout } = await cli(
      ['run', '--', process.execPath, '-e', 'process.stdin.pipe(process.stdout)'],
      {
        cwd,
        env,
        stdin: 'as it is',
      },
    );
    expect(stdout).toBe('as it is');
  });

  test('--restart-on-rotation starts it again with the new value, also when it does not want to end', async () => {
    const { env, server } = await shopVault();
    const cwd = await project({
      'stubborn.mjs': `process.on('SIGTERM', () => console.log('asked')); setInterval(() => {}, 1000);\n${reporter}`,
    });
    const clock = new ManualClock();
    const command = [
      'run',
      '--restart-on-rotation',
      '--only',
      'SECRET_KEY',
      '--',
      process.execPath,
      'stubborn.mjs',
      'SECRET_KEY',
    ];
    const call = callCli(command, { cwd, env, clock });
    await call.saw(/SECRET_KEY [0-9a-f]{8}/);
    const value = secretOf();
    server.seed({ 'shop/production/security': { secret_key: value } });
    clock.advance(70_000);
    await call.saw('SECRET_KEY changed: the command is started again.');
    await call.saw('asked');
    clock.advance(10_000);
    await call.saw(`SECRET_KEY ${await markOf(value)}`);
    call.signal('SIGQUIT');
    expect((await call.result).exitCode).toBe(131);
  });

  test('--restart-on-rotation does not start it again when it is asked to end meanwhile', async () => {
    const { env, server } = await shopVault();
    const program = `process.on('SIGTERM', () => console.log('asked')); process.on('SIGINT', () => process.exit(9)); setInterval(() => {}, 1000); console.log('ready');`;
    const cwd = await project();
    const clock = new ManualClock();
    const argv = [
      'run',
      '--restart-on-rotation',
      '--only',
      'SECRET_KEY',
      '--',
      process.execPath,
      '-e',
      program,
    ];
    const call = callCli(argv, { cwd, env, clock });
    await call.saw('ready');
    server.seed({ 'shop/production/security': { secret_key: secretOf() } });
    clock.advance(70_000);
    await call.saw('asked');
    call.signal('SIGINT');
    const { exitCode, stdout } = await call.result;
    expect(exitCode).toBe(9);
    expect(stdout).toBe('ready\nasked\n');
  });

  test('--restart-on-rotation says why settings are not looked at any more, and when they are again', async () => {
    const { env, server } = await shopVault();
    const cwd = await project();
    const clock = new ManualClock();
    const program = `setInterval(() => {}, 1000); console.log('ready');`;
    const argv = [
      'run',
      '--restart-on-rotation',
      '--only',
      'SECRET_KEY',
      '--',
      process.execPath,
      '-e',
      program,
    ];
    const call = callCli(argv, { cwd, env, clock, debug: false });
    await call.saw('ready');
    const recover = server.fail({ path: /security/, answer: { status: 403 } });
    clock.advance(70_000);
    await call.saw('warning: the last good settings stay: vault could not be asked (SOURCE_DENIED)');
    await call.saw(/warning: Vault at \S+ denies /);
    recover();
    // The next look is planned a moment after the warning.
    const ready = call.saw('The settings are ready again.').then(() => true);
    const turn = () => new Promise<false>((resolve) => setTimeout(() => resolve(false), 20));
    while (!(await Promise.race([ready, turn()]))) clock.advance(2_000);
    call.signal('SIGTERM');
    const { exitCode, stderr } = await call.result;
    expect(exitCode).toBe(143);
    expect(stderr.match(/denies/g)).toHaveLength(1);
  });
});
