import { quoteList } from '../go/format-value.js';
import { refusal } from '../logical/logical-fault.js';
import { sanitizePolicies } from '../policies/sanitize-policies.js';
import type { CreateRequest } from './create-request.js';
import type { TokenRole } from './role-record.js';
import type { TokenEntry } from './token-entry.js';

const NOT_ASSIGNABLE = new Set(['response-wrapping', 'control-group']);

/** What a role with lists of policies lets a token have. */
function policiesByRole(request: CreateRequest, role: TokenRole, parent: TokenEntry): readonly string[] {
  const addDefault =
    !request.noDefaultPolicy && !role.tokenNoDefaultPolicy && !role.disallowedPolicies.includes('default');
  let policies: readonly string[] =
    request.policies.length > 0 ? sanitizePolicies(request.policies, addDefault) : [];
  if (role.allowedPolicies.length > 0) {
    const allowed = sanitizePolicies(role.allowedPolicies, addDefault);
    if (policies.length === 0) policies = allowed;
    else if (!policies.every((policy) => allowed.includes(policy))) {
      throw refusal(
        `token policies (${quoteList(policies)}) must be subset of the role's allowed policies (${quoteList(allowed)})`,
      );
    }
  } else if (policies.length === 0) {
    policies = sanitizePolicies(parent.policies, addDefault);
  }
  const disallowed = policies.find((policy) => role.disallowedPolicies.includes(policy));
  if (disallowed !== undefined) throw refusal(`token policy "${disallowed}" is disallowed by this role`);
  return policies;
}

/** What a parent lets a token have; sudo on the path lifts the limits. */
function policiesByParent(request: CreateRequest, parent: TokenEntry, isSudo: boolean): readonly string[] {
  if (request.policies.length === 0) return sanitizePolicies(parent.policies, false);
  if (isSudo) return sanitizePolicies(request.policies, !request.noDefaultPolicy);
  const wanted = sanitizePolicies(request.policies, false);
  if (!wanted.every((policy) => parent.policies.includes(policy))) {
    throw refusal('child policies must be subset of parent');
  }
  return sanitizePolicies(wanted, !request.noDefaultPolicy && parent.policies.includes('default'));
}

/** The policies of a new token. @throws LogicalFault when it may not have them */
export function policiesFor(
  request: CreateRequest,
  parent: TokenEntry,
  role: TokenRole | undefined,
  isSudo: boolean,
): readonly string[] {
  const byRole =
    role !== undefined && (role.allowedPolicies.length > 0 || role.disallowedPolicies.length > 0);
  const granted = byRole ? policiesByRole(request, role, parent) : policiesByParent(request, parent, isSudo);
  const policies = request.noDefaultPolicy ? granted.filter((policy) => policy !== 'default') : granted;
  const reserved = policies.find((policy) => NOT_ASSIGNABLE.has(policy));
  if (reserved !== undefined) throw refusal(`cannot assign policy "${reserved}"`);
  if (policies.includes('root') && !parent.policies.includes('root')) {
    throw refusal('root tokens may not be created without parent token being root');
  }
  return policies;
}
