import { inspect } from 'node:util';
import { ConfigurationError, defineSettings, type Logger } from '@strongroom/core';
import { serverKinds, type TestServer, writeSecret } from '@strongroom/test-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSettings } from '../src/index.js';
import { pakeDefinition, pakeSecrets } from './pake.js';

const environments = ['development', 'staging', 'production'] as const;

describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
  const definition = pakeDefinition();
  let server: TestServer;
  let on: Record<string, string>;

  beforeAll(async () => {
    server = await kind.start();
    on = { USE_VAULT: 'true', VAULT_URL: server.address, VAULT_TOKEN: server.rootToken };
    for (const environment of environments) {
      for (const [path, data] of Object.entries(pakeSecrets(definition.application, environment))) {
        await writeSecret(server, path, data);
      }
    }
  });
  afterAll(() => server.close());

  it.each(environments)('reads the values of %s and of no other environment', async (environment) => {
    await using settings = await loadSettings(definition, { variables: { ...on, APP_ENV: environment } });
    const { DATABASE_URL, REDIS_URL, SECRET_KEY, FIRECRAWL_API_KEY } = settings.current();
    expect([DATABASE_URL, REDIS_URL, SECRET_KEY, FIRECRAWL_API_KEY]).toEqual(
      Object.values(pakeSecrets(definition.application, environment)).flatMap((data) => Object.values(data)),
    );
    expect(settings.environment).toBe(environment);
    expect(settings.state.status).toBe('ready');
  });

  it('puts the environment before Vault and Vault before defaults, and says so', async () => {
    const variables = { ...on, SECRET_KEY: 'from-the-environment', LOG_LEVEL: 'warning' };
    await using settings = await loadSettings(definition, { variables });
    const { SECRET_KEY, LOG_LEVEL, PORT } = settings.current();
    expect({ SECRET_KEY, LOG_LEVEL, PORT }).toEqual({
      SECRET_KEY: 'from-the-environment',
      LOG_LEVEL: 'warning',
      PORT: 8000,
    });
    const sources = Object.fromEntries(settings.explain().map(({ name, source }) => [name, source]));
    expect(sources).toEqual({
      DATABASE_URL: 'vault',
      REDIS_URL: 'vault',
      SECRET_KEY: 'environment',
      FIRECRAWL_API_KEY: 'vault',
      LOG_LEVEL: 'environment',
      PORT: 'defaults',
    });
    const surveyed = (await settings.survey()).find(({ name }) => name === 'SECRET_KEY');
    expect(surveyed?.overrides).toMatchObject([
      {
        source: 'vault',
        locator: `secret/${definition.application}/development/security#secret_key`,
        version: 1,
      },
    ]);
  });

  it('names the path, and the line of policy that is needed, when the token is wrong', async () => {
    const error = await failureOf({ ...on, VAULT_TOKEN: 'wrong-token' });
    expect(error.code).toBe('SETTINGS_MISSING');
    expect(error.problems.map(({ name }) => name)).toEqual(['DATABASE_URL', 'REDIS_URL', 'SECRET_KEY']);
    expect(error.message).toContain('denied');
    expect(error.message).toContain(`secret/data/${definition.application}/development/database`);
    expect(inspect(error, { depth: null })).not.toContain('wrong-token');
  });

  it('says where a secret was expected when its path is missing', async () => {
    const stranger = pakeDefinition();
    const error = await failureOf(on, stranger);
    expect(error.message).toContain(`secret/${stranger.application}/development/database`);
    expect(error.message).toContain('no such path');
  });

  async function failureOf(
    variables: Record<string, string>,
    asked: ReturnType<typeof pakeDefinition> = definition,
  ): Promise<ConfigurationError> {
    const error: unknown = await loadSettings(asked, { variables }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigurationError);
    return error as ConfigurationError;
  }
});

describe('with Vault dead', () => {
  const definition = pakeDefinition();
  // Port 9 is the discard service, which nothing listens to.
  const dead = {
    USE_VAULT: 'yes',
    VAULT_URL: 'http://127.0.0.1:9',
    VAULT_TOKEN: 'unused',
    VAULT_MAX_RETRIES: '0',
  };
  const fallback = {
    DATABASE_URL: 'postgresql://test:test@localhost/test',
    REDIS_URL: 'redis://localhost:6379/1',
    SECRET_KEY: 'test-secret-key',
  };

  it('runs on the fallback values, is degraded, and says so once', async () => {
    const warnings: { msg: string; details: object }[] = [];
    const logger: Logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: (details, msg) => warnings.push({ msg, details }),
      error: () => undefined,
    };
    await using settings = await loadSettings(definition, { variables: { ...dead, ...fallback }, logger });
    expect(settings.current().SECRET_KEY).toBe('test-secret-key');
    expect(settings.current().FIRECRAWL_API_KEY).toBeUndefined();
    expect(settings.state).toMatchObject({
      status: 'degraded',
      failures: [{ source: 'vault', code: 'SOURCE_UNAVAILABLE', settings: ['FIRECRAWL_API_KEY'] }],
    });
    expect(warnings.filter(({ details }) => 'failures' in details)).toHaveLength(1);
  });

  it('is a process warning without a logger', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    await using settings = await loadSettings(definition, { variables: { ...dead, ...fallback } });
    expect(await warned).toMatchObject({ name: 'StrongroomWarning', code: 'SOURCE_UNAVAILABLE' });
    expect(settings.state.status).toBe('degraded');
  });

  it('refuses to start without them, with the true cause', async () => {
    await expect(loadSettings(definition, { variables: dead })).rejects.toMatchObject({
      code: 'SETTINGS_MISSING',
      message: expect.stringContaining('unavailable'),
    });
  });

  it('refuses to start with them, too, when it was told to', async () => {
    const options = { variables: { ...dead, ...fallback }, onVaultError: 'throw' } as const;
    await expect(loadSettings(definition, options)).rejects.toMatchObject({
      code: 'SETTINGS_UNREADABLE',
      problems: [{ code: 'SETTINGS_UNREADABLE', name: 'FIRECRAWL_API_KEY' }],
    });
  });

  it('does not ask Vault at all when the environment has everything', async () => {
    const variables = { ...dead, ...fallback, FIRECRAWL_API_KEY: 'from-the-environment' };
    await using settings = await loadSettings(definition, { variables });
    expect(settings.state.status).toBe('ready');
  });
});

describe('with Vault off', () => {
  const definition = pakeDefinition();

  it('says that it is off, and names what may have been meant', async () => {
    const variables = { USE_VALUT: 'true', VAULT_URL: 'http://127.0.0.1:9' };
    await expect(loadSettings(definition, { variables })).rejects.toMatchObject({
      message: expect.stringMatching(
        /vault {8}turned off[\s\S]*USE_VALUT is set: was it meant to be USE_VAULT\?/,
      ),
    });
  });

  it.each(['false', '0', 'no', 'FALSE', '', undefined])('is off for USE_VAULT=%s', async (USE_VAULT) => {
    const variables = { USE_VAULT, VAULT_URL: 'not a URL', PORT: '9000' };
    await expect(loadSettings(definition, { variables })).rejects.toMatchObject({
      problems: expect.not.arrayContaining([expect.objectContaining({ name: 'VAULT_URL' })]),
    });
  });
});

describe('with wrong wiring', () => {
  const definition = pakeDefinition();

  it('reports an unknown environment and an unreadable USE_VAULT together', async () => {
    const variables = { APP_ENV: 'produktion', USE_VAULT: 'maybe' };
    await expect(loadSettings(definition, { variables })).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      problems: [
        expect.objectContaining({ name: 'APP_ENV' }),
        expect.objectContaining({ name: 'USE_VAULT' }),
      ],
      message: expect.stringContaining('development, staging, production'),
    });
  });

  it('takes APP_ENV before NODE_ENV, and the choice in code before both', async () => {
    const values = {
      DATABASE_URL: 'postgresql://test:test@localhost/test',
      REDIS_URL: 'redis://localhost:6379/1',
      SECRET_KEY: 'test-secret-key',
    };
    const variables = { ...values, APP_ENV: 'staging', NODE_ENV: 'production' };
    const environmentOf = async (options: Parameters<typeof loadSettings<never, never>>[1] | object) => {
      await using settings = await loadSettings(definition, options);
      return settings.environment;
    };
    expect(await environmentOf({ variables })).toBe('staging');
    expect(await environmentOf({ variables: { ...variables, APP_ENV: '' } })).toBe('production');
    expect(await environmentOf({ variables: values })).toBe('development');
    expect(await environmentOf({ variables, environment: 'development' })).toBe('development');
  });

  it.each([
    ['VAULT_URL', { VAULT_URL: 'not a URL' }],
    ['VAULT_ADDR', { VAULT_ADDR: 'ftp://127.0.0.1' }],
    ['VAULT_ADDR', { VAULT_URL: 'http://127.0.0.1:8200', VAULT_ADDR: 'http://127.0.0.1:8300' }],
    ['VAULT_URL', { VAULT_URL: 'http://vault.company.com' }],
    ['VAULT_SKIP_VERIFY', { VAULT_URL: 'https://127.0.0.1:9', VAULT_SKIP_VERIFY: 'perhaps' }],
  ])('names %s when Vault is on and it is wrong', async (name, wrong) => {
    const variables = { USE_VAULT: 'true', VAULT_TOKEN: 'unused', PORT: 'abc', ...wrong };
    const error = await loadSettings(definition, { variables }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'SETTINGS_INVALID',
      problems: expect.arrayContaining([
        expect.objectContaining({ name: expect.stringContaining(name) }),
        // Everything at once: the wrong value of a setting is in the same error.
        expect.objectContaining({ name: 'PORT' }),
      ]),
    });
  });
});

describe('with an address of Vault that is none', () => {
  it('counts one problem, and names the settings that follow from it', async () => {
    const variables = { USE_VAULT: 'true', VAULT_URL: 'localhost:8200', VAULT_TOKEN: 'unused' };
    const error = await loadSettings(pakeDefinition(), { variables }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'SETTINGS_INVALID',
      message: expect.stringMatching(
        /^1 problem with [^\n]*\n\n {2}VAULT_URL: begins with neither[^\n]*\n {4}→ [^\n]*\n {4}No value because of this: DATABASE_URL, REDIS_URL, SECRET_KEY\.$/,
      ),
      problems: [{ name: 'VAULT_URL' }, { name: 'DATABASE_URL', follows: ['VAULT_URL'] }, {}, {}],
    });
  });
});

describe('with Vault on and no address', () => {
  it('says that the address was only assumed', async () => {
    const variables = {
      USE_VAULT: 'true',
      VAULT_TOKEN: 'unused',
      VAULT_MAX_RETRIES: '0',
      VAULT_CLIENT_TIMEOUT: '1',
    };
    await expect(loadSettings(pakeDefinition(), { variables })).rejects.toMatchObject({
      message: expect.stringContaining('Neither VAULT_ADDR nor VAULT_URL is set'),
    });
  });
});

describe('with a variable that is misspelt', () => {
  const definition = pakeDefinition();
  const values = {
    DATABASE_URL: 'postgresql://test:test@localhost/test',
    REDIS_URL: 'redis://localhost:6379/1',
    SECRET_KEY: 'test-secret-key',
  };
  const warningsOf = async (variables: Record<string, string>, environment?: 'production') => {
    const warnings: string[] = [];
    const quiet = () => undefined;
    const logger: Logger = {
      debug: quiet,
      info: quiet,
      error: quiet,
      warn: (_, text) => warnings.push(text),
    };
    const chosen = environment === undefined ? {} : { environment };
    await using settings = await loadSettings(definition, {
      variables: { ...values, ...variables },
      logger,
      ...chosen,
    });
    return [settings.environment, ...warnings];
  };

  it.each([
    ['APP_EVN', 'APP_ENV'],
    ['APPENV', 'APP_ENV'],
    ['APP_ENVIRONMENT', 'APP_ENV'],
    ['NODE_EVN', 'NODE_ENV'],
    ['NODE_ENVIRONMENT', 'NODE_ENV'],
  ])('warns of %s, with which the program runs as development', async (misspelt, meant) => {
    expect(await warningsOf({ [misspelt]: 'production' })).toEqual([
      'development',
      `Neither APP_ENV nor NODE_ENV is set, so ${definition.application} runs as development, ` +
        `but ${misspelt} is set: was it meant to be ${meant}?`,
    ]);
  });

  it.each<[string, Record<string, string>]>([
    ['the environment is set', { APP_EVN: 'production', NODE_ENV: 'staging' }],
    ['it is empty', { APP_EVN: '' }],
    [
      'the name is another one',
      { APP_NAME: 'x', NODE_OPTIONS: 'x', NODE_NAME: 'x', APP_URL: 'x', ENV: 'x', PORT: '1' },
    ],
  ])('does not warn when %s', async (_, variables) => {
    expect(await warningsOf(variables)).toHaveLength(1);
  });

  it('does not warn when the code says which environment it is', async () => {
    expect(await warningsOf({ APP_EVN: 'production' }, 'production')).toEqual(['production']);
  });

  it('is a process warning without a logger', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    await using settings = await loadSettings(definition, {
      variables: { ...values, APP_EVN: 'production' },
    });
    expect(settings.environment).toBe('development');
    expect(await warned).toMatchObject({ name: 'StrongroomWarning', code: 'ENVIRONMENT_ASSUMED' });
  });

  it('names it where the environment that is assumed does not exist', async () => {
    const strict = defineSettings({ application: 'shop', environments: ['production'], settings: {} });
    await expect(loadSettings(strict, { variables: { APP_EVN: 'production' } })).rejects.toMatchObject({
      problems: [
        {
          name: 'APP_ENV',
          reason: expect.stringMatching(/^is not set/),
          hints: [expect.stringContaining('APP_EVN'), expect.anything()],
        },
      ],
    });
  });

  it.each([
    [{ USE_VALT: 'true', VAULT_TOKEN: 'x' }, 'USE_VALT is set: was it meant to be USE_VAULT?'],
    [
      { USE_VAULT: 'true', VAULT_ULR: 'http://127.0.0.1:9', VAULT_TOKEN: 'x' },
      'VAULT_ULR is set: was it meant to be VAULT_URL?',
    ],
    [
      { USE_VAULT: 'true', VAULT_URL: 'http://127.0.0.1:9', VAULT_TOKN: 'x' },
      'VAULT_TOKN is set: was it meant to be VAULT_TOKEN?',
    ],
  ])('names it in the error that follows: %j', async (given, hint) => {
    const variables = { VAULT_MAX_RETRIES: '0', VAULT_CLIENT_TIMEOUT: '1', ...given };
    await expect(loadSettings(definition, { variables })).rejects.toMatchObject({
      message: expect.stringContaining(hint),
    });
  });
});

describe('what plain JavaScript lets pass', () => {
  const definition = pakeDefinition();
  const load = loadSettings as unknown as (...args: unknown[]) => Promise<unknown>;

  it.each([
    [
      { onVaultErrors: 'throw' },
      'onVaultErrors is no option of loadSettings(). Was it meant to be onVaultError?',
    ],
    [{ enviroment: 'staging' }, 'enviroment is no option of loadSettings(). Was it meant to be environment?'],
    [
      { startDeadline: 1 },
      'startDeadline is no option of loadSettings(). Was it meant to be startDeadlineMs?',
    ],
    [null, expect.stringContaining('loadSettings() wants its options as an object')],
  ])('%j is refused', async (options, message) => {
    await expect(load(definition, options)).rejects.toMatchObject({ code: 'DEFINITION_INVALID', message });
  });

  it.each([undefined, null, {}, { application: 'a', environments: ['development'], settings: { PORT: {} } }])(
    '%j is refused for a definition',
    async (wrong) => {
      await expect(load(wrong)).rejects.toMatchObject({
        code: 'DEFINITION_INVALID',
        message: 'loadSettings() wants a definition, as defineSettings() makes it',
      });
    },
  );

  it('names an option of Vault that there is not', async () => {
    const variables = { USE_VAULT: 'true', VAULT_URL: 'http://127.0.0.1:9', VAULT_TOKEN: 'unused' };
    await expect(load(definition, { variables, vault: { kvVersoin: 1 } })).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      message: expect.stringContaining('Was it meant to be kvVersion?'),
    });
  });
});

describe('the types', () => {
  it('know the environments of the definition', async () => {
    // @ts-expect-error: the definition knows no such environment
    const load = loadSettings(pakeDefinition(), { variables: {}, environment: 'prod' });
    await expect(load).rejects.toMatchObject({ code: 'SETTINGS_INVALID' });
  });
});
