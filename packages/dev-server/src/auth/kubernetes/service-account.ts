import { isJsonMap, type JsonMap } from '../../json/json-value.js';
import { failure } from '../../logical/logical-fault.js';
import { globMatches } from '../../policies/parameter-check.js';
import { type Jwt, JwtError, verifiedJwt } from '../jwt/jwt.js';
import { checkRegisteredClaims } from '../jwt/registered-claims.js';
import type { KubernetesConfig, KubernetesRole } from './kubernetes-records.js';

/** Whom a service account token stands for. */
export interface ServiceAccount {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly secretName: string;
}

const text = (claims: JsonMap | undefined, name: string): string => {
  const value = claims?.get(name);
  return typeof value === 'string' ? value : '';
};

/** Both forms of such tokens: the old flat one and the projected one. */
function accountIn(claims: JsonMap): ServiceAccount {
  const projected = claims.get('kubernetes.io');
  if (!isJsonMap(projected)) {
    const claim = (name: string): string => text(claims, `kubernetes.io/serviceaccount/${name}`);
    return {
      name: claim('service-account.name'),
      namespace: claim('namespace'),
      uid: claim('service-account.uid'),
      secretName: claim('secret.name'),
    };
  }
  const account = projected.get('serviceaccount');
  const known = isJsonMap(account) ? account : undefined;
  return {
    name: text(known, 'name'),
    namespace: text(projected, 'namespace'),
    uid: text(known, 'uid'),
    secretName: '',
  };
}

function verified(config: KubernetesConfig, token: string): Jwt {
  // Without keys Vault would ask the cluster; this server calls no others.
  if (config.publicKeys.length === 0) {
    throw failure('no pem_keys configured: this server does not ask a cluster to review tokens');
  }
  try {
    return verifiedJwt(token, config.publicKeys);
  } catch (error) {
    throw error instanceof JwtError ? failure(error.message) : error;
  }
}

const listed = (patterns: readonly string[], value: string): boolean =>
  patterns.some((pattern) => globMatches(pattern, value));

/**
 * The account of a token that a role lets in.
 *
 * @param now seconds since 1970
 * @throws LogicalFault
 */
export function serviceAccountOf(
  config: KubernetesConfig,
  role: KubernetesRole,
  token: string,
  now: number,
): ServiceAccount {
  const { claims } = verified(config, token);
  try {
    checkRegisteredClaims(
      new Map([['nbf', claims.get('iat') ?? null], ...claims]),
      {
        issuer: config.disableIssuerValidation ? '' : config.issuer,
        subject: '',
        audiences: role.audience === '' ? [] : [role.audience],
        expirationLeeway: 0,
        notBeforeLeeway: 0,
        clockSkewLeeway: 0,
      },
      now,
    );
  } catch (error) {
    throw error instanceof JwtError ? failure(error.message) : error;
  }
  const account = accountIn(claims);
  if (!listed(role.accountNamespaces, account.namespace)) throw failure('namespace not authorized', 403);
  if (!listed(role.accountNames, account.name)) throw failure('service account name not authorized', 403);
  return account;
}
