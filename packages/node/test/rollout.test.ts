import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { hostname } from 'node:os';
import { defineSettings, type Logger, type Resolver, type RolloutDecision, secret } from '@strongroom/core';
import type { ShadowReport } from '@strongroom/core/shadow';
import { canarySecret, expectNoCanary, ManualClock } from '@strongroom/core/testing';
import { afterEach, describe, expect, expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import {
  type DecideVaultMode,
  type LoadedSettings,
  type LoadSettingsOptions,
  loadSettings,
} from '../src/index.js';

const definitionOf = (application: string) =>
  defineSettings({
    application,
    environments: ['production'],
    settings: { TOKEN: secret('api/token', z.string().optional()) },
  });
// In the environment, so that no Vault need be there for it to be on.
const served = {
  APP_ENV: 'production',
  TOKEN: 'a-token',
  VAULT_ADDR: 'http://127.0.0.1:9',
  VAULT_TOKEN: 'unused',
  VAULT_MAX_RETRIES: '0',
};
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const settings of opened.splice(0)) await settings.close();
});

async function load(
  more: Readonly<Record<string, string>>,
  options: LoadSettingsOptions<'production'> = {},
  application = 'shop',
): Promise<LoadedSettings<ReturnType<typeof definitionOf>['settings']>> {
  const variables = { ...served, ...more };
  const settings = await loadSettings(definitionOf(application), { variables, logger: silent, ...options });
  opened.push(settings);
  return settings;
}

async function modeOf(
  share: string,
  instance: string,
  application = 'shop',
): Promise<RolloutDecision['mode']> {
  return (await load({ USE_VAULT: share }, { instance }, application)).rollout.mode;
}

describe('a share of the instances', () => {
  test('is on for whoever stands below it, and in shadow for the others', async () => {
    // web-1 of shop stands at 9.119, and that of bank at 64.38.
    expect(await modeOf('25%', 'web-1')).toBe('on');
    expect(await modeOf('25%', 'web-1', 'bank')).toBe('shadow');
    expect(await modeOf('9%', 'web-1')).toBe('shadow');
    expect(await modeOf('9.11%', 'web-1')).toBe('shadow');
    expect(await modeOf(' 9.12%', 'web-1')).toBe('on');
    expect(await modeOf('0%', 'web-1')).toBe('shadow');
    expect(await modeOf('100.0%', 'web-1')).toBe('on');
  });

  test('is of the instance that is given, or named by a variable, or of the host', async () => {
    const instanceFor = async (variables: Record<string, string>, instance?: string) =>
      (await load({ USE_VAULT: '50%', ...variables }, instance === undefined ? {} : { instance })).rollout
        .instance;
    const named = { STRONGROOM_INSTANCE_ID: 'by-id', HOSTNAME: 'by-hostname' };
    expect(await instanceFor(named, 'by-option')).toBe('by-option');
    expect(await instanceFor(named)).toBe('by-id');
    expect(await instanceFor({ ...named, STRONGROOM_INSTANCE_ID: '' })).toBe('by-hostname');
    expect(await instanceFor({})).toBe(hostname());
  });

  test('is seen in provenance where Vault is not used, with where the instance stands', async () => {
    const { rollout } = await load({ USE_VAULT: '0.5%' }, { instance: 'web-1' });
    expect(rollout).toEqual({
      source: 'vault',
      mode: 'shadow',
      decidedBy: 'share',
      reason: expect.stringMatching(/^USE_VAULT=0\.5%, and web-1 stands at \d+\.\d\d$/) as string,
      instance: 'web-1',
    });
    const settings = await load({ USE_VAULT: '0.5%', TOKEN: '' }, { instance: 'web-1' });
    expect(settings.explain()[0]?.sources).toContainEqual({
      source: 'vault',
      outcome: 'absent',
      reason: `shadow: compared, not used (${rollout.reason})`,
    });
    expect(settings.shadow).toMatchObject({ source: 'vault' });
    const on = await load({ USE_VAULT: '100%' }, { instance: 'web-1' });
    expect(on.shadow).toBeUndefined();
  });

  test.each(['101%', '-1%', '25 %', '25', '%', '1e1%', '0x10%', '25%%', '.5%', '5.%', 'shadows', 'on'])(
    'USE_VAULT=%s is refused, with what it may be',
    async (USE_VAULT) => {
      await expect(load({ USE_VAULT })).rejects.toMatchObject({
        code: 'SETTINGS_INVALID',
        problems: [
          expect.objectContaining({
            name: 'USE_VAULT',
            hints: [expect.stringMatching(/true or false.*shadow.*from 0% to 100% and without a space/)],
          }),
        ],
      });
    },
  );
});

describe('the decision', () => {
  test('is told by the event, the channel and the logger', async () => {
    const told: unknown[] = [];
    const listener = (message: unknown) => told.push(message);
    const lines: string[] = [];
    subscribe('strongroom:rollout', listener);
    try {
      const logger = { ...silent, info: (_: object, line: string) => lines.push(line) };
      const settings = await load({ USE_VAULT: '0%' }, { instance: 'web-1', logger });
      const [decision] = await new Promise<[RolloutDecision]>((resolve) =>
        settings.events.once('rollout', (...details) => resolve(details)),
      );
      expect(decision).toBe(settings.rollout);
      expect(told).toEqual([{ application: 'shop', environment: 'production', details: [decision] }]);
      expect(lines[0]).toBe(`Vault is only compared: ${decision.reason}`);
    } finally {
      unsubscribe('strongroom:rollout', listener);
    }
  });

  test.each([
    [{}, 'off', 'USE_VAULT is not set'],
    [{ USE_VAULT: 'No' }, 'off', 'USE_VAULT=No'],
    [{ USE_VAULT: ' yes ' }, 'on', 'USE_VAULT=yes'],
  ])('is plain for %j', async (variables, mode, reason) => {
    const settings = await load(variables as Record<string, string>);
    expect(settings.rollout).toEqual({ source: 'vault', mode, decidedBy: 'variable', reason });
  });
});

describe('a function that decides', () => {
  test.each([
    ['on', 'on'],
    ['shadow', 'shadow'],
    ['off', 'off'],
    [true, 'on'],
    [false, 'off'],
  ] as const)('by %j', async (said, mode) => {
    const contexts: unknown[] = [];
    const vaultMode: DecideVaultMode = async ({ signal, ...context }) => {
      contexts.push(context);
      expect(signal.aborted).toBe(false);
      return said;
    };
    const settings = await load({ USE_VAULT: '50%' }, { vaultMode, instance: 'web-1' });
    expect(settings.rollout).toEqual({
      source: 'vault',
      mode,
      decidedBy: 'function',
      reason: 'vaultMode says so',
      instance: 'web-1',
    });
    expect(contexts).toEqual([{ application: 'shop', environment: 'production', instance: 'web-1' }]);
    const [token] = (await load({ TOKEN: '' }, { vaultMode: async () => 'off' })).explain();
    expect(token?.sources).toContainEqual({
      source: 'vault',
      outcome: 'absent',
      reason: 'turned off (vaultMode says so)',
    });
  });

  const canary = canarySecret();
  test.each<[string, DecideVaultMode, string]>([
    [
      'throws',
      () => {
        throw new TypeError(canary);
      },
      'it threw (TypeError)',
    ],
    ['rejects', () => Promise.reject(canary), 'it threw (string)'],
    ['says something else', async () => canary as 'on', 'it said none of on, shadow, off, true and false'],
    ['says nothing', (() => undefined) as never, 'it said none of on, shadow, off, true and false'],
  ])('and %s leaves it to the variable, with a warning', async (_, vaultMode, why) => {
    const warnings: unknown[] = [];
    const logger = { ...silent, warn: (...line: unknown[]) => warnings.push(line) };
    const settings = await load({ USE_VAULT: 'shadow' }, { vaultMode, instance: 'web-1', logger });
    expect(settings.rollout).toEqual({
      source: 'vault',
      mode: 'shadow',
      decidedBy: 'variable',
      reason: `USE_VAULT=shadow; vaultMode did not decide: ${why}`,
      instance: 'web-1',
    });
    expect(warnings[0]).toEqual([
      { code: 'VAULT_MODE_UNDECIDED' },
      `vaultMode did not decide: ${why}. So it is shadow: USE_VAULT=shadow`,
    ]);
    expectNoCanary(canary, warnings, settings.rollout);
  });

  test('and is late, too: it is waited for no longer than 2 s, nor than the start may take', async () => {
    for (const [startDeadlineMs, waitMs] of [
      [15_000, 2_000],
      [500, 500],
    ] as const) {
      const clock = new ManualClock();
      let aborted = 0;
      let asked = () => {};
      const wasAsked = new Promise<void>((resolve) => {
        asked = resolve;
      });
      const vaultMode: DecideVaultMode = ({ signal }) => {
        signal.addEventListener('abort', () => {
          aborted += 1;
        });
        asked();
        return new Promise(() => {});
      };
      const loaded = load({ USE_VAULT: 'no' }, { vaultMode, clock, startDeadlineMs });
      await wasAsked;
      clock.advance(waitMs - 1);
      expect(aborted).toBe(0);
      clock.advance(1);
      const { rollout } = await loaded;
      expect(rollout).toMatchObject({
        mode: 'off',
        reason: `USE_VAULT=no; vaultMode did not decide: no answer within ${waitMs / 1000} s`,
      });
      expect(aborted).toBe(1);
    }
  });

  test('warns the process without a logger', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const vaultMode = () => Promise.reject(new Error('no'));
    const settings = await loadSettings(definitionOf('shop'), { variables: served, vaultMode });
    opened.push(settings);
    expect(await warned).toMatchObject({ name: 'StrongroomWarning', code: 'VAULT_MODE_UNDECIDED' });
  });

  test('does not excuse a variable that says nothing', async () => {
    await expect(load({ USE_VAULT: 'maybe' }, { vaultMode: async () => 'on' })).rejects.toMatchObject({
      problems: [expect.objectContaining({ name: 'USE_VAULT' })],
    });
  });
});

describe('the types', () => {
  test('know what may decide, and what was decided', async () => {
    const settings = await load({ USE_VAULT: 'no' }, { vaultMode: async () => 'off' });
    expectTypeOf(settings.rollout.mode).toEqualTypeOf<'on' | 'shadow' | 'off'>();
    expectTypeOf(settings.shadow).toEqualTypeOf<ShadowReport | undefined>();
    expectTypeOf(settings.current().TOKEN).toEqualTypeOf<string | undefined>();
    expectTypeOf(settings).toExtend<Resolver<ReturnType<typeof definitionOf>['settings']>>();
    // @ts-expect-error there is no such mode
    const wrong: DecideVaultMode = async () => 'perhaps';
    expect((await load({}, { vaultMode: wrong })).rollout.decidedBy).toBe('variable');
  });
});
