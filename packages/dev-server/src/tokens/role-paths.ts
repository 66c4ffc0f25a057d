import { addressProblem } from '../auth/token-settings.js';
import type { VaultCore } from '../core/vault-core.js';
import { shownAddress } from '../go/cidr.js';
import { sortedByBytes } from '../go/compare-bytes.js';
import type { Fields } from '../logical/fields.js';
import { refusal } from '../logical/logical-fault.js';
import { type LogicalResponse, listing } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { sanitizePolicies, withoutRepeats } from '../policies/sanitize-policies.js';
import { TOKEN_ROLES, type TokenRole } from './role-record.js';

const FIELDS = {
  role_name: 'string',
  allowed_policies: 'commaStrings',
  disallowed_policies: 'commaStrings',
  orphan: 'bool',
  renewable: 'bool',
  path_suffix: 'string',
  period: 'duration',
  explicit_max_ttl: 'duration',
  bound_cidrs: 'commaStrings',
  token_period: 'duration',
  token_explicit_max_ttl: 'duration',
  token_num_uses: 'int',
  token_bound_cidrs: 'commaStrings',
  token_no_default_policy: 'bool',
  token_type: 'string',
  allowed_entity_aliases: 'commaStrings',
} as const;

type RoleFields = Fields<typeof FIELDS>;

const newRole = (name: string): TokenRole => ({
  name,
  allowedPolicies: [],
  disallowedPolicies: [],
  orphan: false,
  renewable: true,
  pathSuffix: '',
  period: 0,
  explicitMaxTtl: 0,
  tokenPeriod: 0,
  tokenExplicitMaxTtl: 0,
  tokenNumUses: 0,
  boundCidrs: [],
  tokenBoundCidrs: [],
  tokenNoDefaultPolicy: false,
  tokenType: 'default-service',
  allowedEntityAliases: null,
});

const view = (role: TokenRole): LogicalResponse => ({
  data: {
    allowed_entity_aliases: role.allowedEntityAliases,
    allowed_policies: role.allowedPolicies,
    disallowed_policies: role.disallowedPolicies,
    explicit_max_ttl: role.explicitMaxTtl,
    name: role.name,
    orphan: role.orphan,
    path_suffix: role.pathSuffix,
    period: role.period,
    renewable: role.renewable,
    token_explicit_max_ttl: role.tokenExplicitMaxTtl,
    token_period: role.tokenPeriod,
    token_type: role.tokenType,
    ...(role.tokenBoundCidrs.length > 0 ? { token_bound_cidrs: role.tokenBoundCidrs.map(shownAddress) } : {}),
    ...(role.boundCidrs.length > 0 ? { bound_cidrs: role.boundCidrs.map(shownAddress) } : {}),
    ...(role.tokenNumUses > 0 ? { token_num_uses: role.tokenNumUses } : {}),
  },
});

/** A field that has an older name, too: the newer one counts, the older one is shown as it was set. */
function renamed<TValue>(
  newer: TValue | undefined,
  older: TValue | undefined,
  name: string,
  none: TValue,
  warnings: string[],
): { token?: TValue; old?: TValue } {
  if (newer !== undefined && older !== undefined) {
    warnings.push(
      `Both 'token_${name}' and deprecated '${name}' value supplied, ignoring the deprecated value`,
    );
  }
  if (newer !== undefined) return { token: newer, old: none };
  return older === undefined ? {} : { token: older, old: older };
}

const lowerCase = (names: readonly string[]): string[] => names.map((name) => name.toLowerCase());

const TYPES = new Set(['service', 'batch', 'default-service', 'default-batch']);
/** Somewhere in the suffix is enough, as for Vault. */
const SUFFIX = /\w[\w.-]+\w/;

function checkBatch(role: TokenRole): void {
  if (role.tokenType !== 'batch') return;
  const refuse = (what: string): Error =>
    refusal(`'token_type' cannot be 'batch' when role is set to generate ${what}`);
  if (!role.orphan) throw refuse('non-orphan tokens');
  if (role.tokenPeriod !== 0) throw refuse('periodic tokens');
  if (role.renewable) throw refuse('renewable tokens');
  if (role.tokenExplicitMaxTtl !== 0) throw refuse('tokens with an explicit max TTL');
}

/** What is wrong with the fields that this role shares with those of auth methods. */
function checkTokenFields(fields: RoleFields): void {
  const wrong = addressProblem(fields.get('token_bound_cidrs') ?? []);
  if (wrong !== undefined) throw refusal(`error parsing role fields: ${wrong}`);
  if ((fields.get('token_num_uses') ?? 0) < 0) {
    throw refusal("error parsing role fields: 'token_num_uses' cannot be negative");
  }
  const older = addressProblem(fields.get('bound_cidrs') ?? []);
  if (older !== undefined && !fields.has('token_bound_cidrs')) {
    throw refusal(`error parsing bound_cidrs: ${older}`);
  }
}

function change(known: TokenRole, fields: RoleFields, warnings: string[]): TokenRole {
  const suffix = fields.get('path_suffix') ?? known.pathSuffix;
  if (fields.get('path_suffix') && !SUFFIX.test(suffix)) {
    throw refusal('given role path suffix contains invalid characters; must match \\w[\\w-.]+\\w');
  }
  if (suffix.includes('..')) {
    throw refusal('error registering path suffix: path cannot contain parent references');
  }
  checkTokenFields(fields);
  const type = fields.get('token_type');
  if (type !== undefined && !TYPES.has(type)) throw refusal(`invalid 'token_type' value "${type}"`);
  const period = renamed(fields.get('token_period'), fields.get('period'), 'period', 0, warnings);
  const cidrs = renamed<readonly string[]>(
    fields.get('token_bound_cidrs'),
    fields.get('bound_cidrs'),
    'bound_cidrs',
    [],
    warnings,
  );
  const max = renamed(
    fields.get('token_explicit_max_ttl'),
    fields.get('explicit_max_ttl'),
    'explicit_max_ttl',
    0,
    warnings,
  );
  const allowed = fields.get('allowed_policies');
  const disallowed = fields.get('disallowed_policies');
  const aliases = fields.get('allowed_entity_aliases');
  return {
    ...known,
    orphan: fields.get('orphan') ?? known.orphan,
    renewable: fields.get('renewable') ?? known.renewable,
    pathSuffix: suffix,
    allowedPolicies: allowed === undefined ? known.allowedPolicies : sanitizePolicies(allowed, false),
    disallowedPolicies:
      disallowed === undefined ? known.disallowedPolicies : withoutRepeats(lowerCase(disallowed)),
    tokenPeriod: period.token ?? known.tokenPeriod,
    period: period.old ?? known.period,
    tokenBoundCidrs: cidrs.token ?? known.tokenBoundCidrs,
    boundCidrs: cidrs.old ?? known.boundCidrs,
    tokenExplicitMaxTtl: max.token ?? known.tokenExplicitMaxTtl,
    explicitMaxTtl: max.old ?? known.explicitMaxTtl,
    tokenNumUses: fields.get('token_num_uses') ?? known.tokenNumUses,
    tokenNoDefaultPolicy: fields.get('token_no_default_policy') ?? known.tokenNoDefaultPolicy,
    tokenType: type ?? known.tokenType,
    allowedEntityAliases:
      aliases === undefined ? known.allowedEntityAliases : withoutRepeats(lowerCase(aliases)),
  };
}

/** `roles/NAME` and the list of roles. */
export const rolePaths = (core: VaultCore): readonly BackendPath[] => {
  const roles = core.storage.records(TOKEN_ROLES);
  const write = (fields: RoleFields): LogicalResponse | undefined => {
    const name = fields.get('role_name') ?? '';
    const warnings: string[] = [];
    const role = change(roles.get(name) ?? newRole(name), fields, warnings);
    const max = fields.has('token_explicit_max_ttl') ? role.tokenExplicitMaxTtl : role.explicitMaxTtl;
    const { systemMax } = core.ttlsOf(core.mounts.get('auth/token/'));
    if (max > systemMax) {
      warnings.push(
        `Given explicit max TTL of ${max} is greater than system/mount allowed value of ${systemMax} seconds; until this is fixed attempting to create tokens against this role will result in an error`,
      );
    }
    checkBatch(role);
    roles.set(name, role);
    return warnings.length > 0 ? { warnings } : undefined;
  };
  return [
    definePath({
      pattern: /^roles\/?$/,
      fields: {},
      operations: { list: () => listing(sortedByBytes(roles.keys())) },
    }),
    definePath({
      pattern: /^roles\/(?<role_name>\w(?:[\w.-]*\w)?)$/,
      fields: FIELDS,
      exists: ({ fields }) => roles.has(fields.get('role_name') ?? ''),
      operations: {
        read: ({ fields }) => {
          const role = roles.get(fields.get('role_name') ?? '');
          return role && view(role);
        },
        create: ({ fields }) => write(fields),
        update: ({ fields }) => write(fields),
        delete: ({ fields }) => {
          roles.delete(fields.get('role_name') ?? '');
          return undefined;
        },
      },
    }),
  ];
};
