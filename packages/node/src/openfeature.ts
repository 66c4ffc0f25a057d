import { type Client, ErrorCode, ProviderEvents } from '@openfeature/server-sdk';
import { StrongroomError } from '@strongroom/core';
import type { DecideVaultMode } from './rollout.js';
import type { VaultMode } from './use-vault.js';

/**
 * Lets a feature flag decide whether Vault is used: a text `on`, `shadow` or `off`, or a boolean. The evaluation
 * context is `application`, `environment` and `instance`, which is also the targeting key. A provider that is not
 * ready yet is waited for as long as the decision may take.
 *
 * @param client of the OpenFeature SDK
 * @param flag the flag's key
 * @returns for the option `vaultMode`; it rejects, so that the variable decides, where the flag is not found or
 *   disabled, or its provider fails
 * @example
 * await loadSettings(definition, { vaultMode: vaultModeFromFlag(OpenFeature.getClient(), 'use-vault') });
 */
export function vaultModeFromFlag(client: Client, flag: string): DecideVaultMode {
  return async ({ application, environment, instance, signal }) => {
    const context = { targetingKey: instance, application, environment, instance };
    const evaluate = async () => {
      const text = await client.getStringDetails(flag, '', context);
      return text.errorCode === ErrorCode.TYPE_MISMATCH
        ? client.getBooleanDetails(flag, false, context)
        : text;
    };
    let details = await evaluate();
    if (details.errorCode === ErrorCode.PROVIDER_NOT_READY) {
      await ready(client, signal);
      details = await evaluate();
    }
    // Not the provider's own words: nobody knows what they quote.
    if (details.errorCode !== undefined) throw undecided(flag, details.errorCode);
    if (details.reason === 'DISABLED') throw undecided(flag, 'the flag is disabled');
    const { value } = details;
    if (typeof value === 'boolean' || isMode(value)) return value;
    throw undecided(flag, 'its value is none of on, shadow and off');
  };
}

const isMode = (value: string): value is VaultMode => ['on', 'shadow', 'off'].includes(value);

const undecided = (flag: string, why: string): StrongroomError =>
  new StrongroomError('SOURCE_UNAVAILABLE', `the feature flag ${JSON.stringify(flag)} did not say: ${why}`);

async function ready(client: Client, signal: AbortSignal): Promise<void> {
  const controller = new AbortController();
  await new Promise<void>((resolve) => {
    const settled = () => resolve();
    signal.addEventListener('abort', settled, { once: true });
    for (const event of [ProviderEvents.Ready, ProviderEvents.Error] as const) {
      client.addHandler(event, settled, { signal: controller.signal });
    }
  });
  controller.abort();
}
