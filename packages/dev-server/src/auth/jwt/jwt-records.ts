import type { JsonMap } from '../../json/json-value.js';
import { collection } from '../../state/storage.js';
import type { RoleTerms } from '../role-terms.js';

/** The configuration of a mount. Only keys given in PEM are served. */
export interface JwtConfig {
  readonly publicKeys: readonly string[];
  readonly boundIssuer: string;
  readonly defaultRole: string;
  readonly supportedAlgorithms: readonly string[];
  /** What only a login by way of a provider would need; kept to be shown. */
  readonly oidc?: OidcSettings;
}

export interface OidcSettings {
  readonly jwksCaPem: string;
  readonly discoveryCaPem: string;
  readonly responseMode: string;
  readonly responseTypes: readonly string[];
  readonly providerConfig: JsonMap;
  readonly namespaceInState: boolean;
}

/** What a JWT has to say to get which token. Durations are seconds. */
export interface JwtRole extends RoleTerms {
  readonly roleType: string;
  readonly userClaim: string;
  readonly groupsClaim: string;
  readonly boundSubject: string;
  readonly boundAudiences: readonly string[] | null;
  readonly boundClaims: JsonMap | null;
  readonly boundClaimsType: string;
  readonly claimMappings: ReadonlyMap<string, string> | null;
  readonly allowedRedirectUris: readonly string[] | null;
  readonly oidcScopes: readonly string[] | null;
  readonly expirationLeeway: number;
  readonly notBeforeLeeway: number;
  readonly clockSkewLeeway: number;
  readonly maxAge: number;
  readonly verboseOidcLogging: boolean;
}

export const JWT_CONFIG = collection<JwtConfig>('jwt-config');
export const JWT_ROLES = collection<JwtRole>('jwt-roles');
