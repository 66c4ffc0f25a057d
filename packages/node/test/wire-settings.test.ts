import { defineSettings, isConfigurationError, isStrongroomError, secret } from '@strongroom/core';
import { startDevServer } from '@strongroom/dev-server';
import { expect, test } from 'vitest';
import { wireSettings } from '../src/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['development', 'production'],
  settings: { TOKEN: secret('api/token'), OTHER: secret('api/other') },
});

test('contacts nothing, and can be asked where everything comes from although a load would fail', async () => {
  const server = await startDevServer({ seed: { 'shop/production/api': { token: 'a-token' } } });
  const settings = await wireSettings(definition, {
    environment: 'production',
    variables: { USE_VAULT: 'true', VAULT_ADDR: server.address, VAULT_TOKEN: server.rootToken },
  });
  try {
    expect(server.requests).toHaveLength(0);
    expect(settings.rollout.mode).toBe('on');
    expect(settings.state.status).toBe('new');
    const explained = await settings.survey();
    expect(explained.map(({ name, source }) => [name, source])).toEqual([
      ['TOKEN', 'vault'],
      ['OTHER', undefined],
    ]);
    expect(await settings.load().catch((error: unknown) => isConfigurationError(error))).toBe(true);
    expect(await settings.survey()).toHaveLength(2);
  } finally {
    await settings.close();
    await server.close();
  }
});

test('refuses what there is not, under its own name', async () => {
  const mistyped = { variabels: {} };
  const refused = await wireSettings(definition, mistyped as object).catch((error: unknown) => error);
  expect(isStrongroomError(refused, 'DEFINITION_INVALID')).toBe(true);
  expect(String(refused)).toContain(
    'variabels is no option of wireSettings(). Was it meant to be variables?',
  );
});
