import type { Fields } from '../../logical/fields.js';
import { refusal } from '../../logical/logical-fault.js';
import type { LogicalResponse } from '../../logical/logical-response.js';
import { type BackendPath, definePath } from '../../logical/path-backend.js';
import { changeSettings, NO_SETTINGS, settingsView, TOKEN_FIELDS } from '../token-settings.js';
import type { JwtRole } from './jwt-records.js';

const FIELDS = {
  ...TOKEN_FIELDS,
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
  settings: NO_SETTINGS,
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
    ...settingsView(role.settings),
    user_claim: role.userClaim,
    verbose_oidc_logging: role.verboseOidcLogging,
  },
});

function checkRole(role: JwtRole): void {
  if (role.roleType !== 'oidc' && role.roleType !== 'jwt') {
    throw refusal(`invalid 'role_type': ${role.roleType}`);
  }
  if (role.boundClaimsType !== 'string' && role.boundClaimsType !== 'glob') {
    throw refusal(`invalid 'bound_claims_type': ${role.boundClaimsType}`);
  }
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
}

function changed(known: JwtRole, fields: Fields<typeof FIELDS>): JwtRole {
  const role: JwtRole = {
    roleType: fields.get('role_type') || known.roleType,
    userClaim: fields.get('user_claim') ?? known.userClaim,
    groupsClaim: fields.get('groups_claim') ?? known.groupsClaim,
    boundSubject: fields.get('bound_subject') ?? known.boundSubject,
    boundAudiences: fields.get('bound_audiences') ?? known.boundAudiences,
    boundClaims: fields.get('bound_claims') ?? known.boundClaims,
    boundClaimsType: fields.get('bound_claims_type') || known.boundClaimsType,
    claimMappings: fields.get('claim_mappings') ?? known.claimMappings,
    allowedRedirectUris: fields.get('allowed_redirect_uris') ?? known.allowedRedirectUris,
    oidcScopes: fields.get('oidc_scopes') ?? known.oidcScopes,
    expirationLeeway: fields.get('expiration_leeway') ?? known.expirationLeeway,
    notBeforeLeeway: fields.get('not_before_leeway') ?? known.notBeforeLeeway,
    clockSkewLeeway: fields.get('clock_skew_leeway') ?? known.clockSkewLeeway,
    maxAge: fields.get('max_age') ?? known.maxAge,
    verboseOidcLogging: fields.get('verbose_oidc_logging') ?? known.verboseOidcLogging,
    settings: changeSettings(known.settings, fields),
  };
  checkRole(role);
  return role;
}

/** `role/NAME`. */
export const jwtRolePath = (roles: Map<string, JwtRole>): BackendPath => {
  const write = (fields: Fields<typeof FIELDS>): LogicalResponse => {
    const name = fields.get('name') ?? '';
    roles.set(name, changed(roles.get(name) ?? NEW_ROLE, fields));
    return { data: null };
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
