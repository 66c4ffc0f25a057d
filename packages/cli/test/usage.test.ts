import { spawnSync } from 'node:child_process';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exitCodes } from '../src/index.js';
import { verbs } from '../src/verbs.js';
import { project, secretOf } from './support/project.js';
import { cli } from './support/run-cli.js';

const readme = (): Promise<string> => readFile(new URL('../README.md', import.meta.url), 'utf8');

describe('help', () => {
  test('lists every verb with what it is for', async () => {
    const cwd = await project();
    const { exitCode, stdout } = await cli(['--help'], { cwd });
    expect(exitCode).toBe(0);
    const words = stdout.replace(/\s+/g, ' ');
    for (const [name, { summary }] of Object.entries(verbs)) expect(words).toContain(`${name} ${summary}`);
    expect((await cli([], { cwd })).exitCode).toBe(2);
  });

  test.each(Object.keys(verbs))('of %s has examples, and says the same either way', async (verb) => {
    const cwd = await project();
    const { exitCode, stdout } = await cli(['help', verb], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Examples:');
    expect(stdout).toContain(`strongroom ${verb}`);
    expect((await cli([verb, '--help'], { cwd })).stdout).toBe(stdout);
  });

  test('has the version', async () => {
    const cwd = await project();
    expect((await cli(['--version'], { cwd })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('arguments', () => {
  test.each([
    [['expain'], 'Did you mean explain?'],
    [['explain', '--environmnet', 'x'], '--environment'],
    [['get'], "missing required argument 'name'"],
    [['completion', 'tcsh'], 'Allowed choices are bash, zsh, fish'],
    [['explain', '-e', 'prodcution'], 'Was it meant to be production?'],
    [['diff', 'settings.ts'], 'strongroom diff --from settings.ts'],
  ])('that make no sense are told with what was meant: %j', async (argv, words) => {
    const cwd = await project();
    const { exitCode, stderr, stdout } = await cli(argv, { cwd });
    expect(stderr).toContain(words);
    expect(exitCode).toBe(exitCodes.usage);
    expect(stdout).toBe('');
  });

  test.each([
    (secret: string) => [`--token=${secret}`],
    (secret: string) => ['--token', secret],
    (secret: string) => ['--vault-token', secret],
    (secret: string) => ['--password', secret],
    (secret: string) => ['-password', secret],
    (secret: string) => ['--value', secret],
    (secret: string) => [`--colour=${secret}`],
    (secret: string) => ['SECRET_KEY', secret],
  ])('that are secrets are refused, and not repeated: %s', async (given) => {
    const cwd = await project();
    for (const verb of Object.keys(verbs)) {
      const { exitCode } = await cli([verb, ...given(secretOf()), ...(verb === 'run' ? ['--bogus'] : [])], {
        cwd,
      });
      expect([exitCodes.usage, exitCodes.configuration]).toContain(exitCode);
    }
  });

  test('are not looked into behind --, where they are those of another command', async () => {
    const cwd = await project();
    const env = { APP_ENV: 'production', USE_VAULT: 'false', DATABASE_URL: 'x', SECRET_KEY: 'x' };
    const script = 'console.log(process.argv.slice(1).join())';
    const { stdout } = await cli(['run', '--', process.execPath, '-e', script, '--', '--token=x'], {
      cwd,
      env,
    });
    expect(stdout).toBe('--token=x\n');
  });
});

describe('configuration', () => {
  test.each([
    ['is not there', undefined, 'There is no other.config.ts'],
    ['exports nothing', 'export const nothing = 1;', 'exports no configuration by default'],
    [
      'has no definition',
      'export default { definition: {} };',
      'wants a definition, as defineSettings() makes it',
    ],
    ['imports what is not there', `import './no-such-module.js'; export default {};`, 'no-such-module'],
    ['is no program', '\nexport default {', 'other.config.ts:2:16\n  → Correct it there.'],
    ['throws', 'throw new Error(process.env.LEAK);', 'cannot be loaded: Error at '],
    [
      'has options that there are not',
      `import { definition } from './settings.js'; export default { definition, vualt: {}, environments: { prod: {}, staging: { adress: 'x' } } };`,
      'Was it meant to be vault?',
    ],
    ...['address: 5', 'namespace: []', 'mount: true', 'auth: null'].map(
      (option): [string, string, string] => [
        `has an option of a wrong type, ${option},`,
        `import { definition } from './settings.js'; export default { definition, vault: { ${option} } };`,
        `vault.${option.split(':')[0]} is of a wrong type`,
      ],
    ),
    [
      'has environments that are none',
      `import { definition } from './settings.js'; export default { definition, environments: 5 };`,
      'environments is no object',
    ],
    [
      'names no file of variables',
      `import { definition } from './settings.js'; export default { definition, envFile: '' };`,
      'envFile is no path of a file. Name the .env file that the application reads',
    ],
  ])('that %s is told', async (_, text, words) => {
    process.env['LEAK'] = secretOf();
    const cwd = await project(text === undefined ? {} : { 'other.config.ts': text });
    const { exitCode, stderr } = await cli(['explain', '--config', 'other.config.ts'], { cwd });
    delete process.env['LEAK'];
    expect(stderr).toContain(words);
    expect(exitCode).toBe(exitCodes.configuration);
  });

  test.each(['other.config.ts', 'lib.mjs'])(
    'that may not be read, or imports what may not, says so: %s',
    async (name) => {
      const files = { 'other.config.ts': `import './lib.mjs';`, 'lib.mjs': 'export {};' };
      const cwd = await project(files);
      await chmod(cwd, 0o755);
      await chmod(join(cwd, name), 0o000);
      // Root may read everything, so as root this test is nobody for a moment.
      const isRoot = process.geteuid?.() === 0;
      if (isRoot) process.seteuid?.(65_534);
      try {
        const { exitCode, stderr } = await cli(['explain', '--config', 'other.config.ts'], { cwd });
        expect(stderr).toContain(
          `${name} may not be read by this process\n  → Run as a user who may read it`,
        );
        expect(exitCode).toBe(exitCodes.file);
      } finally {
        if (isRoot) process.seteuid?.(0);
      }
    },
  );

  test.each(['ts', 'mts', 'js', 'mjs'])(
    'is found as strongroom.config.%s, also from a folder below',
    async (end) => {
      const text = `import { definition } from './settings.mjs'; export default { definition };`;
      const settings = `import { defineSettings, plain } from '@strongroom/core'; import { z } from 'zod';
      export const definition = defineSettings({ application: 'other', environments: ['development'], settings: { PORT: plain(z.int(), { default: 1 }) } });`;
      const cwd = await project({
        [`strongroom.config.${end}`]: text,
        'settings.mjs': settings,
        'package.json': '{"type":"module"}',
      });
      const { rm, mkdir } = await import('node:fs/promises');
      if (end !== 'ts') await rm(`${cwd}/strongroom.config.ts`);
      await mkdir(`${cwd}/deep/er`, { recursive: true });
      const { exitCode, json } = await cli(['explain', '--json'], {
        cwd: `${cwd}/deep/er`,
        env: { USE_VAULT: 'false' },
      });
      expect(json()).toMatchObject({ application: 'other' });
      expect(exitCode).toBe(0);
    },
  );
});

describe('completion', () => {
  test.each(['bash', 'zsh', 'fish'])('for %s has every verb and its options', async (shell) => {
    const cwd = await project();
    const { exitCode, stdout } = await cli(['completion', shell], { cwd });
    expect(exitCode).toBe(0);
    for (const name of Object.keys(verbs)) expect(stdout).toContain(name);
    expect(stdout).toMatch(shell === 'fish' ? /-l reveal/ : /--reveal/);
  });

  test.each<[readonly string[], string, readonly string[]]>([
    [[], 'pro', ['promote']],
    [['help'], 'roll', ['rollback']],
    [['get'], '--rev', ['--reveal']],
    [['get', '--reveal'], '--de', ['--debug']],
    [['migrate', '--on-conflict'], '', ['vault', 'source', 'ask', 'fail']],
    [['migrate', '--on-conflict'], 's', ['source']],
    // What it may be is not known: a file, says the shell.
    [['migrate', '--from'], '', []],
    [['completion'], 'z', ['zsh']],
    // So is an argument, unless a dash says otherwise.
    [['restore'], '', []],
    [['restore'], '--b', ['--backup-key']],
  ])('by bash after %j and the letters %j', async (before, current, expected) => {
    const { stdout } = await cli(['completion', 'bash'], { cwd: await project() });
    const words = ['strongroom', ...before, current].map((word) => `'${word}'`).join(' ');
    const ask = `COMP_WORDS=(${words}); COMP_CWORD=${before.length + 1}; _strongroom; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout: told, stderr } = spawnSync('bash', ['-c', `${stdout}\n${ask}`], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(told.split('\n').filter((line) => line !== '')).toEqual(expected);
  });
});

test('the README has every verb and every exit code', async () => {
  const text = await readme();
  for (const verb of Object.keys(verbs)) expect(text).toContain(`strongroom ${verb}`);
  for (const code of new Set(Object.values(exitCodes)))
    expect(text).toMatch(new RegExp(`^\\| ${code} +\\|`, 'm'));
});
