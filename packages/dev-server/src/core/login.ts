import { calculateTtl } from '../leases/calculate-ttl.js';
import type { AuthGrant } from '../logical/auth-grant.js';
import { refusal } from '../logical/logical-fault.js';
import type { LogicalRequest } from '../logical/logical-request.js';
import type { LogicalResponse } from '../logical/logical-response.js';
import { fullPath, type MountEntry } from '../mounts/mount-entry.js';
import { sanitizePolicies } from '../policies/sanitize-policies.js';
import { authBlock } from '../tokens/auth-block.js';
import type { TokenType } from '../tokens/token-entry.js';
import type { VaultCore } from './vault-core.js';

/** The type of a token: what the role says, else what the mount says, else service. */
export function loginTokenType(role: string, mount: string | undefined): TokenType {
  switch (mount) {
    case 'service':
    case 'batch':
      return mount;
    case 'default-batch':
      return role === 'service' || role === 'default-service' ? 'service' : 'batch';
    default:
      return role === 'batch' || role === 'default-batch' ? 'batch' : 'service';
  }
}

/** @throws LogicalFault for a policy that no login may give, be it by the role or by the entity */
function checkAssignable(policies: readonly string[]): void {
  if (policies.includes('root')) throw refusal('auth methods cannot create root tokens');
  const reserved = policies.find((policy) => policy === 'response-wrapping' || policy === 'control-group');
  if (reserved !== undefined) throw refusal(`cannot assign policy "${reserved}"`);
}

/** Makes the token of a login. @throws LogicalFault */
export function completeLogin(
  core: VaultCore,
  request: LogicalRequest,
  mount: MountEntry,
  grant: AuthGrant,
): LogicalResponse {
  if (grant.alias === '' && !mount.local) throw refusal('missing name in alias', 500);
  const entity =
    grant.alias === undefined || mount.local
      ? undefined
      : core.entities.forAlias(mount.accessor, grant.alias, grant.aliasMetadata ?? new Map());
  if (entity?.disabled === true) throw refusal('permission denied', 403);
  const { ttl, warnings } = calculateTtl({
    ...core.ttlsOf(mount),
    ttl: grant.ttl,
    maxTtl: grant.maxTtl,
    explicitMaxTtl: grant.explicitMaxTtl,
    period: grant.period,
  });
  const policies = sanitizePolicies(grant.policies, !grant.noDefaultPolicy);
  const identityPolicies = core.identityPolicies(entity?.id ?? '');
  checkAssignable(sanitizePolicies([...policies, ...identityPolicies], false));
  const source = fullPath(mount)
    .replace(/^auth\//, '')
    .replaceAll('/', '-');
  const token = core.tokens.add({
    parent: '',
    policies,
    path: request.path,
    meta: grant.metadata,
    displayName: `${source}${grant.displayName}`.replace(/-$/, ''),
    numUses: grant.numUses,
    ttl,
    explicitMaxTtl: grant.explicitMaxTtl,
    period: grant.period,
    role: '',
    entityId: entity?.id ?? '',
    type: loginTokenType(grant.tokenType, mount.config.tokenType),
    boundCidrs: grant.boundCidrs,
    renewable: true,
    internal: grant.internal,
  });
  return { warnings, auth: authBlock(token, { ttl, renewable: token.type === 'service' }, identityPolicies) };
}
