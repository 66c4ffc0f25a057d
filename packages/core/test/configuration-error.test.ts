import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import {
  ConfigurationError,
  createResolver,
  defineSettings,
  environmentSource,
  type Problem,
  plain,
  type Source,
  SourceError,
  secret,
} from '../src/index.js';
import { canarySecret, expectNoCanary, memorySource } from '../src/testing/index.js';

const canary = canarySecret();

const definition = defineSettings({
  application: 'shop',
  environments: ['development', 'production'],
  settings: {
    DATABASE_URL: secret('database/url', z.url()),
    SECRET_KEY: secret('security/secret_key', z.string().min(64), { developmentDefault: 'x'.repeat(64) }),
    API_KEY: secret('api/key', z.string()),
    TOKEN: secret('api/token', z.string()),
    PORT: plain(z.int().max(65_535), { default: 8080 }),
    LOG_LEVEL: plain(z.enum(['debug', 'info'])),
  },
});

async function failure(...sources: Source[]): Promise<ConfigurationError> {
  try {
    await createResolver(definition, { environment: 'production', sources }).load();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('the load succeeded');
}

const denied = new SourceError('SOURCE_DENIED', '403 from kv/shop/production', {
  hint: 'Give the token a policy with read on kv/data/shop/production/*.',
});

describe('a ConfigurationError', () => {
  test('says everything that is wrong, what was tried, and what to do', async () => {
    const error = await failure(
      environmentSource({
        DATABSE_URL: `https://${canary}`,
        SECRET_KEY: canary,
        API_KEY: canary,
        API_KEY_FILE: '/run/secrets/api_key',
        PORT: '99999',
        LOG_LEVEL: 'chatty',
      }),
      memorySource('vault').fail(denied),
    );
    expect(error.code).toBe('SETTINGS_INVALID');
    expect(error.problems.map(({ name, code }) => `${name} ${code}`)).toEqual([
      'DATABASE_URL SETTINGS_MISSING',
      'SECRET_KEY SETTINGS_INVALID',
      'API_KEY SETTINGS_INVALID',
      'TOKEN SETTINGS_MISSING',
      'PORT SETTINGS_INVALID',
      'LOG_LEVEL SETTINGS_INVALID',
    ]);
    for (const problem of error.problems) expect(problem.hints.length).toBeGreaterThan(0);
    expect(error.message).toMatchInlineSnapshot(`
      "6 problems with the settings of shop (production)

        DATABASE_URL: missing secret
          environment  not set
          vault        denied: 403 from kv/shop/production
          defaults     not set
          → DATABSE_URL is set: was it meant to be DATABASE_URL?
          → Set DATABASE_URL, or DATABASE_URL_FILE to a file that holds it.

        SECRET_KEY: the value is too short: at least 64 characters
          environment  found at SECRET_KEY
          → Correct the value at SECRET_KEY.

        API_KEY: API_KEY and API_KEY_FILE are both set
          → Unset API_KEY or API_KEY_FILE: only one of them can hold the value.

        TOKEN: missing secret
          environment  not set
          vault        denied: 403 from kv/shop/production
          defaults     not set
          → Set TOKEN, or TOKEN_FILE to a file that holds it.

        PORT: the value is too big: at most 65535
          environment  found at PORT
          → Correct the value at PORT.

        LOG_LEVEL: the value is none of debug, info
          environment  found at LOG_LEVEL
          → Correct the value at LOG_LEVEL.

        → Give the token a policy with read on kv/data/shop/production/*."
    `);
    expectNoCanary(canary, error);
  });

  test('is SETTINGS_MISSING when nothing is invalid', async () => {
    const error = await failure(
      memorySource('environment', { DATABASE_URL: 'https://example.com', LOG_LEVEL: 'info', TOKEN: 'x' }),
      memorySource('vault')
        .answer('SECRET_KEY', {
          status: 'absent',
          reason: 'no-such-key',
          locator: 'kv/shop/production/security',
        })
        .answer('API_KEY', {
          status: 'absent',
          reason: 'version-deleted',
          locator: 'kv/shop/production/api',
        }),
    );
    expect(error.code).toBe('SETTINGS_MISSING');
    expect(error.message).toMatchInlineSnapshot(`
      "2 problems with the settings of shop (production)

        SECRET_KEY: missing secret
          environment  not set
          vault        no such key: kv/shop/production/security
          defaults     a default for development only
          → Set SECRET_KEY, or SECRET_KEY_FILE to a file that holds it.

        API_KEY: missing secret
          environment  not set
          vault        the latest version is deleted: kv/shop/production/api
          defaults     not set
          → Set API_KEY, or API_KEY_FILE to a file that holds it."
    `);
  });

  test('lists what is wrong with a source’s own wiring first, and no default papers over it', async () => {
    const wiring: Problem = {
      code: 'SETTINGS_INVALID',
      name: 'USE_VAULT',
      reason: 'is not a boolean',
      tried: [],
      hints: ['Set USE_VAULT to true or false.'],
    };
    const vault: Source = {
      name: 'vault',
      async lookup() {
        throw new ConfigurationError('1 problem', [wiring]);
      },
    };
    const { problems } = await failure(
      memorySource('environment', {
        DATABASE_URL: 'https://example.com',
        LOG_LEVEL: 'info',
        TOKEN: 'x',
        API_KEY: 'x',
        SECRET_KEY: 'x'.repeat(64),
      }),
      vault,
    );
    expect(problems).toEqual([wiring]);
  });

  test('counts a wiring that is wrong once, and lists the settings that have no value because of it', async () => {
    const wiring: Problem = {
      code: 'SETTINGS_INVALID',
      name: 'VAULT_URL',
      reason: 'is not a valid URL',
      tried: [],
      hints: ['Write it as https://vault.example.com:8200.'],
    };
    const vault: Source = {
      name: 'vault',
      async lookup() {
        throw new ConfigurationError('1 problem', [wiring]);
      },
    };
    const error = await failure(
      environmentSource({ LOG_LEVEL: 'info', DATABSE_URL: 'https://example.com', PORT: '8000' }),
      vault,
    );
    expect(error.message).toMatchInlineSnapshot(`
      "2 problems with the settings of shop (production)

        VAULT_URL: is not a valid URL
          → Write it as https://vault.example.com:8200.
          No value because of this: SECRET_KEY, API_KEY, TOKEN.

        DATABASE_URL: missing secret
          environment  not set
          vault        unavailable: it is not set up, see VAULT_URL
          defaults     not set
          → DATABSE_URL is set: was it meant to be DATABASE_URL?
          → Set DATABASE_URL, or DATABASE_URL_FILE to a file that holds it."
    `);
    expect(error.problems.map(({ name, follows }) => [name, follows])).toEqual([
      ['VAULT_URL', undefined],
      // Something else may be wrong with it, so it stands for itself.
      ['DATABASE_URL', undefined],
      ['SECRET_KEY', ['VAULT_URL']],
      ['API_KEY', ['VAULT_URL']],
      ['TOKEN', ['VAULT_URL']],
    ]);
    expect(error.problems[2]?.tried).toContainEqual({
      source: 'vault',
      outcome: 'unavailable: it is not set up, see VAULT_URL',
    });
  });

  test('survives a hint that fails itself', async () => {
    const hint = () => {
      throw new Error(canary);
    };
    const error = await failure(
      memorySource('odd').answer('DATABASE_URL', { status: 'absent', reason: 'not-set', hint }),
    );
    expect(error.problems[0]?.hints).toEqual(['Store it in one of the sources above.']);
    expectNoCanary(canary, error);
  });
});
