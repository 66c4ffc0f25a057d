import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyVault, project, secretOf, shopVault } from './support/project.js';
import { cli } from './support/run-cli.js';

const configOf = (envFile: string): string => `
import { defineConfig } from 'strongroom';
import { definition } from './settings.js';
export default defineConfig({ definition, envFile: ${JSON.stringify(envFile)} });
`;

/** An application that reads a `.env` file; undefined: which it does not have. */
const withFile = (text: string | undefined): Promise<string> =>
  project({ 'strongroom.config.ts': configOf('.env'), ...(text === undefined ? {} : { '.env': text }) });

const print = (...names: string[]): readonly string[] => [
  process.execPath,
  '-e',
  `console.log(JSON.stringify(${JSON.stringify(names)}.map((name) => process.env[name] ?? null)))`,
];

interface Doctor {
  readonly checks: readonly { readonly name: string; readonly status: string; readonly detail: string }[];
}

describe('what stays in the .env file that the application reads', () => {
  test('is there for explain, get, doctor and run', async () => {
    const { env } = await shopVault();
    const { APP_ENV, USE_VAULT, ...vault } = env;
    const cwd = await withFile(`APP_ENV=${APP_ENV}\nUSE_VAULT=${USE_VAULT}\nPORT=9000\n`);
    const explained = await cli(['explain'], { cwd, env: vault });
    expect(explained.exitCode).toBe(0);
    expect(explained.stdout).toContain('shop (production)');
    expect(explained.stdout).toMatch(/PORT +environment +PORT, over defaults +ok/);
    expect(explained.stderr).toContain('From .env: PORT.');
    expect(explained.stderr).not.toContain('USE_VAULT is not set');
    expect((await cli(['get', 'PORT', '--reveal'], { cwd, env: vault })).stdout).toBe('9000');
    expect((await cli(['run', '--', ...print('PORT')], { cwd, env: vault })).stdout).toBe('["9000"]\n');
    const doctor = await cli(['doctor', '--json'], { cwd, env: vault });
    expect(doctor.exitCode).toBe(0);
    expect(doctor.json<Doctor>().checks).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'env file', status: 'ok', detail: '.env: 3 variables' }),
        expect.objectContaining({ name: 'use of Vault', status: 'ok', detail: 'USE_VAULT=true' }),
        expect.objectContaining({ name: 'setting PORT', detail: 'from environment: PORT' }),
      ]),
    );
  });

  test('says where Vault is, too', async () => {
    const { env, values } = await shopVault('staging');
    const lines = Object.entries(env).map(([name, value]) => `${name}='${value}'`);
    const cwd = await withFile(lines.join('\n'));
    expect((await cli(['get', 'SECRET_KEY', '--reveal'], { cwd })).stdout).toBe(values['SECRET_KEY']);
    const compared = await cli(['diff', 'staging', 'production'], { cwd });
    expect(compared.exitCode).toBe(1);
    expect(compared.stdout).toContain('only in staging');
    const doctor = await cli(['doctor', '--json'], { cwd });
    expect(doctor.json<Doctor>().checks).toContainEqual(
      expect.objectContaining({ name: 'address', status: 'ok', detail: env['VAULT_ADDR'] }),
    );
  });

  test.each([
    ['9000', '9000'],
    ['', '8000'],
  ])('counts for less than a variable of the process: %j', async (own, told) => {
    const cwd = await withFile('PORT=1\n');
    const env = { APP_ENV: 'production', USE_VAULT: 'false', PORT: own };
    const { stdout } = await cli(['get', 'PORT', '--reveal'], { cwd, env });
    expect(stdout).toBe(told);
    expect((await cli(['explain', 'PORT'], { cwd, env })).stderr).not.toContain('From .env');
  });

  test('is found beside the configuration, wherever the command is called from', async () => {
    const cwd = await project({ 'strongroom.config.ts': configOf('env/local.env') });
    await mkdir(join(cwd, 'env'));
    await writeFile(join(cwd, 'env/local.env'), 'PORT=9000\n');
    await mkdir(join(cwd, 'deep/er'), { recursive: true });
    const env = { USE_VAULT: 'false' };
    const below = await cli(['get', 'PORT', '--reveal'], { cwd: join(cwd, 'deep/er'), env });
    expect(below.stdout).toBe('9000');
    const named = ['get', 'PORT', '--reveal', '--config', join(cwd, 'strongroom.config.ts')];
    expect((await cli(named, { cwd: await project(), env })).stdout).toBe('9000');
  });

  test('goes to a program that is run as far as it is a setting, and no further', async () => {
    const cwd = await withFile(`PORT=9000\nOF_OTHERS=x\nVAULT_TOKEN='${secretOf()}'\nUSE_VAULT=false\n`);
    const names = ['PORT', 'OF_OTHERS', 'VAULT_TOKEN', 'USE_VAULT', 'MINE'];
    const argv = ['run', '--only', 'PORT', '--pass-credentials', '--', ...print(...names)];
    const { stdout } = await cli(argv, { cwd, env: { MINE: 'y' } });
    expect(JSON.parse(stdout)).toEqual(['9000', null, null, null, 'y']);
  });

  test('is no part of the process environment that is read by --from environment', async () => {
    const { env } = await emptyVault();
    const cwd = await withFile(`SECRET_KEY='${secretOf()}'\n`);
    const plan = await cli(['migrate', '--from', 'environment', '--dry-run', '--json'], {
      cwd,
      env: { ...env, DATABASE_URL: secretOf() },
    });
    const { steps } = plan.json<{ plan: { steps: readonly { entry: string; action: string }[] } }>().plan;
    expect(steps.filter(({ action }) => action === 'create').map(({ entry }) => entry)).toEqual([
      'DATABASE_URL',
    ]);
  });
});

describe('a file that is not there', () => {
  test('is as an empty one: it is not committed, and the configuration is', async () => {
    const { env } = await shopVault();
    const cwd = await withFile(undefined);
    expect((await cli(['explain'], { cwd, env })).exitCode).toBe(0);
    const doctor = await cli(['doctor', '--json'], { cwd, env });
    expect(doctor.exitCode).toBe(0);
    expect(doctor.json<Doctor>().checks).toContainEqual(
      expect.objectContaining({
        name: 'env file',
        status: 'ok',
        detail: '.env: is not there, and need not be',
      }),
    );
  });
});

describe('what is wrong with the file', () => {
  test('is told by place and line, and is of the configuration', async () => {
    const { env } = await shopVault();
    const cwd = await withFile(undefined);
    const [first, second] = [secretOf(), secretOf()];
    await writeFile(join(cwd, '.env'), `OF_OTHERS=${first}\nAPI_TOKEN=${second}\xff\n`, 'latin1');
    const { exitCode, stderr, json } = await cli(['explain', '--json'], { cwd, env });
    expect(exitCode).toBe(3);
    expect(stderr).toContain(`${join(cwd, '.env')}:2 is not UTF-8 text`);
    expect(json()).toMatchObject({ error: { code: 'SOURCE_MALFORMED', exitCode: 3 } });
  });

  test('does not keep doctor from looking at the rest', async () => {
    const { env } = await shopVault();
    const cwd = await withFile(undefined);
    await mkdir(join(cwd, '.env'));
    const { exitCode, json } = await cli(['doctor', '--json'], { cwd, env });
    expect(exitCode).toBe(1);
    const { checks } = json<Doctor>();
    const statusOf = (name: string) => checks.find((check) => check.name === name)?.status;
    expect(statusOf('env file')).toBe('failed');
    expect(statusOf('environment')).toBe('skipped');
    expect(statusOf('server')).toBe('ok');
    expect(statusOf('token')).toBe('warning');
    expect(statusOf('settings')).toBe('skipped');
  });

  test('is warned of once, whatever else reads the file', async () => {
    const { env } = await emptyVault();
    const cwd = await withFile(`PORT=1\nPORT=2\nSECRET_KEY='${secretOf()}'\n`);
    const warnings = async (...argv: string[]) =>
      (await cli(argv, { cwd, env })).stderr.split('\n').filter((line) => line.includes('PORT stands on'));
    expect(await warnings('explain', '-e', 'staging')).toHaveLength(1);
    expect(await warnings('doctor')).toHaveLength(1);
    expect(await warnings('migrate', '--dry-run')).toHaveLength(1);
  });
});

test('doctor without a configuration goes by the process', async () => {
  const { env } = await shopVault();
  const cwd = await withFile('VAULT_ADDR=http://127.0.0.1:9\n');
  await rm(join(cwd, 'strongroom.config.ts'));
  const { checks } = (await cli(['doctor', '--json'], { cwd, env })).json<Doctor>();
  expect(checks.map(({ name }) => name)).not.toContain('env file');
  expect(checks).toContainEqual(expect.objectContaining({ name: 'server', status: 'ok' }));
});

test('init has the command read the .env that it was made from', async () => {
  const begin = async (...from: string[]) => {
    const lines = `PORT=8000\nSECRET_KEY='${secretOf()}'\n`;
    const cwd = await project({ '.env': lines, '.env.example': lines });
    for (const file of ['settings.ts', 'strongroom.config.ts']) await rm(join(cwd, file));
    expect((await cli(['init', ...from], { cwd })).exitCode).toBe(0);
    return cli(['explain', '--json'], { cwd, env: { USE_VAULT: 'false' } });
  };
  expect((await begin()).exitCode).toBe(0);
  expect((await begin('--from', '.env.example')).exitCode).toBe(1);
});
