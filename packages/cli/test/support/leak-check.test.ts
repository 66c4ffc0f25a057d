import { canarySecret } from '@strongroom/core/testing';
import { expect, test } from 'vitest';
import { forget, leaks, looked, remember, secretValue } from './leak-check.js';
import { project } from './project.js';
import { cli } from './run-cli.js';

test('the search finds a secret that was printed on either stream, in whole or in part, and says by which command', () => {
  const secret = secretValue(canarySecret());
  const shown = { argv: ['explain'], stdout: '', stderr: '', reveals: false };
  remember(shown);
  expect(leaks()).toEqual([]);
  remember({ ...shown, stdout: `value ${secret.slice(2, 14)}` });
  remember({ ...shown, stderr: Buffer.from(secret).toString('base64') });
  remember({ ...shown, stdout: secret, reveals: true });
  remember({ ...shown, stderr: secret, reveals: true });
  expect(leaks()).toHaveLength(3);
  expect(leaks()[0]).toMatch(/^strongroom explain: /);
  expect(leaks().join()).not.toContain(secret);
  forget();
});

test('the search looks at what commands print, and debug is on', async () => {
  secretValue(canarySecret());
  const before = looked();
  const { stderr } = await cli(['explain'], {
    cwd: await project(),
    env: { USE_VAULT: 'false', APP_ENV: 'nowhere' },
  });
  expect(stderr).toContain('    at ');
  expect(looked()).toEqual({ outputs: before.outputs + 1, secrets: before.secrets });
});
