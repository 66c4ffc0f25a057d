import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyVault, project, secretOf, shopVault, wordsModule } from './support/project.js';
import { cli } from './support/run-cli.js';

const two = async () => {
  const staging = await shopVault('staging');
  const [same, other, theirs] = [staging.values['DATABASE_URL'] ?? '', secretOf(), secretOf()];
  staging.server.seed({
    'shop/production/database': { url: same },
    'shop/production/security': { secret_key: other, of_others: theirs },
  });
  return { ...staging, other, theirs };
};

const read = async (address: string, token: string, path: string): Promise<unknown> => {
  const answer = await fetch(`${address}/v1/secret/data/${path}`, { headers: { 'X-Vault-Token': token } });
  return ((await answer.json()) as { readonly data?: { readonly data: unknown } }).data?.data;
};

describe('diff', () => {
  test('compares two environments by name and fingerprint, and ends with 1 where they differ', async () => {
    const { env, server } = await two();
    const cwd = await project();
    server.clearRequests();
    const { exitCode, stdout } = await cli(['diff', 'staging', 'production'], { cwd, env });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/same +DATABASE_URL +shop\/production\/database#url\n/);
    expect(stdout).toMatch(
      /different +SECRET_KEY +shop\/production\/security#secret_key +[0-9a-f]{12} ≠ [0-9a-f]{12}\n/,
    );
    expect(stdout).toMatch(/only in staging +API_TOKEN +shop\/production\/api#token\n/);
    expect(stdout).toContain('2 differences between staging and production');
    expect(server.requests.every(({ method }) => method === 'GET')).toBe(true);
    const back = await cli(['diff', 'production', 'staging', '--json'], { cwd, env });
    expect(back.json()).toEqual({
      left: 'production',
      right: 'staging',
      differences: 2,
      settings: expect.arrayContaining([
        {
          name: 'API_TOKEN',
          state: 'right-only',
          place: 'shop/staging/api',
          fingerprints: { left: null, right: null },
        },
        {
          name: 'DATABASE_URL',
          state: 'same',
          place: 'shop/staging/database#url',
          fingerprints: expect.any(Object),
        },
      ]),
    });
  });

  test('compares a file with an environment', async () => {
    const { env, values } = await shopVault('staging');
    const text = `DATABASE_URL='${values['DATABASE_URL']}'\nSECRET_KEY='${values['SECRET_KEY']}'\nAPI_TOKEN='${values['API_TOKEN']}'\n`;
    const cwd = await project({ '.env': text, '.env.old': text.replace(/API_TOKEN.*\n/, '') });
    expect((await cli(['diff', '--from', '.env'], { cwd, env })).exitCode).toBe(0);
    const old = await cli(['diff', 'staging', '--from', '.env.old'], { cwd, env });
    expect(old.exitCode).toBe(1);
    expect(old.stdout).toMatch(/only in staging +API_TOKEN/);
  });

  test.each([
    [['diff'], 2],
    [['diff', 'staging'], 2],
    [['diff', 'staging', 'staging'], 2],
    [['diff', 'staging', 'nowhere'], 2],
    [['diff', 'staging', 'production', '--from', '.env'], 2],
  ])('wants two sides: %j', async (argv, code) => {
    const { env } = await emptyVault('staging');
    const cwd = await project();
    expect((await cli(argv, { cwd, env })).exitCode).toBe(code);
  });
});

describe('promote', () => {
  test('brings to the next environment what that lacks, and leaves what it holds', async () => {
    const { env, server, values, other, theirs } = await two();
    const cwd = await project();
    const { exitCode, stdout } = await cli(['promote', 'staging', '--yes'], { cwd, env });
    expect(exitCode).toBe(6);
    expect(stdout).toContain('shop (production) into secret/');
    expect(await read(server.address, server.rootToken, 'shop/production/api')).toEqual({
      token: values['API_TOKEN'],
    });
    const security = await read(server.address, server.rootToken, 'shop/production/security');
    expect(security).toEqual({ secret_key: other, of_others: theirs });
  });

  test('--only and --on-conflict bring one new value, and a roll back takes it away again', async () => {
    const { env, server, values, other, theirs } = await two();
    const cwd = await project();
    const args = [
      'promote',
      'staging',
      'production',
      '--only',
      'SECRET_KEY',
      '--on-conflict',
      'source',
      '--yes',
    ];
    expect((await cli(args, { cwd, env })).exitCode).toBe(0);
    const path = 'shop/production/security';
    expect(await read(server.address, server.rootToken, path)).toEqual({
      secret_key: values['SECRET_KEY'],
      of_others: theirs,
    });
    expect(await read(server.address, server.rootToken, 'shop/production/api')).toBeUndefined();
    expect((await cli(['rollback', '-e', 'production', '--yes'], { cwd, env })).exitCode).toBe(0);
    expect(await read(server.address, server.rootToken, path)).toEqual({
      secret_key: other,
      of_others: theirs,
    });
  });

  test('goes from one Vault to another, each with its own token', async () => {
    const staging = await shopVault('staging');
    const production = await emptyVault('production');
    const cwd = await project();
    await writeFile(join(cwd, 'token'), production.server.rootToken);
    await writeFile(
      join(cwd, 'strongroom.config.ts'),
      `import { defineConfig } from 'strongroom';
import { definition } from './settings.js';
export default defineConfig({
  definition,
  environments: { production: { address: '${production.server.address}', tokenFile: '${join(cwd, 'token')}' } },
});
`,
    );
    const { exitCode } = await cli(['promote', 'staging', '--yes'], { cwd, env: staging.env });
    expect(exitCode).toBe(0);
    const { address, rootToken } = production.server;
    expect(await read(address, rootToken, 'shop/production/database')).toEqual({
      url: staging.values['DATABASE_URL'],
    });
    // The same variables, and another Vault for another environment.
    const explained = await cli(['get', 'DATABASE_URL', '-e', 'production', '--reveal'], {
      cwd,
      env: staging.env,
    });
    expect(explained.stdout).toBe(staging.values['DATABASE_URL']);
    const byVariable = await cli(['get', 'DATABASE_URL'], {
      cwd,
      env: { ...staging.env, APP_ENV: 'production' },
    });
    expect(byVariable.exitCode).toBe(0);
    expect((await cli(['diff', 'staging', 'production'], { cwd, env: staging.env })).exitCode).toBe(0);
  });

  test.each([
    [['promote', 'production'], 'is the last environment'],
    [['promote', 'staging', 'staging'], 'Two different environments'],
    [['promote', 'staging', 'prodcution'], 'Was it meant to be production?'],
    [['promote', 'staging', '--only', 'NO_SUCH', '--yes'], 'The source has no NO_SUCH'],
  ])('says what it cannot do: %j', async (argv, words) => {
    const { env } = await shopVault('staging');
    const cwd = await project();
    const { exitCode, stderr } = await cli(argv, { cwd, env });
    expect(stderr).toContain(words);
    expect(exitCode).toBe(2);
  });
});

describe('export', () => {
  test('writes a file for its owner, with a warning, and replaces none', async () => {
    const { env, values } = await shopVault('staging');
    const cwd = await project();
    const { exitCode, stderr, stdout } = await cli(['export', '--output', 'out.env'], { cwd, env });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('in plain text. Keep it out of git');
    expect(stdout).toBe('');
    const file = join(cwd, 'out.env');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { parse } = await import('dotenv');
    expect(parse(await readFile(file, 'utf8'))).toEqual(values);
    const again = await cli(['export', '--output', 'out.env'], { cwd, env });
    expect(again.exitCode).toBe(6);
    expect(again.stderr).toContain(`${file} is there already, and is left as it is\n  → Name another one`);
    const one = await cli(['export', '--output', 'one.env', '--only', 'SECRET_KEY', '--json'], { cwd, env });
    expect(one.json()).toEqual({ environment: 'staging', file: join(cwd, 'one.env'), names: ['SECRET_KEY'] });
  });

  test('writes what the sources wrote, and no default', async () => {
    const { env } = await shopVault();
    const cwd = await project({ 'settings.ts': wordsModule });
    const variables = { ...env, WORDS: 'a b', RATIO: '1.50' };
    expect((await cli(['export'], { cwd, env: variables })).exitCode).toBe(0);
    const { parse } = await import('dotenv');
    expect(parse(await readFile(join(cwd, '.env'), 'utf8'))).toEqual({ WORDS: 'a b', RATIO: '1.50' });
  });

  test('writes nothing when a setting is missing', async () => {
    const { env } = await emptyVault('staging');
    const cwd = await project();
    expect((await cli(['export'], { cwd, env })).exitCode).toBe(3);
    await expect(stat(join(cwd, '.env'))).rejects.toThrow('ENOENT');
  });
});
