import { describe, expect, test } from 'vitest';
import { project, secretOf, shopVault } from './support/project.js';
import { cli } from './support/run-cli.js';

describe('explain', () => {
  test('says of every setting where it comes from, and never a value', async () => {
    const { env } = await shopVault();
    const cwd = await project();
    const { exitCode, stdout, stderr } = await cli(['explain'], {
      cwd,
      env: { ...env, SECRET_KEY: secretOf() },
    });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('GET');
    const lines = stdout.split('\n').map((line) => line.split(/ {2,}/));
    const database = 'secret/shop/production/database#url';
    expect(lines).toContainEqual(['DATABASE_URL *', 'vault', database, '1', 'ok']);
    expect(lines).toContainEqual(['SECRET_KEY *', 'environment', 'SECRET_KEY, over vault', 'ok']);
    expect(lines).toContainEqual(['PORT', 'defaults', 'default', 'ok']);
  });

  test('asks for each secret once, so that what does not answer is waited for once', async () => {
    const { env } = await shopVault();
    const cwd = await project();
    const { stderr } = await cli(['explain'], { cwd, env });
    const asked = stderr.match(/"[^"]*secret\/data\/shop\/production\/[^"]*"/g) ?? [];
    expect(asked.length).toBeGreaterThan(1);
    expect(asked).toEqual([...new Set(asked)]);
  });

  test('has a stable shape in JSON, and nothing else on standard output', async () => {
    const { env } = await shopVault();
    const cwd = await project();
    const { json } = await cli(['explain', '--json'], { cwd, env });
    expect(json()).toEqual({
      application: 'shop',
      environment: 'production',
      vault: { mode: 'on', reason: 'USE_VAULT=true' },
      settings: expect.arrayContaining([
        {
          name: 'DATABASE_URL',
          kind: 'secret',
          source: 'vault',
          locator: 'secret/shop/production/database#url',
          version: 1,
          readAt: expect.any(Number),
          freshness: 'fresh',
          overrides: [],
          sources: expect.any(Array),
          state: 'ok',
        },
      ]),
    });
  });

  test('goes on where settings are missing, says why, and ends with 1', async () => {
    const { env, server } = await shopVault();
    const cwd = await project();
    server.fail({ path: '/v1/secret/data/shop/production/security', answer: { status: 503 } });
    const { exitCode, stdout } = await cli(['explain'], { cwd, env: { ...env, PORT: 'many' } });
    expect(exitCode).toBe(1);
    const lines = stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(lines).toContainEqual(['SECRET_KEY *', '–', '–', 'missing']);
    expect(lines).toContainEqual(['PORT', 'environment', expect.anything(), 'invalid']);
    expect(stdout).toContain('cannot answer now (503)');
  });

  test('an optional setting is not told to be unset where Vault could not be asked', async () => {
    const { env, server } = await shopVault();
    const cwd = await project();
    server.fail({ path: '/v1/secret/data/shop/production/api', answer: { status: 503 } });
    const { stdout } = await cli(['explain'], { cwd, env });
    const lines = stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(lines).toContainEqual(['API_TOKEN *', '–', '–', 'unset (fallback)']);
    const checked = await cli(['doctor'], { cwd, env });
    expect(checked.stdout).toContain(
      '! setting API_TOKEN: is not set, and need not be; vault could not be asked',
    );
  });

  test('of those that are named it says what every source said, and no other need be there', async () => {
    const { env } = await shopVault();
    const cwd = await project();
    const { exitCode, stdout } = await cli(['explain', 'PORT'], {
      cwd,
      env: { ...env, VAULT_ADDR: 'http://127.0.0.1:9' },
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('environment: absent');
    expect(stdout).not.toContain('DATABASE_URL');
  });

  test('a name that is nearly one of a setting is told, and is of the usage', async () => {
    const cwd = await project();
    const { exitCode, stderr } = await cli(['explain', 'DATABASE_ULR'], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Was it meant to be DATABASE_URL?');
  });

  test('says that an application would not ask Vault', async () => {
    const { env } = await shopVault();
    const cwd = await project();
    const { USE_VAULT, ...others } = env;
    const { stderr, stdout } = await cli(['explain'], { cwd, env: others });
    expect(USE_VAULT).toBe('true');
    expect(stderr).toContain('USE_VAULT is not set: an application would not ask Vault');
    expect(stdout).toContain('vault');
    const off = await cli(['explain'], { cwd, env: { ...others, USE_VAULT: 'false' } });
    expect(off.exitCode).toBe(1);
    expect(off.stderr).not.toContain('an application would not');
  });
});
