import { describe, expect, test } from 'vitest';
import { project, shopVault } from './support/project.js';
import { cli } from './support/run-cli.js';

describe('get', () => {
  test('says where a setting lies, and not what it is', async () => {
    const { env } = await shopVault();
    const cwd = await project();
    const { exitCode, stdout, stderr } = await cli(['get', 'SECRET_KEY'], { cwd, env });
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      'SECRET_KEY comes from vault: secret/shop/production/security#secret_key, version 1\n',
    );
    expect(stderr).toContain('--reveal');
  });

  test('--reveal prints the very value to a pipe, and a line with it to a terminal', async () => {
    const { env, values } = await shopVault();
    const cwd = await project();
    expect((await cli(['get', 'SECRET_KEY', '--reveal'], { cwd, env })).stdout).toBe(values['SECRET_KEY']);
    const shown = await cli(['get', 'SECRET_KEY', '--reveal'], { cwd, env, terminal: true });
    expect(shown.stdout).toBe(`${values['SECRET_KEY']}\n`);
    expect((await cli(['get', 'SECRET_KEY', '--reveal', '--json'], { cwd, env })).json()).toMatchObject({
      name: 'SECRET_KEY',
      value: values['SECRET_KEY'],
    });
  });

  test('needs no other setting, and says when an optional one is not set', async () => {
    const cwd = await project();
    const env = { APP_ENV: 'production', USE_VAULT: 'false' };
    const { exitCode, stdout } = await cli(['get', 'API_TOKEN'], { cwd, env });
    expect(exitCode).toBe(1);
    expect(stdout).toBe('API_TOKEN is not set, and need not be\n');
    expect((await cli(['get', 'PORT', '--reveal'], { cwd, env })).stdout).toBe('8000');
  });

  test.each([
    ['a wrong token', 5, 'denied: Vault at', { VAULT_TOKEN: 'wrong' }],
    ['a dead Vault', 4, '127.0.0.1:9', { VAULT_ADDR: 'http://127.0.0.1:9' }],
    ['an address that is none', 3, 'VAULT_ADDR', { VAULT_ADDR: 'nonsense:' }],
    ['an environment that there is not', 3, 'is no environment of shop', { APP_ENV: 'prod' }],
  ])('tells %s by its exit code and its words', async (_, code, words, wrong) => {
    const { env } = await shopVault();
    const cwd = await project();
    const { exitCode, stderr, stdout } = await cli(['get', 'SECRET_KEY'], { cwd, env: { ...env, ...wrong } });
    expect(stderr).toContain(words);
    expect(exitCode).toBe(code);
    expect(stdout).toBe('');
    const asJson = await cli(['get', 'SECRET_KEY', '--json'], { cwd, env: { ...env, ...wrong } });
    expect(asJson.json()).toEqual({
      error: {
        code: expect.any(String),
        message: expect.stringContaining(words),
        remedies: expect.any(Array),
        exitCode: code,
      },
    });
  });
});
