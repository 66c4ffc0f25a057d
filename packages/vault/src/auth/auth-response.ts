import { objectAt, own } from '../json-object.js';
import type { AuthResponse } from './auth-method.js';

/** Reads `auth` of an answer of Vault. @returns undefined when there is none that can be gone by */
export function readAuthResponse(body: unknown): AuthResponse | undefined {
  const auth = objectAt(body, 'auth');
  if (auth === undefined) return undefined;
  const token = own(auth, 'client_token');
  if (typeof token !== 'string' || token === '') return undefined;
  return {
    token,
    ttl: amount(own(auth, 'lease_duration')),
    renewable: own(auth, 'renewable') === true,
    type: own(auth, 'token_type') === 'batch' ? 'batch' : 'service',
    uses: amount(own(auth, 'num_uses')),
    ...describing(own(auth, 'accessor'), own(auth, 'policies')),
  };
}

/** Reads for how long a token was renewed. An Agent leaves its own token out of the answer. */
export function readRenewal(body: unknown): Renewal | undefined {
  const auth = objectAt(body, 'auth');
  if (auth === undefined || typeof own(auth, 'lease_duration') !== 'number') return undefined;
  return { ttl: amount(own(auth, 'lease_duration')), renewable: own(auth, 'renewable') === true };
}

/** What a renewal brought, of that which a login gives. */
export type Renewal = Required<Pick<AuthResponse, 'ttl' | 'renewable'>>;

/** Whether a login was answered with what has to be shown besides, in place of a token. */
export function wantsSecondFactor(body: unknown): boolean {
  const auth = objectAt(body, 'auth');
  return auth !== undefined && objectAt(auth, 'mfa_requirement') !== undefined;
}

/** What the token says of itself, by `auth/token/lookup-self`. */
export interface TokenDescription {
  /** In seconds; 0: it does not end. */
  readonly ttl: number;
  /** What it had when it was made, and a renewal brings again. */
  readonly fullTtl: number;
  readonly renewable: boolean;
  readonly type: 'service' | 'batch';
  /** How many requests are left; 0: without limit. */
  readonly uses: number;
  readonly accessor?: string;
  readonly policies?: readonly string[];
}

/**
 * Reads the answer of a lookup. An Agent leaves the id out of it when the token is its own.
 *
 * @returns undefined when it is of another shape
 */
export function readTokenDescription(body: unknown): TokenDescription | undefined {
  const data = objectAt(body, 'data');
  if (data === undefined || typeof own(data, 'ttl') !== 'number') return undefined;
  const policies = [...names(own(data, 'policies')), ...names(own(data, 'identity_policies'))];
  return {
    ttl: amount(own(data, 'ttl')),
    fullTtl: amount(own(data, 'period')) || amount(own(data, 'creation_ttl')),
    renewable: own(data, 'renewable') === true,
    type: own(data, 'type') === 'batch' ? 'batch' : 'service',
    uses: amount(own(data, 'num_uses')),
    ...describing(own(data, 'accessor'), policies),
  };
}

function describing(accessor: unknown, policies: unknown) {
  return {
    ...(typeof accessor === 'string' && /^[\w.-]{1,128}$/.test(accessor) ? { accessor } : {}),
    ...(Array.isArray(policies) ? { policies: names(policies) } : {}),
  };
}

const amount = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;

/** Names of policies, bounded, and such as policies have. */
const names = (value: unknown): readonly string[] =>
  Array.isArray(value)
    ? value
        .filter((name): name is string => typeof name === 'string' && /^[\x21-\x7e]{1,128}$/.test(name))
        .slice(0, 50)
    : [];
