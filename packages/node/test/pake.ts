import { randomBytes } from 'node:crypto';
import { defineSettings, plain, secret } from '@strongroom/core';
import { z } from 'zod';

/** The settings of the system that Strongroom was designed from, under a name of this run's own. */
export function pakeDefinition() {
  return defineSettings({
    application: `pake_system_${randomBytes(4).toString('hex')}`,
    environments: ['development', 'staging', 'production'],
    settings: {
      DATABASE_URL: secret('database/url', z.url()),
      REDIS_URL: secret('redis/url', z.url()),
      SECRET_KEY: secret('security/secret_key', z.string().min(8)),
      FIRECRAWL_API_KEY: secret('api_keys/firecrawl_api_key', z.string().optional()),
      LOG_LEVEL: plain(z.enum(['debug', 'info', 'warning']), { default: 'info' }),
      PORT: plain(z.int(), { default: 8000 }),
    },
  });
}

/** Values that differ from environment to environment, by path under the mount. */
export function pakeSecrets(
  application: string,
  environment: string,
): Record<string, Record<string, string>> {
  const at = (group: string) => `${application}/${environment}/${group}`;
  return {
    [at('database')]: { url: `postgresql://pake:pw-${environment}@db.${environment}/pake` },
    [at('redis')]: { url: `redis://:pw-${environment}@cache.${environment}:6379/1` },
    [at('security')]: { secret_key: `secret-key-of-${environment}` },
    [at('api_keys')]: { firecrawl_api_key: `firecrawl-key-of-${environment}` },
  };
}
