import {
  type Client,
  InMemoryProvider,
  OpenFeature,
  type Provider,
  ProviderEvents,
  ProviderStatus,
} from '@openfeature/server-sdk';
import { defineSettings, type Logger, secret } from '@strongroom/core';
import { canarySecret, expectNoCanary, ManualClock } from '@strongroom/core/testing';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { loadSettings } from '../src/index.js';
import { vaultModeFromFlag } from '../src/openfeature.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: { TOKEN: secret('api/token', z.string()) },
});
const variables = {
  APP_ENV: 'production',
  USE_VAULT: 'shadow',
  TOKEN: 'a-token',
  VAULT_ADDR: 'http://127.0.0.1:9',
  VAULT_TOKEN: 'unused',
  VAULT_MAX_RETRIES: '0',
};
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

afterEach(() => OpenFeature.clearProviders());

let domains = 0;
/** A client of a domain of its own. */
async function clientOf(provider: Provider): Promise<Client> {
  domains += 1;
  await OpenFeature.setProviderAndWait(`test-${domains}`, provider).catch(() => undefined);
  return OpenFeature.getClient(`test-${domains}`);
}

const flags = (value: string | boolean, more: object = {}) => ({
  'use-vault': {
    variants: { one: value } as Record<string, string> | Record<string, boolean>,
    defaultVariant: 'one',
    disabled: false,
    ...more,
  },
});

async function rolloutBy(client: Client, flag = 'use-vault') {
  const vaultMode = vaultModeFromFlag(client, flag);
  await using settings = await loadSettings(definition, {
    variables,
    logger: silent,
    vaultMode,
    instance: 'web-1',
  });
  return settings.rollout;
}

const fallback = (why: string) => ({
  source: 'vault',
  mode: 'shadow',
  decidedBy: 'variable',
  reason: `USE_VAULT=shadow; vaultMode did not decide: the feature flag "use-vault" did not say: ${why}`,
  instance: 'web-1',
});

describe('a flag decides', () => {
  test.each([
    ['on', 'on'],
    ['shadow', 'shadow'],
    ['off', 'off'],
    [true, 'on'],
    [false, 'off'],
  ] as const)('by %j', async (value, mode) => {
    const client = await clientOf(new InMemoryProvider(flags(value) as never));
    expect(await rolloutBy(client)).toMatchObject({ mode, decidedBy: 'function', instance: 'web-1' });
  });

  test('by who asks: application, environment and instance', async () => {
    const contexts: unknown[] = [];
    const provider = new InMemoryProvider({
      'use-vault': {
        variants: { on: 'on', off: 'off' },
        defaultVariant: 'off',
        disabled: false,
        contextEvaluator: (context: { readonly instance?: unknown }) => {
          contexts.push(context);
          return context.instance === 'web-1' ? 'on' : 'off';
        },
      },
    } as never);
    const client = await clientOf(provider);
    expect(await rolloutBy(client)).toMatchObject({ mode: 'on' });
    expect(contexts).toEqual([
      { targetingKey: 'web-1', application: 'shop', environment: 'production', instance: 'web-1' },
    ]);
  });

  test('when its provider is ready', async () => {
    const memory = new InMemoryProvider(flags('on') as never);
    let begin = () => {};
    const provider: Provider = {
      metadata: { name: 'slow' },
      initialize: () =>
        new Promise((resolve) => {
          begin = resolve;
        }),
      resolveStringEvaluation: (...asked) => memory.resolveStringEvaluation(...asked),
      resolveBooleanEvaluation: (...asked) => memory.resolveBooleanEvaluation(...asked),
      resolveNumberEvaluation: (...asked) => memory.resolveNumberEvaluation(...asked),
      resolveObjectEvaluation: (...asked) => memory.resolveObjectEvaluation(...asked),
    };
    OpenFeature.setProvider('slow', provider);
    const client = OpenFeature.getClient('slow');
    expect(client.providerStatus).toBe(ProviderStatus.NOT_READY);
    const rollout = rolloutBy(client);
    await new Promise((resolve) => setImmediate(resolve));
    begin();
    expect(await rollout).toMatchObject({ mode: 'on', decidedBy: 'function' });
    expect(client.getHandlers(ProviderEvents.Ready)).toEqual([]);
  });
});

describe('the variable decides', () => {
  test.each([
    ['there is no such flag', {}, 'FLAG_NOT_FOUND'],
    ['the flag says something else', flags('perhaps'), 'its value is none of on, shadow and off'],
    ['the flag is disabled', flags('on', { disabled: true }), 'the flag is disabled'],
    ['a flag of booleans is disabled', flags(true, { disabled: true }), 'the flag is disabled'],
  ])('when %s', async (_, configuration, why) => {
    const client = await clientOf(new InMemoryProvider(configuration as never));
    expect(await rolloutBy(client)).toEqual(fallback(why));
  });

  test('when the provider fails, whose words go nowhere', async () => {
    const canary = canarySecret();
    const failing = new InMemoryProvider(flags('on') as never);
    failing.resolveStringEvaluation = async () => {
      throw new Error(canary);
    };
    const rollout = await rolloutBy(await clientOf(failing));
    expect(rollout).toEqual(fallback('GENERAL'));
    expectNoCanary(canary, rollout);
  });

  test('when the provider cannot begin', async () => {
    const broken = new InMemoryProvider(flags('on') as never);
    Object.assign(broken, { initialize: () => Promise.reject(new Error('no')) });
    const client = await clientOf(broken);
    expect(client.providerStatus).toBe(ProviderStatus.ERROR);
    // A provider that failed to begin may know its flags nevertheless: the SDK asks it.
    expect(await rolloutBy(client)).toMatchObject({ decidedBy: 'function', mode: 'on' });
  });

  test('when the provider is not ready in time, and nothing stays behind', async () => {
    const hanging = new InMemoryProvider(flags('on') as never);
    Object.assign(hanging, { initialize: () => new Promise(() => {}) });
    OpenFeature.setProvider('hanging', hanging);
    const client = OpenFeature.getClient('hanging');
    const clock = new ManualClock();
    const options = { variables, logger: silent, vaultMode: vaultModeFromFlag(client, 'use-vault'), clock };
    const loaded = loadSettings(definition, options);
    while (client.getHandlers(ProviderEvents.Ready).length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    clock.advance(2_000);
    await using settings = await loaded;
    expect(settings.rollout).toMatchObject({
      mode: 'shadow',
      reason: 'USE_VAULT=shadow; vaultMode did not decide: no answer within 2 s',
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(client.getHandlers(ProviderEvents.Ready)).toEqual([]);
    expect(client.getHandlers(ProviderEvents.Error)).toEqual([]);
  });
});
