import type { VaultCore } from '../core/vault-core.js';
import { calculateTtl, type TtlBounds } from '../leases/calculate-ttl.js';
import type { LeaseRecord } from '../leases/lease-record.js';
import { failure, refusal } from '../logical/logical-fault.js';
import type { LogicalRequest } from '../logical/logical-request.js';
import type { LogicalResponse } from '../logical/logical-response.js';
import type { RoutedMount } from '../mounts/mount-table.js';
import { authBlock } from './auth-block.js';
import { TOKEN_ROLES } from './role-record.js';
import type { TokenEntry } from './token-entry.js';

type Terms = Pick<TtlBounds, 'ttl' | 'maxTtl' | 'period' | 'explicitMaxTtl'>;

/** On what terms a token that another token made is renewed: its own, or those of its role as it is now. */
function termsOfCreated(core: VaultCore, token: TokenEntry, lease: LeaseRecord): Terms {
  if (token.role === '') {
    return { ttl: lease.ttl, period: token.period, explicitMaxTtl: token.explicitMaxTtl };
  }
  const role = core.storage.records(TOKEN_ROLES).get(token.role);
  if (role === undefined) {
    throw failure(`original token role "${token.role}" could not be found, not renewing`);
  }
  return { ttl: lease.ttl, period: role.tokenPeriod, explicitMaxTtl: role.tokenExplicitMaxTtl };
}

/** On what terms a login is renewed: those of the auth role as it is now, but what it said of the explicit maximum. */
function termsOfLogin(
  mount: RoutedMount | undefined,
  token: TokenEntry,
  lease: LeaseRecord,
  request: LogicalRequest,
): Terms | undefined {
  const grant = mount?.backend.renewLogin?.(lease, request);
  return grant && { ...grant, explicitMaxTtl: token.explicitMaxTtl };
}

/**
 * Renews a token.
 *
 * @param increment seconds asked for, 0 for none
 * @returns undefined where the auth method no longer knows who logged in
 * @throws LogicalFault
 */
export function renewToken(
  core: VaultCore,
  token: TokenEntry,
  increment: number,
  request: LogicalRequest,
): LogicalResponse | undefined {
  if (token.type === 'batch') throw refusal('batch tokens cannot be renewed');
  const lease = core.tokens.leaseOf(token);
  if (lease?.renewable !== true) throw refusal('lease is not renewable');
  const mount = core.mounts.route(token.path);
  const created = token.path.startsWith('auth/token/');
  const terms = created ? termsOfCreated(core, token, lease) : termsOfLogin(mount, token, lease, request);
  if (terms === undefined) return undefined;
  const now = core.now();
  const { ttl, warnings } = calculateTtl({
    ...core.ttlsOf(mount?.entry),
    ...terms,
    increment,
    elapsed: now - lease.issueTime,
  });
  core.leases.extend(lease, ttl, now);
  return {
    warnings,
    auth: authBlock(token, { ttl, renewable: true }, core.identityPolicies(token.entityId)),
  };
}
