import type { AuthGrant } from '../../logical/auth-grant.js';
import { refusal } from '../../logical/logical-fault.js';
import { grantFrom } from '../token-settings.js';
import { checkBoundClaims, claimAt, mappedClaims } from './claims.js';
import { JwtError, verifiedJwt } from './jwt.js';
import type { JwtConfig, JwtRole } from './jwt-records.js';
import { audiencesOf, checkRegisteredClaims } from './registered-claims.js';

/** Runs a check and puts a prefix before what it says. */
function checked<TResult>(prefix: string, check: () => TResult): TResult {
  try {
    return check();
  } catch (error) {
    throw error instanceof JwtError ? refusal(`${prefix}${error.message}`) : error;
  }
}

/** On what terms a role grants and renews. */
export const roleGrant = (
  role: JwtRole,
  name: string,
): Pick<AuthGrant, 'internal'> & ReturnType<typeof grantFrom> => ({
  ...grantFrom(role.settings),
  internal: new Map([['role', name]]),
});

/**
 * Grants what a role gives to who has a JWT that fits it.
 *
 * @param now seconds since 1970
 * @throws LogicalFault
 */
export function jwtGrant(
  config: JwtConfig,
  role: JwtRole,
  roleName: string,
  token: string,
  now: number,
): AuthGrant {
  if (role.roleType === 'oidc') throw refusal('role with oidc role_type is not allowed');
  if (token === '') throw refusal('missing token');
  const jwt = checked('error validating token: error verifying token signature: ', () =>
    verifiedJwt(token, config.publicKeys),
  );
  const { claims } = jwt;
  checked('error validating token: ', () => {
    const { supportedAlgorithms } = config;
    if (supportedAlgorithms.length > 0 && !supportedAlgorithms.includes(jwt.algorithm)) {
      throw new JwtError('invalid algorithm (alg) header parameter: token signed with unexpected algorithm');
    }
    checkRegisteredClaims(
      claims,
      {
        issuer: config.boundIssuer,
        subject: role.boundSubject,
        audiences: role.boundAudiences ?? [],
        expirationLeeway: role.expirationLeeway,
        notBeforeLeeway: role.notBeforeLeeway,
        clockSkewLeeway: role.clockSkewLeeway,
      },
      now,
    );
  });
  if ((role.boundAudiences ?? []).length === 0 && audiencesOf(claims).length > 0) {
    throw refusal('audience claim found in JWT but no audiences bound to the role');
  }
  checked('error validating claims: ', () =>
    checkBoundClaims(claims, role.boundClaims, role.boundClaimsType === 'glob'),
  );
  const user = claimAt(claims, role.userClaim);
  if (user === undefined || user === null) throw refusal(`claim "${role.userClaim}" not found in token`);
  if (typeof user !== 'string') {
    throw refusal(`claim "${role.userClaim}" could not be converted to string`);
  }
  const metadata = new Map([
    ...checked('', () => mappedClaims(claims, role.claimMappings)),
    ['role', roleName] as const,
  ]);
  return {
    ...roleGrant(role, roleName),
    metadata,
    displayName: user,
    alias: user,
    aliasMetadata: metadata,
  };
}
