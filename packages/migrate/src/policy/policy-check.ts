import { checkOptions } from '@strongroom/core';
import type { Vault } from '@strongroom/vault';
import { policyNames } from './policy.js';
import { grantsFor, type PolicyOptions } from './policy-grants.js';

export interface CheckPolicyOptions extends PolicyOptions {
  /** Whose token is checked. */
  readonly vault: Vault;
  readonly signal?: AbortSignal;
}

/** What a token may do at one path, beside what it has to. */
export interface PathPermission {
  /** As policies have it, with the mount. */
  readonly path: string;
  readonly needed: readonly string[];
  /** As Vault says it: `root` is everything, `deny` nothing. */
  readonly granted: readonly string[];
  readonly missing: readonly string[];
}

/**
 * Asks Vault (`sys/capabilities-self`) what the client's token may do at each path of the least policy: one request.
 *
 * @throws StrongroomError as {@link leastPolicy} does
 * @throws VaultError when Vault could not answer, or denied it
 */
export async function checkPolicy(options: CheckPolicyOptions): Promise<readonly PathPermission[]> {
  checkOptions('checkPolicy()', options, { ...policyNames, vault: true, signal: true });
  const { vault, signal, ...others } = options;
  const grants = grantsFor('checkPolicy()', others);
  const granted = await vault.capabilities(
    grants.map(({ path }) => path),
    signal === undefined ? {} : { signal },
  );
  return grants.map(({ path, capabilities: needed }) => {
    const has = granted.get(path) ?? [];
    const missing = has.includes('root') ? [] : needed.filter((capability) => !has.includes(capability));
    return { path, needed, granted: has, missing };
  });
}
