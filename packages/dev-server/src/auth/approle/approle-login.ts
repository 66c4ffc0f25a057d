import { inCidrs } from '../../go/cidr.js';
import type { AuthGrant } from '../../logical/auth-grant.js';
import { refusal } from '../../logical/logical-fault.js';
import { grantFrom } from '../token-settings.js';
import type { AppRole, SecretId } from './approle-record.js';
import type { AppRoleStore } from './approle-store.js';

/** Checks a secret id and counts the use. @throws LogicalFault */
function spend(store: AppRoleStore, role: AppRole, given: string, address: string): SecretId {
  if (given === '') throw refusal('missing secret_id');
  const secretId = store.secretId(role.name, given);
  if (secretId === undefined) throw refusal('invalid secret id');
  if (secretId.numUses === 1) store.removeSecretId(secretId);
  else if (secretId.numUses > 1) {
    secretId.numUses -= 1;
    secretId.lastUpdatedTime = store.now();
  }
  if (secretId.cidrList.length > 0 && !inCidrs(address, secretId.cidrList)) {
    throw refusal(
      secretId.numUses === 0
        ? `source address "${address}" unauthorized through CIDR restrictions on the secret ID`
        : `source address "${address}" unauthorized by CIDR restrictions on the secret ID: %!w(<nil>)`,
    );
  }
  return secretId;
}

/** On what terms a role is renewed. */
export const renewalGrant = (role: AppRole): AuthGrant => ({
  ...grantFrom(role.settings),
  metadata: new Map([['role_name', role.name]]),
  displayName: '',
  internal: new Map([['role_name', role.name]]),
});

/** Grants what a role gives to who knows its role id and a secret id. @throws LogicalFault */
export function loginGrant(
  store: AppRoleStore,
  given: { readonly roleId: string; readonly secretId: string },
  address: string,
): AuthGrant {
  if (given.roleId === '') throw refusal('missing role_id');
  const role = store.roleById(given.roleId);
  if (role === undefined) throw refusal('invalid role ID');
  const secretId = role.bindSecretId ? spend(store, role, given.secretId, address) : undefined;
  const bound = role.secretIdBoundCidrs ?? [];
  if (bound.length > 0 && !inCidrs(address, bound)) {
    throw refusal(`source address "${address}" unauthorized by CIDR restrictions on the role: %!w(<nil>)`);
  }
  const metadata = new Map([...(secretId?.metadata ?? []), ['role_name', role.name] as const]);
  const own = secretId?.tokenBoundCidrs ?? [];
  return {
    ...renewalGrant(role),
    metadata,
    alias: role.roleId,
    aliasMetadata: metadata,
    boundCidrs: own.length > 0 ? own : role.settings.boundCidrs,
  };
}
