import { createResolver, type Declarations, type Definition } from '@strongroom/core';
import { onTestFinished } from 'vitest';
import { type KvPlacement, type VaultOptions, vaultSource } from '../src/index.js';

/**
 * A resolver over one Vault source, refreshed by hand, and what was asked of whatever server since the last time that
 * this was looked at. What became of each request is not looked at.
 */
export function openCounted<T extends Declarations>(
  definition: Definition<T, 'test'>,
  address: string,
  options: Omit<Partial<VaultOptions>, 'token'> & KvPlacement & { readonly token: string },
) {
  const requests: string[] = [];
  const nothing = () => undefined;
  const source = vaultSource({
    address,
    retries: 0,
    logger: {
      // A line for each request.
      debug: (details) => {
        const { method, path } = details as { readonly method?: string; readonly path?: string };
        if (method !== undefined) requests.push(`${method} ${path?.slice('/v1/'.length)}`);
      },
      info: nothing,
      warn: nothing,
      error: nothing,
    },
    ...options,
    // By a function, so that no life of the token is looked after.
    token: () => options.token,
  });
  const resolver = createResolver<T, 'test', 'test'>(definition, {
    environment: 'test',
    sources: [source],
    refreshEveryMs: false,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  onTestFinished(() => resolver.close());
  return { resolver, source, asked: () => requests.splice(0).sort() };
}
