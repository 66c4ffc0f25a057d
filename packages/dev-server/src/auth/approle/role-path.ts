import { randomUUID } from 'node:crypto';
import { isCidr } from '../../go/cidr.js';
import type { Fields } from '../../logical/fields.js';
import { failure, refusal } from '../../logical/logical-fault.js';
import type { LogicalResponse } from '../../logical/logical-response.js';
import { type BackendPath, definePath } from '../../logical/path-backend.js';
import { sanitizePolicies } from '../../policies/sanitize-policies.js';
import { changeSettings, NO_SETTINGS, settingsView, TOKEN_FIELDS } from '../token-settings.js';
import type { AppRole } from './approle-record.js';
import type { AppRoleStore } from './approle-store.js';

export const ROLE_NAME = '\\w(?:[\\w.-]*\\w)?';

export const ROLE_FIELDS = {
  ...TOKEN_FIELDS,
  role_name: 'string',
  bind_secret_id: 'bool',
  local_secret_ids: 'bool',
  policies: 'commaStrings',
  period: 'duration',
  role_id: 'string',
  secret_id_bound_cidrs: 'commaStrings',
  bound_cidr_list: 'commaStrings',
  secret_id_num_uses: 'int',
  secret_id_ttl: 'duration',
} as const;

export type RoleFields = Fields<typeof ROLE_FIELDS>;

const newRole = (name: string): AppRole => ({
  name: name.toLowerCase(),
  roleId: randomUUID(),
  bindSecretId: true,
  localSecretIds: false,
  secretIdBoundCidrs: null,
  secretIdNumUses: 0,
  secretIdTtl: 0,
  settings: NO_SETTINGS,
});

const view = (role: AppRole): LogicalResponse => ({
  data: {
    bind_secret_id: role.bindSecretId,
    local_secret_ids: role.localSecretIds,
    secret_id_bound_cidrs: role.secretIdBoundCidrs,
    secret_id_num_uses: role.secretIdNumUses,
    secret_id_ttl: role.secretIdTtl,
    ...settingsView(role.settings),
    ...(role.policies === undefined ? {} : { policies: role.policies }),
    ...(role.period === undefined ? {} : { period: role.period }),
  },
});

/** Older names of fields set the same things, and are remembered so that answers show them. */
function withOlderFields(known: AppRole, fields: RoleFields): AppRole {
  const policies = fields.get('policies');
  const period = fields.get('period');
  const { policies: oldPolicies, period: oldPeriod, ...rest } = known;
  let role: AppRole = rest;
  const keptPolicies = fields.has('token_policies') ? undefined : (policies ?? oldPolicies);
  const keptPeriod = fields.has('token_period') ? undefined : (period ?? oldPeriod);
  if (keptPolicies !== undefined) {
    const clean = sanitizePolicies(keptPolicies, false);
    role = { ...role, policies: clean, settings: { ...role.settings, policies: clean } };
  }
  if (keptPeriod !== undefined) {
    role = { ...role, period: keptPeriod, settings: { ...role.settings, period: keptPeriod } };
  }
  return role;
}

function checkRole(role: AppRole): void {
  const invalid = role.secretIdBoundCidrs?.find((block) => !isCidr(block));
  if (invalid !== undefined) {
    throw failure(`failed to validate CIDR blocks: invalid CIDR address: ${invalid}`);
  }
  if (role.secretIdNumUses < 0) throw refusal('secret_id_num_uses cannot be negative');
  const bound = role.bindSecretId || role.secretIdBoundCidrs?.length || role.settings.boundCidrs.length;
  if (!bound) throw failure('at least one constraint should be enabled on the role');
}

const TRUNCATED =
  "token_max_ttl is greater than the backend mount's maximum TTL value; issued tokens' max TTL value will be truncated";

/** Makes or changes a role as a request asks. @throws LogicalFault */
export function writeRole(store: AppRoleStore, fields: RoleFields): LogicalResponse | undefined {
  const name = fields.get('role_name') ?? '';
  const known = store.role(name);
  if (known !== undefined && fields.has('local_secret_ids')) {
    throw refusal('local_secret_ids can only be modified during role creation');
  }
  const base = known ?? newRole(name);
  const roleId = fields.get('role_id');
  if (roleId === '') throw refusal('invalid role_id supplied, or failed to generate a role_id');
  const role = withOlderFields(
    {
      ...base,
      roleId: roleId ?? base.roleId,
      bindSecretId: fields.get('bind_secret_id') ?? base.bindSecretId,
      localSecretIds: fields.get('local_secret_ids') ?? base.localSecretIds,
      secretIdBoundCidrs:
        fields.get('secret_id_bound_cidrs') ?? fields.get('bound_cidr_list') ?? base.secretIdBoundCidrs,
      secretIdNumUses: fields.get('secret_id_num_uses') ?? base.secretIdNumUses,
      secretIdTtl: fields.get('secret_id_ttl') ?? base.secretIdTtl,
      settings: changeSettings(base.settings, fields),
    },
    fields,
  );
  checkRole(role);
  store.putRole(role);
  return role.settings.maxTtl > store.maxTtl ? { warnings: [TRUNCATED] } : undefined;
}

/** `role/NAME`. */
export const rolePath = (store: AppRoleStore): BackendPath =>
  definePath({
    pattern: new RegExp(`^role/(?<role_name>${ROLE_NAME})$`),
    fields: ROLE_FIELDS,
    exists: ({ fields }) => store.role(fields.get('role_name') ?? '') !== undefined,
    operations: {
      read: ({ fields }) => {
        const role = store.role(fields.get('role_name') ?? '');
        return role && view(role);
      },
      create: ({ fields }) => writeRole(store, fields),
      update: ({ fields }) => writeRole(store, fields),
      delete: ({ fields }) => {
        store.removeRole(fields.get('role_name') ?? '');
        return undefined;
      },
    },
  });
