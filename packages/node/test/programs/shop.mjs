import { defineSettings, plain, secret } from '@strongroom/core';
import { z } from 'zod';

/** What the application of these tests declares, on both sides. */
export const shop = defineSettings({
  application: 'shop',
  environments: ['development', 'production'],
  settings: {
    TOKEN: secret('api/token', z.string()),
    PASSWORD: secret('database/password', z.string()),
    LIMITS: secret('api/limits', z.object({ low: z.int() }).optional()),
    HOSTS: plain(
      z.string().transform((text) => new Set(text.split(','))),
      { default: new Set(['localhost']) },
    ),
    PORT: plain(z.int(), { default: 8000 }),
  },
});
