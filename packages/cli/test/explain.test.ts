import { describe, expect, test } from 'vitest';
import { project, secretOf, shopVault } from './support/project.js';
import { cli } from './support/run-cli.js';

describe('explain', () => {
  test('says of every setting where it comes from, and never a value', async () => {
    const { env, server } = await shopVault();
    const override = secretOf();
    const cwd = await project();
    const { exitCode, stdout, stderr } = await cli(['explain'], {
      cwd,
      env: { ...env, SECRET_KEY: override },
    });
    expect(stderr).toContain('GET');
    expect(exitCode).toBe(0);
    const lines = stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(lines).toContainEqual([
      'DATABASE_URL *',
      'vault',
      expect.stringContaining('database#url'),
      '1',
      'ok',
    ]);
    expect(lines).toContainEqual(['SECRET_KEY *', 'environment', 'SECRET_KEY, over vault', 'ok']);
    expect(lines).toContainEqual(['PORT', 'defaults', expect.anything(), 'ok']);
    expect(stdout).not.toContain(server.rootToken);
  });
});
