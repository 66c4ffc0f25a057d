import { isJsonArray } from '../../json/json-value.js';
import type { AuthGrant } from '../../logical/auth-grant.js';
import { refusal } from '../../logical/logical-fault.js';
import { grantFrom } from '../token-settings.js';
import { checkBoundClaims, checkGroups, mappedClaims, userOf } from './claims.js';
import { JwtError, verifiedJwt } from './jwt.js';
import type { JwtConfig, JwtRole } from './jwt-records.js';
import { checkRegisteredClaims } from './registered-claims.js';

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
  // One audience that is not in a list goes unseen here.
  const audiences = claims.get('aud');
  if ((role.boundAudiences ?? []).length === 0 && isJsonArray(audiences) && audiences.length > 0) {
    throw refusal('audience claim found in JWT but no audiences bound to the role');
  }
  const { user, mapped } = checked('', () => {
    const name = userOf(claims, role.userClaim);
    const metadata = mappedClaims(claims, role.claimMappings);
    checkGroups(claims, role.groupsClaim);
    return { user: name, mapped: metadata };
  });
  checked('error validating claims: ', () =>
    checkBoundClaims(claims, role.boundClaims, role.boundClaimsType === 'glob'),
  );
  return {
    ...roleGrant(role, roleName),
    metadata: new Map([['role', roleName], ...mapped]),
    displayName: user,
    alias: user,
    aliasMetadata: mapped,
  };
}
