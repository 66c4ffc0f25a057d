import { dataOf, objectAt, own, timeOf } from '../json-object.js';

/** What Vault gave for a time. */
export interface LeaseTerm {
  /** Its keys and values, without a prototype. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Empty for what Vault does not lease, such as a static role's password or a certificate. */
  readonly leaseId: string;
  readonly renewable: boolean;
  /** In milliseconds; undefined for what has no end that is known. */
  readonly durationMs: number | undefined;
  /** How much of that was over already: an Agent had it in its cache. */
  readonly overMs: number;
  /** Whether it changes by itself at its end, so that to ask before is of no use. */
  readonly rotates: boolean;
}

/**
 * Reads the body of an answer that may be leased, of which nothing is taken for granted.
 *
 * @param now milliseconds since 1970
 * @param ageMs how old the answer is
 * @returns undefined for any other shape
 */
export function readTerm(body: unknown, now: number, ageMs: number): LeaseTerm | undefined {
  const data = objectAt(body, 'data');
  if (data === undefined || typeof body !== 'object' || body === null) return undefined;
  const leaseId = own(body, 'lease_id');
  const leased = typeof leaseId === 'string' && leaseId !== '';
  const rotatesIn = leased ? undefined : rotation(data, now);
  const durationMs =
    rotatesIn ??
    (leased ? undefined : untilExpiration(data, now)) ??
    durationOf(body) ??
    (leased ? undefined : secondsOf(own(data, 'ttl')));
  return {
    data: dataOf(data),
    leaseId: leased ? leaseId : '',
    renewable: leased && own(body, 'renewable') === true,
    durationMs,
    overMs: leased ? ageMs : 0,
    rotates: rotatesIn !== undefined,
  };
}

/** The seconds that a lease was given or renewed for, in milliseconds. */
export const durationOf = (body: unknown): number | undefined =>
  typeof body === 'object' && body !== null ? secondsOf(own(body, 'lease_duration')) : undefined;

const secondsOf = (seconds: unknown): number | undefined =>
  typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined;

/**
 * A static role: Vault changes its password when `ttl` is over, and a moment later it is there. The key of a static
 * role of AWS has a time in place of that.
 */
function rotation(data: object, now: number): number | undefined {
  const changes = timeOf(own(data, 'expiration'));
  if (changes !== undefined) return Math.max(0, changes - now) + 1_000;
  const ttl = own(data, 'ttl');
  const isStatic = Object.hasOwn(data, 'last_vault_rotation');
  return isStatic && typeof ttl === 'number' && ttl >= 0 ? ttl * 1_000 + 1_000 : undefined;
}

/** A certificate and a token of Google say in seconds since 1970 when they end. */
function untilExpiration(data: object, now: number): number | undefined {
  const expiration = own(data, 'expiration') ?? own(data, 'expires_at_seconds');
  if (typeof expiration !== 'number' || !Number.isFinite(expiration)) return undefined;
  return Math.max(1_000, expiration * 1_000 - now);
}
