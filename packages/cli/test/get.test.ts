import { describe, expect, test } from 'vitest';
import { project, shopVault, wordsModule } from './support/project.js';
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
    const revealed = await cli(['get', 'API_TOKEN', '--reveal'], { cwd, env });
    expect(revealed).toMatchObject({ exitCode: 1, stdout: '' });
    expect(revealed.stderr).toContain('API_TOKEN is not set, and need not be');
    expect((await cli(['get', 'PORT', '--reveal'], { cwd, env })).stdout).toBe('8000');
  });

  test('--reveal prints what the source wrote, and says so where there is only a default that nobody could write', async () => {
    const { env } = await shopVault();
    const cwd = await project({ 'settings.ts': wordsModule });
    const variables = { ...env, WORDS: 'a b', RATIO: '1.50' };
    const reveal = (name: string) => cli(['get', name, '--reveal'], { cwd, env: variables });
    expect((await reveal('WORDS')).stdout).toBe('a b');
    expect((await reveal('RATIO')).stdout).toBe('1.50');
    expect((await reveal('SINCE')).stdout).toBe('2030-01-02T03:04:05.000Z');
    const { exitCode, stdout, stderr } = await reveal('OTHER_WORDS');
    expect(exitCode).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toContain('OTHER_WORDS has its default, and there is no text');
    expect(stderr).toContain('Look it up where OTHER_WORDS is declared.');
    const where = await cli(['get', 'OTHER_WORDS'], { cwd, env: variables });
    expect(where).toMatchObject({ exitCode: 0, stdout: 'OTHER_WORDS comes from defaults: default\n' });
  });

  test.each([
    ['a wrong token', 5, 'denied: Vault at', { VAULT_TOKEN: 'wrong' }],
    ['a dead Vault', 4, '127.0.0.1:9', { VAULT_ADDR: 'http://127.0.0.1:9' }],
    ['an address that is none', 3, 'VAULT_ADDR', { VAULT_ADDR: 'nonsense:' }],
    ['an environment that there is not', 3, 'is no environment of shop', { APP_ENV: 'prod' }],
  ])('tells %s by its exit code and its words', async (_, code, words, wrong) => {
    const { env } = await shopVault();
    const cwd = await project();
    // An optional one that Vault may have is not taken for one that is not set.
    expect((await cli(['get', 'API_TOKEN', '--reveal'], { cwd, env: { ...env, ...wrong } })).exitCode).toBe(
      code,
    );
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
