import type { VaultCore } from '../core/vault-core.js';
import { shownAddress } from '../go/cidr.js';
import { formatTime } from '../go/timestamp.js';
import type { JsonRecord } from '../json/json-value.js';
import { secondsLeft } from '../leases/lease-store.js';
import { ROOT_PATH } from './root-token.js';
import type { TokenEntry } from './token-entry.js';

function renewals(core: VaultCore, token: TokenEntry): JsonRecord {
  const lastRenewal = core.tokens.leaseOf(token)?.lastRenewal;
  if (lastRenewal === undefined) return {};
  return { last_renewal: formatTime(lastRenewal), last_renewal_time: Math.floor(lastRenewal / 1000) };
}

function identityPolicies(core: VaultCore, token: TokenEntry): JsonRecord {
  const policies = core.identityPolicies(token.entityId);
  return policies.length === 0 ? {} : { external_namespace_policies: {}, identity_policies: policies };
}

/** A token as lookups show it; who made it is left out on purpose. */
export function tokenView(core: VaultCore, token: TokenEntry): JsonRecord {
  const expireTime = core.tokens.expireTime(token);
  const expires = Number.isFinite(expireTime);
  const leased = token.path !== ROOT_PATH;
  return {
    accessor: token.accessor,
    creation_time: Math.floor(token.creationTime / 1000),
    creation_ttl: token.ttl,
    display_name: token.displayName,
    entity_id: token.entityId,
    expire_time: expires ? formatTime(expireTime) : null,
    explicit_max_ttl: token.explicitMaxTtl,
    id: token.id,
    ...(leased ? { issue_time: formatTime(token.creationTime) } : {}),
    ...renewals(core, token),
    meta: token.meta,
    num_uses: token.numUses,
    orphan: token.parent === '',
    path: token.path,
    ...(token.period > 0 ? { period: token.period } : {}),
    ...(token.boundCidrs.length > 0 ? { bound_cidrs: token.boundCidrs.map(shownAddress) } : {}),
    policies: token.policies,
    ...identityPolicies(core, token),
    ...(leased ? { renewable: core.tokens.leaseOf(token)?.renewable ?? false } : {}),
    ...(token.role === '' ? {} : { role: token.role }),
    ttl: expires ? secondsLeft({ expireTime }, core.now()) : 0,
    type: token.type,
  };
}
