import { isJsonArray, type JsonMap, JsonNumber } from '../../json/json-value.js';
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
  return value instanceof JsonNumber ? Number(value.text) : 0;
};

/** The audiences of a token, whether it names one or a list. */
function audiencesOf(claims: JsonMap): readonly string[] {
  const value = claims.get('aud');
  if (typeof value === 'string') return [value];
  return isJsonArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function checkTimes(claims: JsonMap, expected: ExpectedClaims, now: number): void {
  const issuedAt = seconds(claims, 'iat');
  let expiry = seconds(claims, 'exp');
  let notBefore = seconds(claims, 'nbf');
  if (issuedAt === 0 && expiry === 0 && notBefore === 0) {
    throw new JwtError('no issued at (iat), not before (nbf), or expiration time (exp) claims in token');
  }
  if (expiry === 0) {
    expiry = Math.max(issuedAt, notBefore) + leeway(expected.expirationLeeway, DEFAULT_LEEWAY);
  }
  if (notBefore === 0) {
    notBefore = issuedAt || expiry - leeway(expected.notBeforeLeeway, DEFAULT_LEEWAY);
  }
  const skew = leeway(expected.clockSkewLeeway, DEFAULT_CLOCK_SKEW);
  if (now > expiry + skew) throw new JwtError('invalid expiration time (exp) claim: token is expired');
  if (now + skew < notBefore) throw new JwtError('invalid not before (nbf) claim: token not yet valid');
  if (now + skew < issuedAt) throw new JwtError('invalid issued at (iat) claim: token issued in the future');
}

/** @param now seconds since 1970 @throws JwtError for the first claim that is not as expected */
export function checkRegisteredClaims(claims: JsonMap, expected: ExpectedClaims, now: number): void {
  checkTimes(claims, expected, now);
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
}
