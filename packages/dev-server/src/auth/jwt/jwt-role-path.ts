import { formatDuration } from '../../go/duration.js';
import { formatValue, quote } from '../../go/format-value.js';
import { isJsonArray, type JsonMap } from '../../json/json-value.js';
import type { Fields } from '../../logical/fields.js';
import { refusal } from '../../logical/logical-fault.js';
import type { LogicalResponse } from '../../logical/logical-response.js';
import { type BackendPath, definePath } from '../../logical/path-backend.js';
import { changeTerms, NO_TERMS, OLDER_FIELDS, termsView } from '../role-terms.js';
import { TOKEN_FIELDS } from '../token-settings.js';
import type { JwtRole } from './jwt-records.js';

const FIELDS = {
  ...TOKEN_FIELDS,
  ...OLDER_FIELDS,
  name: 'lowerCase',
  role_type: 'string',
  user_claim: 'string',
  groups_claim: 'string',
  bound_subject: 'string',
  bound_audiences: 'commaStrings',
  bound_claims: 'map',
  bound_claims_type: 'string',
  claim_mappings: 'pairs',
  allowed_redirect_uris: 'commaStrings',
  oidc_scopes: 'commaStrings',
  expiration_leeway: 'signedDuration',
  not_before_leeway: 'signedDuration',
  clock_skew_leeway: 'signedDuration',
  max_age: 'duration',
  verbose_oidc_logging: 'bool',
} as const;

type RoleFields = Fields<typeof FIELDS>;

const NEW_ROLE: JwtRole = {
  roleType: 'oidc',
  userClaim: '',
  groupsClaim: '',
  boundSubject: '',
  boundAudiences: null,
  boundClaims: null,
  boundClaimsType: 'string',
  claimMappings: null,
  allowedRedirectUris: null,
  oidcScopes: null,
  expirationLeeway: 0,
  notBeforeLeeway: 0,
  clockSkewLeeway: 0,
  maxAge: 0,
  verboseOidcLogging: false,
  ...NO_TERMS,
};

const view = (role: JwtRole): LogicalResponse => ({
  data: {
    allowed_redirect_uris: role.allowedRedirectUris,
    bound_audiences: role.boundAudiences,
    bound_claims: role.boundClaims,
    bound_claims_type: role.boundClaimsType,
    bound_subject: role.boundSubject,
    claim_mappings: role.claimMappings,
    clock_skew_leeway: role.clockSkewLeeway,
    expiration_leeway: role.expirationLeeway,
    groups_claim: role.groupsClaim,
    max_age: role.maxAge,
    not_before_leeway: role.notBeforeLeeway,
    oidc_scopes: role.oidcScopes,
    role_type: role.roleType,
    ...termsView(role),
    user_claim: role.userClaim,
    verbose_oidc_logging: role.verboseOidcLogging,
  },
});

function checkRole(role: JwtRole): void {
  if (role.userClaim === '') throw refusal('a user claim must be defined on the role');
  if (role.roleType === 'oidc' && (role.allowedRedirectUris ?? []).length === 0) {
    throw refusal("'allowed_redirect_uris' must be set if 'role_type' is 'oidc' or unspecified.");
  }
  const bound =
    (role.boundAudiences ?? []).length +
    (role.boundClaims?.size ?? 0) +
    role.boundSubject.length +
    role.settings.boundCidrs.length;
  if (role.roleType === 'jwt' && bound === 0) {
    throw refusal('must have at least one bound constraint when creating/updating a role');
  }
  const { ttl, maxTtl } = role.settings;
  if (maxTtl > 0 && ttl > maxTtl) throw refusal('ttl should not be greater than max ttl');
}

/** With globs, only texts can be bound. */
function checkGlobs(claims: JsonMap): void {
  for (const wanted of claims.values()) {
    if (typeof wanted !== 'string' && !isJsonArray(wanted)) {
      throw refusal(`claim is not a string or list: ${formatValue(wanted)}`);
    }
    const other = isJsonArray(wanted) ? wanted.find((item) => typeof item !== 'string') : undefined;
    if (other !== undefined) throw refusal(`claim is not a string: ${formatValue(other)}`);
  }
}

function checkMappings(mappings: ReadonlyMap<string, string>): void {
  const targets = [...mappings.values()];
  for (const [index, target] of targets.entries()) {
    if (target === 'role') {
      throw refusal(`metadata key ${quote(target)} is reserved and may not be a mapping destination`);
    }
    if (targets.indexOf(target) < index) {
      throw refusal(`multiple keys are mapped to metadata key ${quote(target)}`);
    }
  }
}

/** A role is of type `oidc`, and bound to texts, unless each request says otherwise. */
function kindOf(fields: RoleFields): Pick<JwtRole, 'roleType' | 'boundClaimsType'> {
  return {
    roleType: fields.get('role_type') || 'oidc',
    boundClaimsType: fields.get('bound_claims_type') ?? 'string',
  };
}

function changed(known: JwtRole, fields: RoleFields, maxTtl: number): JwtRole {
  const { roleType, boundClaimsType } = kindOf(fields);
  if (roleType !== 'oidc' && roleType !== 'jwt') throw refusal(`invalid 'role_type': ${roleType}`);
  const terms = changeTerms(known, fields);
  if (terms.settings.period > maxTtl) {
    const [asked, limit] = [terms.settings.period, maxTtl].map((seconds) => formatDuration(seconds * 1000));
    throw refusal(`'period' of '"${asked}"' is greater than the backend's maximum lease TTL of '"${limit}"'`);
  }
  if (boundClaimsType !== 'string' && boundClaimsType !== 'glob') {
    throw refusal(`invalid 'bound_claims_type': ${boundClaimsType}`);
  }
  if (boundClaimsType === 'glob') checkGlobs(fields.get('bound_claims') ?? new Map());
  checkMappings(fields.get('claim_mappings') ?? new Map());
  const role: JwtRole = {
    roleType,
    userClaim: fields.get('user_claim') ?? known.userClaim,
    groupsClaim: fields.get('groups_claim') ?? known.groupsClaim,
    boundSubject: fields.get('bound_subject') ?? known.boundSubject,
    boundAudiences: fields.get('bound_audiences') ?? known.boundAudiences,
    boundClaims: fields.get('bound_claims') ?? known.boundClaims,
    boundClaimsType,
    claimMappings: fields.get('claim_mappings') ?? known.claimMappings,
    allowedRedirectUris: fields.get('allowed_redirect_uris') ?? known.allowedRedirectUris,
    oidcScopes: fields.get('oidc_scopes') ?? known.oidcScopes,
    expirationLeeway: fields.get('expiration_leeway') ?? known.expirationLeeway,
    notBeforeLeeway: fields.get('not_before_leeway') ?? known.notBeforeLeeway,
    clockSkewLeeway: fields.get('clock_skew_leeway') ?? known.clockSkewLeeway,
    maxAge: fields.get('max_age') ?? known.maxAge,
    verboseOidcLogging: fields.get('verbose_oidc_logging') ?? known.verboseOidcLogging,
    ...terms,
  };
  checkRole(role);
  return role;
}

const TRUNCATED =
  "token max ttl is greater than the system or backend mount's maximum TTL value; issued tokens' max TTL value will be truncated";
const VERBOSE =
  'verbose_oidc_logging has been enabled for this role. This is not recommended in production since sensitive information may be present in OIDC responses.';

/** `role/NAME`. `maxTtl`: seconds that the mount allows. */
export const jwtRolePath = (roles: Map<string, JwtRole>, maxTtl: () => number): BackendPath => {
  const write = (fields: RoleFields): LogicalResponse => {
    const name = fields.get('name') ?? '';
    const role = changed(roles.get(name) ?? NEW_ROLE, fields, maxTtl());
    roles.set(name, role);
    const warnings = [
      ...(role.settings.maxTtl > maxTtl() ? [TRUNCATED] : []),
      ...(role.verboseOidcLogging ? [VERBOSE] : []),
    ];
    return { data: null, ...(warnings.length > 0 ? { warnings } : {}) };
  };
  return definePath({
    pattern: /^role\/(?<name>\w(?:[\w.-]*\w)?)$/,
    fields: FIELDS,
    exists: ({ fields }) => roles.has(fields.get('name') ?? ''),
    operations: {
      read: ({ fields }) => {
        const role = roles.get(fields.get('name') ?? '');
        return role && view(role);
      },
      create: ({ fields }) => write(fields),
      update: ({ fields }) => write(fields),
      delete: ({ fields }) => {
        roles.delete(fields.get('name') ?? '');
        return undefined;
      },
    },
  });
};
