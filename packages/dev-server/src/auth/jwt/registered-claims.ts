import { isJsonArray, type JsonMap, JsonNumber, type JsonValue } from '../../json/json-value.js';
import { JwtError } from './jwt.js';

/** What the registered claims of a JWT have to be. Durations are seconds. */
export interface ExpectedClaims {
  readonly issuer: string;
  readonly subject: string;
  readonly audiences: readonly string[];
  /** 0 for the default, negative for none. */
  readonly expirationLeeway: number;
  readonly notBeforeLeeway: number;
  readonly clockSkewLeeway: number;
}

const DEFAULT_LEEWAY = 150;
const DEFAULT_CLOCK_SKEW = 60;

const leeway = (value: number, standard: number): number => (value < 0 ? 0 : value || standard);

const seconds = (claims: JsonMap, name: string): number => {
  const value = claims.get(name);
  return value instanceof JsonNumber ? Math.trunc(Number(value.text)) : 0;
};

const kindOf = (value: JsonValue): string =>
  isJsonArray(value)
    ? 'array'
    : value instanceof JsonNumber
      ? 'number'
      : typeof value === 'boolean'
        ? 'bool'
        : 'object';

/** @throws JwtError where a claim that has a meaning of its own is of another type */
function checkTypes(claims: JsonMap): void {
  const audience = claims.get('aud') ?? (claims.has('aud') ? null : '');
  if (
    typeof audience !== 'string' &&
    !(isJsonArray(audience) && audience.every((item) => typeof item === 'string'))
  ) {
    throw new JwtError('square/go-jose/jwt: expected string or array value to unmarshal to Audience');
  }
  for (const name of ['exp', 'iat', 'nbf']) {
    const value = claims.get(name) ?? null;
    if (value === null || value instanceof JsonNumber) continue;
    throw new JwtError('square/go-jose/jwt: expected number value to unmarshal NumericDate');
  }
  for (const name of ['iss', 'jti', 'sub']) {
    const value = claims.get(name) ?? null;
    if (value === null || typeof value === 'string') continue;
    throw new JwtError(
      `json: cannot unmarshal ${kindOf(value)} into Go struct field Claims.${name} of type string`,
    );
  }
}

/** The audiences of a token, whether it names one or a list. */
function audiencesOf(claims: JsonMap): readonly string[] {
  const value = claims.get('aud');
  if (typeof value === 'string') return [value];
  return isJsonArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** When a token holds; what it does not say follows from what it does. @throws JwtError where it says nothing */
function timesOf(claims: JsonMap, expected: ExpectedClaims) {
  const issuedAt = seconds(claims, 'iat');
  const said = { expiry: seconds(claims, 'exp'), notBefore: seconds(claims, 'nbf') };
  if (issuedAt === 0 && said.expiry === 0 && said.notBefore === 0) {
    throw new JwtError('no issued at (iat), not before (nbf), or expiration time (exp) claims in token');
  }
  const expiry =
    said.expiry || Math.max(issuedAt, said.notBefore) + leeway(expected.expirationLeeway, DEFAULT_LEEWAY);
  const notBefore = said.notBefore || issuedAt || expiry - leeway(expected.notBeforeLeeway, DEFAULT_LEEWAY);
  return { issuedAt, expiry, notBefore };
}

/** @param now seconds since 1970 @throws JwtError for the first claim that is not as expected */
export function checkRegisteredClaims(claims: JsonMap, expected: ExpectedClaims, now: number): void {
  checkTypes(claims);
  const { issuedAt, expiry, notBefore } = timesOf(claims, expected);
  if (expected.issuer !== '' && claims.get('iss') !== expected.issuer) {
    throw new JwtError('invalid issuer (iss) claim');
  }
  if (expected.subject !== '' && claims.get('sub') !== expected.subject) {
    throw new JwtError('invalid subject (sub) claim');
  }
  const audiences = audiencesOf(claims);
  if (expected.audiences.length > 0 && !audiences.some((audience) => expected.audiences.includes(audience))) {
    throw new JwtError('invalid audience (aud) claim: audience claim does not match any expected audience');
  }
  const skew = leeway(expected.clockSkewLeeway, DEFAULT_CLOCK_SKEW);
  if (now + skew < notBefore) throw new JwtError('invalid not before (nbf) claim: token not yet valid');
  if (now > expiry + skew) throw new JwtError('invalid expiration time (exp) claim: token is expired');
  if (now + skew < issuedAt) throw new JwtError('invalid issued at (iat) claim: token issued in the future');
}
