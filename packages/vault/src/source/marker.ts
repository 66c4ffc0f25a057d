import { isStrongroomError } from '@strongroom/core';
import type { KvMount } from '../kv/kv-mount.js';
import type { KvWritten } from '../kv/kv-write.js';
import type { Cancellation } from '../transport/cancellation.js';

/** The name that no group of settings may have: that of the secret whose version stands for all of an environment. */
export const markerName = '.strongroom';

/** What a marker stands for. */
export interface MarkerPlace {
  readonly application: string;
  readonly environment: string;
}

/** The path of a marker below the mount. */
export const markerPath = ({ application, environment }: MarkerPlace): string =>
  `${application}/${environment}/${markerName}`;

/** How often a bump is tried again when somebody else was faster. */
const maxTries = 20;

/**
 * Bumps the version marker of an application's environment, after secrets of it were written: sources with the option
 * `marker` look at every secret again when they see it. Makes the marker where there is none.
 *
 * The policy that it needs, for the mount `secret`:
 * `path "secret/data/<application>/<environment>/.strongroom" { capabilities = ["create", "read", "update"] }`
 *
 * @param kv the mount that the settings lie in: `vault.kv('secret')`
 * @returns the marker's new version
 * @throws VaultError when Vault could not answer, or denied it; `SOURCE_DENIED` for a mount of KV version 1
 * @throws StrongroomError `CAS_MISMATCH` when others bumped it all the time
 * @throws ConfigurationError for an application or an environment that cannot be part of a path
 */
export async function bumpMarker(
  kv: KvMount,
  place: MarkerPlace,
  { signal }: { readonly signal?: Cancellation } = {},
): Promise<KvWritten> {
  const path = markerPath(place);
  const options = signal === undefined ? {} : { signal };
  for (let tries = 1; ; tries++) {
    const there = await kv.read(path, options);
    try {
      // Data that no other bump has: when the answer to a write was lost, it tells whose version is there.
      return await kv.write(path, { bump: crypto.randomUUID() }, { ...options, cas: there.version ?? 0 });
    } catch (error) {
      if (tries === maxTries || !isStrongroomError(error, 'CAS_MISMATCH')) throw error;
    }
  }
}
