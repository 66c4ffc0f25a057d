import type { JsonRecord } from '../../json/json-value.js';
import { refusal, unsupportedPath } from '../../logical/logical-fault.js';
import { type BackendPath, definePath } from '../../logical/path-backend.js';
import { NO_SETTINGS } from '../token-settings.js';
import type { AppRole } from './approle-record.js';
import type { AppRoleStore } from './approle-store.js';
import { ROLE_FIELDS, ROLE_NAME, type RoleFields, writeRole } from './role-path.js';

/** One setting of a role that has a path of its own. */
interface RolePart {
  /** The last segment of the path. */
  readonly segment: string;
  /** The fields that a write may name; at least one it must. */
  readonly fields: readonly (keyof typeof ROLE_FIELDS)[];
  readonly view: (role: AppRole) => JsonRecord;
  /** The role without the setting; absent where it cannot be taken away. */
  readonly reset?: (role: AppRole) => AppRole;
}

const settings = (role: AppRole, changes: Partial<AppRole['settings']>): AppRole => ({
  ...role,
  settings: { ...role.settings, ...changes },
});

const withoutOldPolicies = ({ policies: _policies, ...role }: AppRole): AppRole => role;
const withoutOldPeriod = ({ period: _period, ...role }: AppRole): AppRole => role;

const PARTS: readonly RolePart[] = [
  {
    segment: 'policies',
    fields: ['token_policies', 'policies'],
    view: (role) => ({
      token_policies: role.settings.policies,
      ...(role.policies === undefined ? {} : { policies: role.policies }),
    }),
    reset: (role) => settings(withoutOldPolicies(role), { policies: [] }),
  },
  {
    segment: 'local-secret-ids',
    fields: [],
    view: (role) => ({ local_secret_ids: role.localSecretIds }),
  },
  {
    segment: 'bound-cidr-list',
    fields: ['bound_cidr_list'],
    view: (role) => ({ bound_cidr_list: role.secretIdBoundCidrs }),
    reset: (role) => ({ ...role, secretIdBoundCidrs: null }),
  },
  {
    segment: 'secret-id-bound-cidrs',
    fields: ['secret_id_bound_cidrs'],
    view: (role) => ({ secret_id_bound_cidrs: role.secretIdBoundCidrs }),
    reset: (role) => ({ ...role, secretIdBoundCidrs: null }),
  },
  {
    segment: 'token-bound-cidrs',
    fields: ['token_bound_cidrs'],
    view: (role) => ({ token_bound_cidrs: role.settings.boundCidrs }),
    reset: (role) => settings(role, { boundCidrs: [] }),
  },
  {
    segment: 'bind-secret-id',
    fields: ['bind_secret_id'],
    view: (role) => ({ bind_secret_id: role.bindSecretId }),
    reset: (role) => ({ ...role, bindSecretId: true }),
  },
  {
    segment: 'secret-id-num-uses',
    fields: ['secret_id_num_uses'],
    view: (role) => ({ secret_id_num_uses: role.secretIdNumUses }),
    reset: (role) => ({ ...role, secretIdNumUses: 0 }),
  },
  {
    segment: 'secret-id-ttl',
    fields: ['secret_id_ttl'],
    view: (role) => ({ secret_id_ttl: role.secretIdTtl }),
    reset: (role) => ({ ...role, secretIdTtl: 0 }),
  },
  {
    segment: 'period',
    fields: ['token_period', 'period'],
    view: (role) => ({
      token_period: role.settings.period,
      ...(role.period === undefined ? {} : { period: role.period }),
    }),
    reset: (role) => settings(withoutOldPeriod(role), { period: NO_SETTINGS.period }),
  },
  {
    segment: 'token-num-uses',
    fields: ['token_num_uses'],
    view: (role) => ({ token_num_uses: role.settings.numUses }),
    reset: (role) => settings(role, { numUses: 0 }),
  },
  {
    segment: 'token-ttl',
    fields: ['token_ttl'],
    view: (role) => ({ token_ttl: role.settings.ttl }),
    reset: (role) => settings(role, { ttl: 0 }),
  },
  {
    segment: 'token-max-ttl',
    fields: ['token_max_ttl'],
    view: (role) => ({ token_max_ttl: role.settings.maxTtl }),
    reset: (role) => settings(role, { maxTtl: 0 }),
  },
  {
    segment: 'role-id',
    fields: ['role_id'],
    view: (role) => ({ role_id: role.roleId }),
  },
];

function partPath(store: AppRoleStore, part: RolePart): BackendPath {
  const { reset } = part;
  const [first] = part.fields;
  return definePath<typeof ROLE_FIELDS>({
    pattern: new RegExp(`^role/(?<role_name>${ROLE_NAME})/${part.segment}/?$`),
    fields: ROLE_FIELDS,
    operations: {
      read: ({ fields }) => {
        const role = store.role(fields.get('role_name') ?? '');
        return role && { data: part.view(role) };
      },
      ...(first === undefined
        ? {}
        : {
            update: ({ fields }: { readonly fields: RoleFields }) => {
              if (store.role(fields.get('role_name') ?? '') === undefined) throw unsupportedPath();
              if (!part.fields.some((field) => fields.has(field))) throw refusal(`missing ${first}`);
              return writeRole(store, fields.only(['role_name', ...part.fields]));
            },
          }),
      ...(reset === undefined
        ? {}
        : {
            delete: ({ fields }: { readonly fields: RoleFields }) => {
              const role = store.role(fields.get('role_name') ?? '');
              if (role !== undefined) store.putRole(reset(role));
              return undefined;
            },
          }),
    },
  });
}

/** `role/NAME/SETTING` for each setting that has a path of its own. */
export const rolePartPaths = (store: AppRoleStore): readonly BackendPath[] =>
  PARTS.map((part) => partPath(store, part));
