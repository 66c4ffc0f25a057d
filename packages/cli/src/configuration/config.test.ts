import { defineSettings, secret } from '@strongroom/core';
import { expect, test } from 'vitest';
import { defineConfig, type StrongroomConfig } from './config.js';
import { connectVault, sourceOptionsOf, variablesWith, vaultConfigOf } from './wiring.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['staging', 'production'],
  settings: { TOKEN: secret('api/token') },
});

test('a misspelt environment or option does not compile', () => {
  const config = defineConfig({
    definition,
    vault: { mount: 'secret' },
    environments: { production: { address: 'https://vault.example.com', mount: 'kv' } },
  });
  expect(config.environments?.production?.mount).toBe('kv');
  // @ts-expect-error the definition has no such environment
  defineConfig({ definition, environments: { prod: {} } });
  // @ts-expect-error there is no such option
  defineConfig({ definition, vault: { adress: 'https://vault.example.com' } });
  // @ts-expect-error a definition is made by defineSettings
  defineConfig({ definition: {} });
});

test('what is said of an environment wins over what is said of all, and both over the variables', () => {
  const config: StrongroomConfig = {
    definition,
    vault: { address: 'https://one.example.com', namespace: 'team', mount: 'kv' },
    environments: {
      production: { address: ['https://a.example.com', 'https://b.example.com'], tokenFile: '/run/token' },
    },
  };
  const env = {
    VAULT_URL: 'https://other.example.com',
    BAO_ADDR: 'https://bao.example.com',
    VAULT_TOKEN: 'x',
    PATH: '/bin',
  };
  const said = vaultConfigOf(config, 'production');
  expect(variablesWith(env, said)).toEqual({
    VAULT_ADDR: 'https://a.example.com,https://b.example.com',
    VAULT_NAMESPACE: 'team',
    VAULT_TOKEN_FILE: '/run/token',
    PATH: '/bin',
  });
  expect(sourceOptionsOf(said)).toEqual({ mount: 'kv' });
  expect(variablesWith(env, vaultConfigOf({ definition }, 'production'))).toEqual(env);
  expect(env.VAULT_TOKEN).toBe('x');
});

test('a client goes by both, and all that is wrong is told at once', async () => {
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const clock = { now: () => 0, after: () => () => undefined };
  const env = {
    VAULT_ADDR: 'http://127.0.0.1:8200',
    VAULT_TOKEN: 'x',
    STRONGROOM_VAULT_MOUNT: 'team/kv',
    STRONGROOM_VAULT_MARKER: 'true',
  };
  const one = await connectVault(env, {}, { logger, clock });
  expect(one.placement).toEqual({ mount: 'team/kv', marker: true });
  expect(one.vault.address).toBe('http://127.0.0.1:8200');
  await one.vault.close();
  const other = await connectVault(
    env,
    { mount: 'kv', layout: 'leaf', address: 'https://vault.example.com' },
    { logger, clock },
  );
  expect(other.placement).toEqual({ mount: 'kv', layout: 'leaf', marker: true });
  expect(other.vault.address).toBe('https://vault.example.com');
  await other.vault.close();
  const wrong = connectVault(
    { ...env, VAULT_ADDR: 'nonsense:', VAULT_MAX_RETRIES: 'many' },
    {},
    { logger, clock },
  );
  await expect(wrong).rejects.toMatchObject({
    problems: [{ name: 'VAULT_ADDR' }, { name: 'VAULT_MAX_RETRIES' }],
  });
});
