import { expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import * as mini from 'zod/mini';
import {
  createResolver,
  type Definition,
  defineSettings,
  environmentSource,
  type PlaceText,
  plain,
  type SettingsOf,
  type StrongroomError,
  secret,
  text,
} from '../src/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['development', 'production'],
  settings: {
    DATABASE_URL: secret('database/url', z.url()),
    API_KEYS: secret('api/keys', z.array(z.string())),
    PORT: plain(z.coerce.number().int(), { default: 8080 }),
    LOG_LEVEL: plain(z.enum(['debug', 'info']), { default: 'info', place: 'app/log_level' }),
    REGION: plain(z.string().optional()),
    PROXY: plain(mini.nullable(mini.string()), { default: null }),
    HOSTS: plain(
      z.string().transform((text) => text.split(',')),
      { default: ['localhost'] },
    ),
    SALT: secret('security/salt', z.string(), { developmentDefault: 'salt' }),
    API_KEY: secret('api/key'),
    CELL: plain(),
    ZONE: plain(text, { default: 'a' }),
    PEPPER: secret('security/pepper', text, { developmentDefault: 'pepper' }),
  },
});

const resolver = createResolver(definition, { environment: 'production', sources: [environmentSource()] });

test('values have the output types of their schemas, without an annotation where they are used', async () => {
  const settings = await resolver.load();
  expectTypeOf(settings.DATABASE_URL).toEqualTypeOf<string>();
  expectTypeOf(settings.API_KEYS).toEqualTypeOf<string[]>();
  expectTypeOf(settings.PORT).toEqualTypeOf<number>();
  expectTypeOf(settings.LOG_LEVEL).toEqualTypeOf<'debug' | 'info'>();
  expectTypeOf(settings.REGION).toEqualTypeOf<string | undefined>();
  expectTypeOf(settings.PROXY).toEqualTypeOf<string | null>();
  expectTypeOf(settings.HOSTS).toEqualTypeOf<string[]>();
  expectTypeOf(settings.SALT).toEqualTypeOf<string>();
  expectTypeOf(settings.API_KEY).toEqualTypeOf<string>();
  expectTypeOf(settings.CELL).toEqualTypeOf<string>();
  expectTypeOf(settings.ZONE).toEqualTypeOf<string>();
  expectTypeOf(settings.PEPPER).toEqualTypeOf<string>();
  expectTypeOf(resolver.current()).toEqualTypeOf(settings);
  expectTypeOf<SettingsOf<typeof definition>>().toEqualTypeOf(settings);
});

test('a name that is not declared does not compile', async () => {
  const settings = await resolver.load();
  // @ts-expect-error a misspelt setting
  settings.DATABSE_URL;
  // @ts-expect-error a misspelt setting in the definition
  definition.settings.DATABSE_URL;
  // @ts-expect-error a setting that is not there, by destructuring
  const { UNKNOWN } = settings;
  expectTypeOf(UNKNOWN).toBeAny();
});

test('changing a value does not compile', async () => {
  const settings = await resolver.load();
  // @ts-expect-error settings are read-only
  settings.PORT = 1;
  // @ts-expect-error settings are read-only
  delete settings.PORT;
  // @ts-expect-error the definition is read-only
  definition.application = 'other';
  // @ts-expect-error the definition is read-only
  definition.environments.push('staging');
});

test('a wrong declaration does not compile', () => {
  // @ts-expect-error a default on a secret
  secret('api/key', z.string(), { default: 'x' });
  // @ts-expect-error a default that is no text
  plain(text, { default: 1 });
  // @ts-expect-error options where the schema stands
  plain({ default: 'x' });
  // @ts-expect-error options where the schema stands
  secret('api/key', { description: 'x' });
  // @ts-expect-error a schema that is not there
  plain(undefined);
  // @ts-expect-error a default on a secret
  secret('api/key', text, { default: 'x' });
  // @ts-expect-error a default of the wrong type
  plain(z.int(), { default: '8080' });
  // @ts-expect-error a default that is none of the allowed values
  plain(z.enum(['debug', 'info']), { default: 'chatty' });
  const hosts = z.string().transform((text) => text.split(','));
  // @ts-expect-error a default of the input type of a schema that transforms
  plain(hosts, { default: 'localhost' });
  // @ts-expect-error a default for development of the wrong type
  secret('api/key', z.string(), { developmentDefault: 1 });
  // @ts-expect-error a default for development on a setting that is no secret
  plain(z.string(), { developmentDefault: 'x' });
  // @ts-expect-error a misspelt option
  plain(z.string(), { defualt: 'x' });
  // @ts-expect-error a misspelt option
  secret('api/key', z.string(), { descripton: 'x' });
  // @ts-expect-error an option that is none of the allowed values
  plain(z.string(), { onSourceError: 'ignore' });
  // @ts-expect-error a place without a group
  secret('key', z.string());
  // @ts-expect-error a place without a group
  plain(z.string(), { place: 'key' });
  // @ts-expect-error no schema
  plain('text');
  // @ts-expect-error a declaration that was not made by secret() or plain()
  defineSettings({ application: 'x', environments: ['a'], settings: { A: z.string() } });
  // @ts-expect-error no environments
  defineSettings({ application: 'x', settings: {} });
  // @ts-expect-error a misspelt property
  defineSettings({ application: 'x', enviroments: ['a'], settings: {} });
  expectTypeOf<'group/key'>().toExtend<PlaceText>();
});

test('an environment that the definition does not name does not compile', () => {
  // @ts-expect-error a misspelt environment
  createResolver(definition, { environment: 'prod', sources: [] });
  // @ts-expect-error one of several is not named
  createResolver(definition, { environment: 'prod' as 'prod' | 'production', sources: [] });
  createResolver(definition, { environment: 'development', sources: [] });
  // What only running tells is checked when it runs.
  const environment: string = 'production';
  createResolver(definition, { environment, sources: [] });
});

test('wrong options of a resolver do not compile', () => {
  // @ts-expect-error no sources
  createResolver(definition, { environment: 'production' });
  // @ts-expect-error no environment
  createResolver(definition, { sources: [] });
  // @ts-expect-error a misspelt option
  createResolver(definition, { environment: 'production', sources: [], onSourceErorr: 'throw' });
  // @ts-expect-error an unknown rule
  createResolver(definition, { environment: 'production', sources: [], onSourceError: 'ignore' });
  // @ts-expect-error no source
  createResolver(definition, { environment: 'production', sources: [{ name: 'x' }] });
});

test('events have their arguments', () => {
  resolver.events.on('failed', (state, error) => {
    expectTypeOf(state.status).toEqualTypeOf<
      'new' | 'loading' | 'ready' | 'degraded' | 'failed' | 'closed'
    >();
    expectTypeOf(error).toEqualTypeOf<StrongroomError>();
  });
});

test('a definition passes where any definition is wanted', () => {
  expectTypeOf(definition).toExtend<Definition>();
});
