import type { AuthBlock } from '../logical/logical-response.js';
import { sanitizePolicies } from '../policies/sanitize-policies.js';
import type { TokenEntry } from './token-entry.js';

/** The auth block of an answer that hands out a token, or renews it. `ttl`: seconds. */
export const authBlock = (
  token: TokenEntry,
  terms: { readonly ttl: number; readonly renewable: boolean },
  identityPolicies: readonly string[] = [],
): AuthBlock => ({
  clientToken: token.id,
  accessor: token.accessor,
  policies: sanitizePolicies([...token.policies, ...identityPolicies], false),
  tokenPolicies: token.policies,
  identityPolicies,
  metadata: token.meta,
  leaseDuration: terms.ttl,
  renewable: terms.renewable,
  entityId: token.entityId,
  tokenType: token.type,
  orphan: token.parent === '',
});
