import type { AuthBlock } from '../logical/logical-response.js';
import type { TokenEntry } from './token-entry.js';

/** The auth block of an answer that hands out a token, or renews it. `ttl`: seconds. */
export const authBlock = (
  token: TokenEntry,
  terms: { readonly ttl: number; readonly renewable: boolean },
): AuthBlock => ({
  clientToken: token.id,
  accessor: token.accessor,
  policies: token.policies,
  tokenPolicies: token.policies,
  metadata: token.meta,
  leaseDuration: terms.ttl,
  renewable: terms.renewable,
  entityId: token.entityId,
  tokenType: token.type,
  orphan: token.parent === '',
});
