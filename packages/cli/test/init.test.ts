import { execFileSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyVault, project, secretOf } from './support/project.js';
import { cli } from './support/run-cli.js';

const dotenv = (): string => `# shop
DATABASE_URL="postgresql://shop:pw@localhost/shop"
REDIS_URL=redis://localhost:6379/1
SECRET_KEY='${secretOf()}'
FIRECRAWL_API_KEY='${secretOf()}'
PORT=8000
RATIO=0.5
DEBUG=false
SENTRY_DSN=
GREETING='hello'
my.token='${secretOf()}'
`;

/** A project in which nothing was begun. */
async function bare(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const cwd = await project({ '.env': dotenv(), ...files });
  await rm(join(cwd, 'settings.ts'));
  await rm(join(cwd, 'strongroom.config.ts'));
  return cwd;
}

describe('init', () => {
  test('begins from what is hard-coded, where there is no configuration yet, and a migration moves all of it', async () => {
    const values = [secretOf(), secretOf(), secretOf()];
    const cwd = await bare({
      'mail.py': `SMTP_PASSWORD = '${values[0]}'\nsmtp_password = '${values[1]}'\n`,
      'old.py': `SMTP_PASSWORD = '${values[2]}'\n`,
      'package.json': '{"name": "shop"}',
    });
    await rm(join(cwd, '.env'));
    const { exitCode, stdout } = await cli(['init', '--from', 'audit'], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/SMTP_PASSWORD +secret +smtp\/password/);
    const { env, server } = await emptyVault();
    expect((await cli(['migrate', '--from', 'audit', '--yes'], { cwd, env })).exitCode).toBe(0);
    const answer = await fetch(`${server.address}/v1/secret/data/shop/production/smtp`, {
      headers: { 'X-Vault-Token': server.rootToken },
    });
    const { data } = (await answer.json()) as { readonly data: { readonly data: object } };
    expect(Object.values(data.data).sort()).toEqual([...values].sort());
  });

  const manifest = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'shop' },
    data: { DB_PASSWORD: Buffer.from('postgres://u:pw@h').toString('base64') },
  };
  const yaml = `kind: Secret # of the shop\nmetadata: {name: shop}\ndata: {DB_PASSWORD: ${manifest.data.DB_PASSWORD}}\n`;
  test.each([
    ['as programs write it', 'secret.json', JSON.stringify(manifest)],
    [
      'in lines',
      'secret.json',
      JSON.stringify({ kind: 'List', items: [manifest], apiVersion: 'v1' }, null, 2),
    ],
    ['with a comment', 'secret.yaml', `apiVersion: v1\n${yaml}`],
    ['with a byte order mark', 'secret.yml', `\ufeffapiVersion: v1\n${yaml}`],
    ['in braces', 'secret.yaml', JSON.stringify(manifest).replaceAll('"', '').replaceAll(':', ': ')],
  ])('knows a Secret of Kubernetes %s, whose values are in base64', async (_, name, text) => {
    const cwd = await bare({ [name]: text });
    const { exitCode, json } = await cli(['init', '--from', name, '--json'], { cwd });
    expect(exitCode).toBe(0);
    expect(json()).toMatchObject({ settings: [{ name: 'DB_PASSWORD', kind: 'secret', form: 'url' }] });
  });

  test('writes a definition and a configuration that work at once, and no value', async () => {
    const cwd = await bare({
      'package.json': '{"name": "@acme/shop", "type": "module"}',
      'tsconfig.json': '{}',
    });
    const { exitCode, stdout } = await cli(['init'], { cwd });
    expect(exitCode).toBe(0);
    const definition = await readFile(join(cwd, 'settings.ts'), 'utf8');
    expect(definition).toContain("application: 'shop'");
    expect(definition).toContain(`    DATABASE_URL: secret('database/url', z.url()),
    REDIS_URL: secret('redis/url', z.url()),
    SECRET_KEY: secret('security/secret_key'),
    FIRECRAWL_API_KEY: secret('api_keys/firecrawl_api_key'),
    PORT: plain(z.int()),
    RATIO: plain(z.number()),
    DEBUG: plain(z.boolean()),
    SENTRY_DSN: secret('sentry/dsn', z.string().optional()),
    GREETING: plain(),
    MY_TOKEN: secret('my/token'),
`);
    for (const value of ['8000', '0.5', 'hello', ':pw@']) expect(definition).not.toContain(value);
    expect(stdout).toMatch(/SECRET_KEY +secret +security\/secret_key +text +/);
    const env = {
      USE_VAULT: 'false',
      DATABASE_URL: 'postgresql://x/y',
      REDIS_URL: 'redis://x',
      SECRET_KEY: 'x',
      FIRECRAWL_API_KEY: 'x',
    };
    const all = { ...env, PORT: '1', RATIO: '1', DEBUG: 'no', GREETING: 'x', MY_TOKEN: 'x' };
    expect((await cli(['explain'], { cwd, env: all })).exitCode).toBe(0);
  });

  test('without TypeScript it is JavaScript that the application can load', async () => {
    const cwd = await bare();
    const { exitCode } = await cli(
      ['init', '--application', 'other', '--environments', 'development,production'],
      { cwd },
    );
    expect(exitCode).toBe(0);
    const print = `import('./strongroom.config.mjs').then(({ default: { definition } }) => console.log(JSON.stringify([definition.application, definition.environments])))`;
    const printed = execFileSync(process.execPath, ['-e', print], { cwd, encoding: 'utf8' });
    expect(JSON.parse(printed)).toEqual(['other', ['development', 'production']]);
  });

  test('replaces nothing, and writes nothing where it cannot write all', async () => {
    const cwd = await bare();
    await writeFile(join(cwd, 'strongroom.config.mjs'), 'mine');
    const { exitCode, stderr } = await cli(['init'], { cwd });
    expect(exitCode).toBe(6);
    expect(stderr).toContain('is there already, and is left as it is');
    expect(await readFile(join(cwd, 'strongroom.config.mjs'), 'utf8')).toBe('mine');
    await expect(readFile(join(cwd, 'settings.mjs'))).rejects.toThrow('ENOENT');
  });

  test.each([
    ['--application=a/b', '"a/b" cannot be part of a path'],
    ['--application=', '"" cannot be part of a path'],
    ['--environments=a/b,c', '"a/b" cannot be part of a path'],
    ['--environments=', 'names no environment'],
  ])('with %s writes nothing that could not be loaded', async (option, words) => {
    const cwd = await bare();
    const { exitCode, stderr } = await cli(['init', option], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(words);
    await expect(readFile(join(cwd, 'settings.mjs'))).rejects.toThrow('ENOENT');
  });

  test('takes nothing for a setting that Vault is logged in to with', async () => {
    const cwd = await bare({ '.env': `VAULT_TOKEN='${secretOf()}'\nAPI_TOKEN='${secretOf()}'\n` });
    const { exitCode, stderr } = await cli(['init'], { cwd });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('No settings, for with them Vault is logged in to: VAULT_TOKEN.');
    const definition = await readFile(join(cwd, 'settings.mjs'), 'utf8');
    expect(definition).toContain('API_TOKEN: secret(');
    expect(definition).not.toContain('VAULT_TOKEN');
  });

  test('says when there is nothing to begin with', async () => {
    const cwd = await bare({ '.env.empty': '# nothing\n' });
    expect((await cli(['init', '--from', '.env.empty'], { cwd })).exitCode).toBe(3);
    expect((await cli(['init', '--from', 'no.env'], { cwd })).exitCode).toBe(7);
  });

  test('has a stable shape in JSON', async () => {
    const cwd = await bare();
    const { json } = await cli(['init', '--json', '--application', 'shop'], { cwd });
    expect(json()).toEqual({
      application: 'shop',
      environments: ['development', 'staging', 'production'],
      files: [join(cwd, 'settings.mjs'), join(cwd, 'strongroom.config.mjs')],
      settings: expect.arrayContaining([
        {
          name: 'SECRET_KEY',
          kind: 'secret',
          place: 'security/secret_key',
          form: 'text',
          why: expect.any(String),
        },
        { name: 'PORT', kind: 'plain', place: null, form: 'integer', why: expect.any(String) },
      ]),
    });
  });
});
