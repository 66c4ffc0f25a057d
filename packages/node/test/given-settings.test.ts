import { inspect } from 'node:util';
import { defineSettings, isConfigurationError, plain, secret } from '@strongroom/core';
import { canarySecret, expectNoCanary } from '@strongroom/core/testing';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { LoadedSettings } from '../src/index.js';
import { givenSettings, withSettings } from '../src/testing/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['development', 'production'],
  settings: {
    TOKEN: secret('api/token', z.string().min(3), { developmentDefault: 'for-development' }),
    PASSWORD: secret('database/password'),
    PORT: plain(z.int(), { default: 8000 }),
    SINCE: plain(z.date().optional()),
    BIG: plain(z.bigint().optional()),
    HOSTS: plain(z.array(z.string()).optional()),
  },
});

describe('settings for a test', () => {
  test('have the given values, validated, and the defaults, and know nothing else', async () => {
    process.env['PORT'] = '1';
    process.env['HOSTS'] = 'not-json';
    process.env['USE_VAULT'] = 'nonsense';
    try {
      const values = {
        PASSWORD: 'pw',
        PORT: '9000',
        SINCE: new Date(0),
        BIG: 12345678901234567890n,
        HOSTS: ['a'],
      };
      const seen = await withSettings(definition, values, (settings) => {
        const { TOKEN, PASSWORD, PORT, SINCE, BIG, HOSTS } = settings.current();
        expect(settings).toBeInstanceOf(LoadedSettings);
        expect(settings.environment).toBe('development');
        expect(settings.state.status).toBe('ready');
        return { TOKEN, PASSWORD, PORT, SINCE, BIG, HOSTS };
      });
      expect(seen).toEqual({ ...values, PORT: 9000, TOKEN: 'for-development' });
      await withSettings(definition, { PASSWORD: 'pw' }, (settings) => {
        const { PORT, HOSTS } = settings.current();
        expect({ PORT, HOSTS }).toEqual({ PORT: 8000, HOSTS: undefined });
      });
    } finally {
      for (const name of ['PORT', 'HOSTS', 'USE_VAULT']) delete process.env[name];
    }
  });

  test('say where they come from, and show no secret', async () => {
    const canary = canarySecret();
    await withSettings(definition, { PASSWORD: canary }, (settings) => {
      const sources = Object.fromEntries(settings.explain().map(({ name, source }) => [name, source]));
      expect(sources).toMatchObject({ TOKEN: 'defaults', PASSWORD: 'given', PORT: 'defaults' });
      expect(settings.current().PASSWORD).toBe(canary);
      expectNoCanary(
        canary,
        settings,
        settings.current(),
        settings.explain(),
        inspect(settings, { showHidden: true }),
      );
    });
  });

  test('are refused, all that is wrong at once, and without a value', async () => {
    const canary = canarySecret();
    const wrong = withSettings(definition, { PORT: canary }, () => 0, { environment: 'production' });
    const error: unknown = await wrong.catch((thrown: unknown) => thrown);
    expect(isConfigurationError(error) && error.problems.map(({ name, code }) => [name, code])).toEqual([
      ['TOKEN', 'SETTINGS_MISSING'],
      ['PASSWORD', 'SETTINGS_MISSING'],
      ['PORT', 'SETTINGS_INVALID'],
    ]);
    expectNoCanary(canary, error);
    const stranger = withSettings(definition, { PASWORD: 'pw' } as object, () => 0);
    await expect(stranger).rejects.toThrow(
      'PASWORD is no option of givenSettings(). Was it meant to be PASSWORD?',
    );
  });

  test('are closed afterwards, whatever comes of it', async () => {
    const used = await withSettings(definition, { PASSWORD: 'pw' }, async (settings) => {
      await new Promise((resolve) => setImmediate(resolve));
      expect(settings.state.status).toBe('ready');
      return settings;
    });
    expect(used.state.status).toBe('closed');
    let kept: LoadedSettings<typeof definition.settings> | undefined;
    const failing = withSettings(definition, { PASSWORD: 'pw' }, async (settings) => {
      kept = settings;
      throw new RangeError('the test fails');
    });
    await expect(failing).rejects.toThrow(new RangeError('the test fails'));
    expect(kept?.state.status).toBe('closed');
    await using outlives = await givenSettings(definition, { PASSWORD: 'pw' });
    expect(outlives.current().PASSWORD).toBe('pw');
  });

  test('live side by side, and change one by one', async () => {
    const tests = Array.from({ length: 20 }, (_, index) =>
      withSettings(definition, { PASSWORD: `pw-${index}`, PORT: index }, async (settings) => {
        const turn = () => new Promise((resolve) => setImmediate(resolve));
        for (let turns = 0; turns < index % 5; turns++) await turn();
        if (index % 2 === 0) await settings.change({ PORT: index + 1000 });
        await turn();
        const { PASSWORD, PORT } = settings.current();
        return { PASSWORD, PORT };
      }),
    );
    expect(await Promise.all(tests)).toEqual(
      tests.map((_, index) => ({ PASSWORD: `pw-${index}`, PORT: index % 2 === 0 ? index + 1000 : index })),
    );
  });

  test('are rotated as in a program that runs', async () => {
    await withSettings(definition, { PASSWORD: 'one', PORT: 1 }, async (settings) => {
      const built: string[] = [];
      await using pool = await settings.bind(['PASSWORD'], ({ PASSWORD }) => built.push(PASSWORD));
      const next = settings.nextChange('PASSWORD');
      await settings.change({ PASSWORD: 'two' });
      expect(await next).toMatchObject({ name: 'PASSWORD', after: { source: 'given' } });
      await expect.poll(() => pool.current, { timeout: 20_000 }).toBe(2);
      expect(built).toEqual(['one', 'two']);
      expect(settings.current().PORT).toBe(1);

      await settings.change({ PORT: 'not-a-number' });
      expect(settings.current().PORT).toBe(1);
      expect(settings.state).toMatchObject({ status: 'degraded', error: { code: 'SETTINGS_INVALID' } });
      await settings.change({ PORT: 2 });
      expect(settings.state.status).toBe('ready');
      const stranger = settings.change({ PROT: 1 } as object);
      await expect(stranger).rejects.toThrow('PROT is no option of change(). Was it meant to be PORT?');
    });
  });
});
