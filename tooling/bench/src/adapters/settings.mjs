import { createResolver, defineSettings, environmentSource, secret } from '@strongroom/core';

const definition = defineSettings({
  application: 'bench',
  environments: ['production'],
  settings: { GREETING: secret('greeting/text') },
});

/** What a hand-written middleware or decorator gives each request. */
export const constant = Object.freeze({ GREETING: 'hello' });

export const makeResolver = () =>
  createResolver(definition, {
    environment: 'production',
    sources: [environmentSource({ ...constant })],
  });

/** What asking Vault in each request takes. */
export async function askingVault() {
  const { default: nodeVault } = await import('node-vault');
  const vault = nodeVault({ endpoint: process.env.VAULT_ADDR, token: 'dev-only-token' });
  return async () => {
    await vault.read('secret/data/bench/production/greeting');
    return constant;
  };
}
