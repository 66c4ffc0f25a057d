import { randomUUID } from 'node:crypto';
import { isCidr } from '../../go/cidr.js';
import { formatDuration } from '../../go/duration.js';
import { Fields } from '../../logical/fields.js';
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
    ...(role.policies?.length ? { policies: role.policies } : {}),
    ...(role.period ? { period: role.period } : {}),
  },
});

/** Older names of fields set the same things, and are remembered so that answers show them. */
function withOlderFields(known: AppRole, fields: RoleFields): AppRole {
  const { policies: oldPolicies, period: oldPeriod, ...role } = known;
  const policies = fields.get('policies');
  const period = fields.get('period');
  // What a newer name says counts, and is what the older one shows where both are given.
  const keptPolicies = fields.has('token_policies')
    ? policies && role.settings.policies
    : policies === undefined
      ? oldPolicies
      : sanitizePolicies(policies, false);
  const keptPeriod = fields.has('token_period') ? period && role.settings.period : (period ?? oldPeriod);
  return {
    ...role,
    settings: {
      ...role.settings,
      policies: keptPolicies ?? role.settings.policies,
      period: keptPeriod ?? role.settings.period,
    },
    ...(keptPolicies === undefined ? {} : { policies: keptPolicies }),
    ...(keptPeriod === undefined ? {} : { period: keptPeriod }),
  };
}

/** @throws LogicalFault for the first text that is no CIDR block */
export function checkCidrBlocks(blocks: readonly string[], what = 'CIDR blocks', fail = failure): void {
  const invalid = blocks.find((block) => !isCidr(block));
  if (invalid !== undefined) throw fail(`failed to validate ${what}: invalid CIDR address: ${invalid}`);
}

/** Puts a role in its place, where it may be. @throws LogicalFault */
export function storeRole(store: AppRoleStore, role: AppRole): undefined {
  const bound = role.bindSecretId || role.secretIdBoundCidrs?.length || role.settings.boundCidrs.length;
  if (!bound) throw failure('at least one constraint should be enabled on the role');
  const other = store.roleById(role.roleId);
  if (other !== undefined && other.name !== role.name) throw failure('role_id already in use');
  store.putRole(role);
  return undefined;
}

/** @throws LogicalFault for a period that the mount does not allow */
export function checkPeriod(store: AppRoleStore, period: number, shown: number): void {
  if (period <= store.maxTtl) return;
  const [asked, limit] = [shown, store.maxTtl].map((seconds) => formatDuration(seconds * 1000));
  throw refusal(`period of "${asked}" is greater than the backend's maximum lease TTL of "${limit}"`);
}

const TRUNCATED =
  "token_max_ttl is greater than the backend mount's maximum TTL value; issued tokens' max TTL value will be truncated";

/** Makes or changes a role as a request asks. @throws LogicalFault */
function writeRole(store: AppRoleStore, given: RoleFields): LogicalResponse | undefined {
  const name = given.get('role_name') ?? '';
  const known = store.role(name);
  const base = known ?? newRole(name);
  const warnings: string[] = [];
  const fields = withUsefulType(given, warnings);
  const settings = changeSettings(base.settings, fields);
  if (known !== undefined && fields.has('local_secret_ids')) {
    throw refusal('local_secret_ids can only be modified during role creation');
  }
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
      settings,
    },
    fields,
  );
  checkCidrBlocks(role.secretIdBoundCidrs ?? []);
  if (role.secretIdNumUses < 0) throw refusal('secret_id_num_uses cannot be negative');
  checkPeriod(store, role.period ?? 0, role.period ?? 0);
  if (role.settings.maxTtl > store.maxTtl) warnings.push(TRUNCATED);
  storeRole(store, role);
  return warnings.length > 0 ? { warnings } : undefined;
}

/** Two types of tokens that are for mounts only are taken for the nearest of a role. */
function withUsefulType(fields: RoleFields, warnings: string[]): RoleFields {
  const useful = /^default-(service|batch)$/.exec(fields.get('token_type') ?? '')?.[1];
  if (useful === undefined) return fields;
  warnings.push(`default-${useful} has no useful meaning; adjusting to ${useful}`);
  return new Fields(ROLE_FIELDS, new Map([...fields.all(), ['token_type', useful]]));
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
