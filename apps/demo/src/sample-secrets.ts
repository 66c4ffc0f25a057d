/** Made-up secrets of one environment, by path under the mount, as the hierarchy of PAKE has them. */
export function sampleSecrets(environment: string): Record<string, Record<string, string>> {
  const at = (group: string) => `pake_system/${environment}/${group}`;
  return {
    [at('database')]: { url: `postgresql://pake:sample-${environment}@db.${environment}.internal/pake` },
    [at('redis')]: { url: `redis://:sample-${environment}@cache.${environment}.internal:6379/1` },
    [at('security')]: { secret_key: `sample-secret-key-of-${environment}` },
    [at('api_keys')]: { firecrawl_api_key: `sample-firecrawl-key-of-${environment}` },
  };
}
