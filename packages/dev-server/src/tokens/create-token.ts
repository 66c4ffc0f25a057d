import type { VaultCore } from '../core/vault-core.js';
import { globFits } from '../go/glob.js';
import { calculateTtl } from '../leases/calculate-ttl.js';
import { refusal } from '../logical/logical-fault.js';
import type { LogicalRequest } from '../logical/logical-request.js';
import type { LogicalResponse } from '../logical/logical-response.js';
import { authBlock } from './auth-block.js';
import { batchObstacle, durationsFor } from './create-durations.js';
import { policiesFor } from './create-policies.js';
import { type CreateRequest, readCreateRequest } from './create-request.js';
import type { TokenRole } from './role-record.js';
import type { TokenEntry, TokenType } from './token-entry.js';
import { TokenIdError } from './token-store.js';

const CUSTOM_ID =
  'Supplying a custom ID for the token uses the weaker SHA1 hashing instead of the more secure SHA2-256 HMAC for token obfuscation. SHA1 hashed tokens on the wire leads to less secure lookups.';

function parentOf(core: VaultCore, request: LogicalRequest): TokenEntry {
  const parent = core.tokens.find(request.clientToken);
  if (parent === undefined) throw refusal('parent token lookup failed: no parent found');
  if (parent.type === 'batch') throw refusal('batch tokens cannot create more tokens');
  if (parent.numUses !== 0) throw refusal('restricted use token cannot generate child tokens');
  return parent;
}

function typeOf(wanted: CreateRequest, role: TokenRole | undefined): TokenType {
  const byRole = role?.tokenType;
  const forced = byRole === 'service' || byRole === 'batch' ? byRole : wanted.type;
  const type = forced === '' && byRole === 'default-batch' ? 'batch' : forced;
  if (type === '' || type === 'service') return 'service';
  if (type !== 'batch') throw refusal("invalid 'token_type' value");
  const obstacle = batchObstacle(wanted);
  if (obstacle !== undefined) throw refusal(`batch tokens cannot have "${obstacle}" set`);
  return 'batch';
}

function displayNameOf(wanted: CreateRequest): string {
  if (wanted.displayName === '') return 'token';
  return `token-${wanted.displayName}`.replace(/[^a-zA-Z0-9-]/g, '-').replace(/-$/, '');
}

const lesserUses = (asked: number, byRole: number): number =>
  byRole === 0 ? asked : asked === 0 ? byRole : Math.min(asked, byRole);

/** Who the entity of a token is: its own alias, else that of the parent. */
function entityOf(core: VaultCore, wanted: CreateRequest, role: TokenRole | undefined): string {
  if (wanted.entityAlias === '') return '';
  if (role === undefined) throw refusal("'entity_alias' is only allowed in combination with token role");
  const name = wanted.entityAlias.toLowerCase();
  if (!(role.allowedEntityAliases ?? []).some((pattern) => globFits(pattern, name))) {
    throw refusal("invalid 'entity_alias' value");
  }
  const accessor = core.mounts.get('auth/token/')?.accessor ?? '';
  const entity = core.entities.forAlias(accessor, wanted.entityAlias, new Map());
  if (entity.disabled) throw refusal('entity from given entity alias is disabled', 403);
  return entity.id;
}

function checkChosenId(core: VaultCore, id: string): void {
  if (id === '') return;
  try {
    core.tokens.checkId(id);
  } catch (error) {
    throw error instanceof TokenIdError ? refusal(error.message) : error;
  }
}

/** Whether the new token has no parent. */
function isOrphan(
  wanted: CreateRequest,
  role: TokenRole | undefined,
  orphan: boolean,
  isSudo: boolean,
): boolean {
  if (role !== undefined) return role.orphan;
  if (wanted.noParent && !isSudo) throw refusal('root or sudo privileges required to create orphan token');
  return wanted.noParent || orphan;
}

/**
 * Makes a token as a request asks, on the terms of its parent and of a role.
 *
 * @throws LogicalFault
 */
export function createToken(
  core: VaultCore,
  request: LogicalRequest,
  options: { readonly orphan: boolean; readonly role?: TokenRole },
): LogicalResponse {
  const { role } = options;
  const parent = parentOf(core, request);
  const fullPath = `auth/token/${request.path}`;
  const isSudo = core.aclOf(parent).hasSudo(fullPath);
  const wanted = readCreateRequest(request.data);
  const type = typeOf(wanted, role);
  if (wanted.numUses < 0) throw refusal('number of uses cannot be negative');
  const ownEntity = entityOf(core, wanted, role);
  if (wanted.id !== '' && !isSudo) throw refusal('root or sudo privileges required to specify token id');
  const policies = policiesFor(wanted, parent, role, isSudo);
  if (policies.includes('root') && type === 'batch') throw refusal('batch tokens cannot be root tokens');
  const orphan = isOrphan(wanted, role, options.orphan, isSudo);
  const durations = durationsFor(wanted, role, isSudo, type === 'batch');
  const warnings = [...durations.warnings];
  let { ttl } = durations;
  if (durations.effectivePeriod > 0 || ttl > 0 || !policies.includes('root')) {
    const calculated = calculateTtl({
      ...core.ttlsOf(core.mounts.get('auth/token/')),
      ttl,
      period: durations.effectivePeriod,
      explicitMaxTtl: durations.effectiveExplicitMaxTtl,
    });
    warnings.push(...calculated.warnings);
    ttl = calculated.ttl;
  }
  if (ttl === 0) ttl = durations.effectiveExplicitMaxTtl;
  if (ttl === 0 && parent.ttl !== 0) {
    throw refusal('expiring root tokens cannot create non-expiring root tokens');
  }
  if (wanted.id !== '') warnings.push(CUSTOM_ID);
  const renewable = type === 'service' && ttl !== 0 && wanted.renewable && (role?.renewable ?? true);
  const boundCidrs = role !== undefined ? role.tokenBoundCidrs : orphan ? [] : parent.boundCidrs;
  // A batch token is made of what it stands for, whichever ID was asked for.
  const id = type === 'batch' ? '' : wanted.id;
  checkChosenId(core, id);
  const token = core.tokens.add({
    ...(id === '' ? {} : { id }),
    parent: orphan ? '' : parent.id,
    policies,
    path: role === undefined || role.pathSuffix === '' ? fullPath : `${fullPath}/${role.pathSuffix}`,
    meta: wanted.meta,
    displayName: displayNameOf(wanted),
    numUses: lesserUses(wanted.numUses, role?.tokenNumUses ?? 0),
    ttl,
    explicitMaxTtl: durations.explicitMaxTtl,
    period: durations.period,
    role: role?.name ?? '',
    entityId: ownEntity === '' && !orphan ? parent.entityId : ownEntity,
    type,
    boundCidrs: ttl === 0 ? [] : boundCidrs,
    renewable,
  });
  for (const policy of policies) {
    if (core.policies.get(policy) === undefined) warnings.push(`Policy "${policy}" does not exist`);
  }
  return { warnings, auth: authBlock(token, { ttl, renewable }, core.identityPolicies(token.entityId)) };
}
