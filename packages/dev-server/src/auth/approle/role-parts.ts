import { shownAddress } from '../../go/cidr.js';
import type { JsonRecord } from '../../json/json-value.js';
import { refusal } from '../../logical/logical-fault.js';
import { sanitizePolicies } from '../../policies/sanitize-policies.js';
import { addressProblem, type TokenSettings } from '../token-settings.js';
import type { AppRole } from './approle-record.js';
import type { AppRoleStore } from './approle-store.js';
import { checkCidrBlocks, checkPeriod, type ROLE_FIELDS, type RoleFields } from './role-path.js';

/** One setting of a role that has a path of its own. */
export interface RolePart {
  /** The last segment of the path. */
  readonly segment: string;
  /** The fields that a write may name. */
  readonly fields: readonly (keyof typeof ROLE_FIELDS)[];
  /** What a write that names none of the fields is said to lack; undefined where it may. */
  readonly lacking?: string;
  readonly view: (role: AppRole) => JsonRecord;
  readonly warning?: string;
  /** The role with what the fields say; absent where it cannot be changed. @throws LogicalFault */
  readonly change?: (role: AppRole, fields: RoleFields, store: AppRoleStore) => AppRole;
  /** The role without the setting; absent where it cannot be taken away. */
  readonly reset?: (role: AppRole) => AppRole;
}

/** A role with other terms for its tokens. */
const withSettings = (role: AppRole, changes: Partial<TokenSettings>): AppRole => ({
  ...role,
  settings: { ...role.settings, ...changes },
});

const withoutOldPolicies = ({ policies: _policies, ...role }: AppRole): AppRole => role;
const withoutOldPeriod = ({ period: _period, ...role }: AppRole): AppRole => role;

function changedPolicies(role: AppRole, fields: RoleFields): AppRole {
  const policies = sanitizePolicies(fields.get('token_policies') ?? fields.get('policies') ?? [], false);
  const rest = withSettings(withoutOldPolicies(role), { policies });
  return fields.has('policies') ? { ...rest, policies } : rest;
}

function changedPeriod(role: AppRole, fields: RoleFields, store: AppRoleStore): AppRole {
  const period = fields.get('token_period') ?? fields.get('period') ?? 0;
  const rest = withSettings(withoutOldPeriod(role), { period });
  const changed = fields.has('period') ? { ...rest, period } : rest;
  checkPeriod(store, period, changed.period ?? 0);
  return changed;
}

function changedBlocks(role: AppRole, blocks: readonly string[] | undefined): AppRole {
  if (blocks === undefined) return role;
  if (blocks.length === 0) throw refusal('missing bound_cidr_list');
  checkCidrBlocks(blocks, 'CIDR blocks', refusal);
  return { ...role, secretIdBoundCidrs: blocks };
}

function changedAddresses(role: AppRole, addresses: readonly string[] | undefined): AppRole {
  if (addresses === undefined) return role;
  const wrong = addressProblem(addresses);
  if (wrong !== undefined) throw refusal(`failed to parse token_bound_cidrs: ${wrong}`);
  return withSettings(role, { boundCidrs: addresses });
}

/** A TTL and its maximum, changed on their own paths. @throws LogicalFault with the text of the path */
function withTtls(role: AppRole, changes: { ttl?: number; maxTtl?: number }, problem: string): AppRole {
  const changed = withSettings(role, changes);
  const { ttl, maxTtl } = changed.settings;
  if (maxTtl > 0 && ttl > maxTtl) throw refusal(problem);
  return changed;
}

function changedUses(role: AppRole, uses: number): AppRole {
  if (uses < 0) throw refusal('secret_id_num_uses cannot be negative');
  return { ...role, secretIdNumUses: uses };
}

function changedId(role: AppRole, roleId: string): AppRole {
  if (roleId === '') throw refusal('missing role_id');
  return { ...role, roleId };
}

/** The settings of a role that have paths of their own. */
export const ROLE_PARTS: readonly RolePart[] = [
  {
    segment: 'policies',
    fields: ['token_policies', 'policies'],
    lacking: 'token_policies',
    view: (role) => ({
      token_policies: role.settings.policies,
      ...(role.policies?.length ? { policies: role.policies } : {}),
    }),
    change: changedPolicies,
    reset: (role) => withSettings(withoutOldPolicies(role), { policies: [] }),
  },
  {
    segment: 'local-secret-ids',
    fields: [],
    view: (role) => ({ local_secret_ids: role.localSecretIds }),
  },
  {
    // It only sets: what it sets is shown, and taken away, by its newer name.
    segment: 'bound-cidr-list',
    fields: ['bound_cidr_list'],
    view: () => ({ bound_cidr_list: null }),
    warning:
      'The "bound_cidr_list" field is deprecated and will be removed. Please use "secret_id_bound_cidrs" instead.',
    change: (role, fields) => changedBlocks(role, fields.get('bound_cidr_list')),
    reset: (role) => role,
  },
  {
    segment: 'secret-id-bound-cidrs',
    fields: ['secret_id_bound_cidrs'],
    view: (role) => ({ secret_id_bound_cidrs: role.secretIdBoundCidrs }),
    change: (role, fields) => changedBlocks(role, fields.get('secret_id_bound_cidrs')),
    reset: (role) => ({ ...role, secretIdBoundCidrs: null }),
  },
  {
    segment: 'token-bound-cidrs',
    fields: ['token_bound_cidrs'],
    view: ({ settings: { boundCidrs } }) => ({
      token_bound_cidrs: boundCidrs.length > 0 ? boundCidrs.map(shownAddress) : null,
    }),
    change: (role, fields) => changedAddresses(role, fields.get('token_bound_cidrs')),
    reset: (role) => withSettings(role, { boundCidrs: [] }),
  },
  {
    segment: 'bind-secret-id',
    fields: ['bind_secret_id'],
    lacking: 'bind_secret_id',
    view: (role) => ({ bind_secret_id: role.bindSecretId }),
    change: (role, fields) => ({ ...role, bindSecretId: fields.get('bind_secret_id') ?? false }),
    reset: (role) => ({ ...role, bindSecretId: true }),
  },
  {
    segment: 'secret-id-num-uses',
    fields: ['secret_id_num_uses'],
    lacking: 'secret_id_num_uses',
    view: (role) => ({ secret_id_num_uses: role.secretIdNumUses }),
    change: (role, fields) => changedUses(role, fields.get('secret_id_num_uses') ?? 0),
    reset: (role) => ({ ...role, secretIdNumUses: 0 }),
  },
  {
    segment: 'secret-id-ttl',
    fields: ['secret_id_ttl'],
    lacking: 'secret_id_ttl',
    view: (role) => ({ secret_id_ttl: role.secretIdTtl }),
    change: (role, fields) => ({ ...role, secretIdTtl: fields.get('secret_id_ttl') ?? 0 }),
    reset: (role) => ({ ...role, secretIdTtl: 0 }),
  },
  {
    segment: 'period',
    fields: ['token_period', 'period'],
    lacking: 'period',
    view: (role) => ({
      token_period: role.settings.period,
      ...(role.period ? { period: role.period } : {}),
    }),
    change: changedPeriod,
    reset: (role) => withSettings(withoutOldPeriod(role), { period: 0 }),
  },
  {
    segment: 'token-num-uses',
    fields: ['token_num_uses'],
    lacking: 'token_num_uses',
    view: (role) => ({ token_num_uses: role.settings.numUses }),
    change: (role, fields) => withSettings(role, { numUses: fields.get('token_num_uses') ?? 0 }),
    reset: (role) => withSettings(role, { numUses: 0 }),
  },
  {
    segment: 'token-ttl',
    fields: ['token_ttl'],
    lacking: 'token_ttl',
    view: (role) => ({ token_ttl: role.settings.ttl }),
    change: (role, fields) =>
      withTtls(
        role,
        { ttl: fields.get('token_ttl') ?? 0 },
        'token_ttl should not be greater than token_max_ttl',
      ),
    reset: (role) => withSettings(role, { ttl: 0 }),
  },
  {
    segment: 'token-max-ttl',
    fields: ['token_max_ttl'],
    lacking: 'token_max_ttl',
    view: (role) => ({ token_max_ttl: role.settings.maxTtl }),
    change: (role, fields) =>
      withTtls(
        role,
        { maxTtl: fields.get('token_max_ttl') ?? 0 },
        'token_max_ttl should be greater than or equal to token_ttl',
      ),
    reset: (role) => withSettings(role, { maxTtl: 0 }),
  },
  {
    segment: 'role-id',
    fields: ['role_id'],
    view: (role) => ({ role_id: role.roleId }),
    change: (role, fields) => changedId(role, fields.get('role_id') ?? ''),
  },
];
