import { defineSettings, plain, secret } from '@strongroom/core';
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
    PORT: plain(z.int().min(1).max(65535), { default: 8000 }),
    PAKE_DEBUG: plain(z.boolean(), { default: false, description: 'Logs how the settings were loaded.' }),
  },
});
