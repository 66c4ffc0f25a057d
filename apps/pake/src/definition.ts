import {
  type Definition,
  defineSettings,
  plain,
  type Resolver,
  type SettingsOf,
  secret,
} from '@strongroom/core';
import { z } from 'zod';

/** What PAKE needs to run. Its secrets lie in Vault at `secret/pake_system/<environment>/<group>`. */
export const definition = defineSettings({
  application: 'pake_system',
  environments: ['development', 'staging', 'production'],
  settings: {
    DATABASE_URL: secret('database/url', z.url({ protocol: /^postgres(ql)?$/ }), {
      description: 'The PostgreSQL database.',
    }),
    REDIS_URL: secret('redis/url', z.url({ protocol: /^rediss?$/ }), {
      description: 'The cache and the job queue.',
    }),
    SECRET_KEY: secret('security/secret_key', z.string().min(8), {
      description: 'Signs sessions and tokens.',
    }),
    FIRECRAWL_API_KEY: secret('api_keys/firecrawl_api_key', z.string().min(1).optional(), {
      description: 'Crawling is off without it.',
    }),
    LOG_LEVEL: plain(z.enum(['debug', 'info', 'warning', 'error']), { default: 'info' }),
    HOST: plain(z.string(), { default: '127.0.0.1', description: 'The address to listen at.' }),
    PORT: plain(z.int().min(0).max(65535), { default: 8000, description: '0 takes a free one.' }),
    SHUTDOWN_SECONDS: plain(z.number().positive(), {
      default: 10,
      description: 'How long work that was begun has when the program is told to end.',
    }),
    PAKE_DEBUG: plain(z.boolean(), { default: false, description: 'Logs how the settings were loaded.' }),
  },
});

/** The values of one moment. */
export type PakeSettings = SettingsOf<typeof definition>;

/** What keeps them true. */
export type PakeResolver = typeof definition extends Definition<infer T> ? Resolver<T> : never;
