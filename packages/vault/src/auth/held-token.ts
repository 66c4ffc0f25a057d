import type { AuthResponse } from './auth-method.js';
import type { Renewal, TokenDescription } from './auth-response.js';

/** A token, and what is known of its life. Times are in milliseconds. */
export interface HeldToken {
  readonly token: string;
  /** Whether a login of ours made it. */
  readonly minted: boolean;
  readonly since: number;
  readonly type: 'service' | 'batch';
  accessor: string | undefined;
  policies: readonly string[] | undefined;
  /** Infinity: never, or not known. */
  endsAt: number;
  /** What a renewal brings, as long as no maximum cuts it short. */
  fullTtl: number;
  renewable: boolean;
  /** Infinity: without limit. */
  usesLeft: number;
  /** Whether a lookup told what it is. */
  described: boolean;
}

/** A token that a login gave. */
export function minted(auth: AuthResponse, now: number): HeldToken {
  const ttl = (auth.ttl ?? 0) * 1000;
  return {
    token: auth.token,
    minted: true,
    since: now,
    type: auth.type ?? 'service',
    accessor: auth.accessor,
    policies: auth.policies,
    endsAt: ttl > 0 ? now + ttl : Number.POSITIVE_INFINITY,
    fullTtl: ttl,
    renewable: auth.renewable === true,
    usesLeft: auth.uses || Number.POSITIVE_INFINITY,
    described: false,
  };
}

/** A token that the user gave. What it is, a lookup has to tell. */
export function given(token: string, now: number): HeldToken {
  return {
    token,
    minted: false,
    since: now,
    type: /^(?:hvb|b)\./.test(token) ? 'batch' : 'service',
    accessor: undefined,
    policies: undefined,
    endsAt: Number.POSITIVE_INFINITY,
    fullTtl: 0,
    renewable: false,
    usesLeft: Number.POSITIVE_INFINITY,
    described: false,
  };
}

/** Takes over what a lookup said. */
export function learn(held: HeldToken, description: TokenDescription, now: number): void {
  const { ttl, fullTtl, renewable, uses, accessor, policies } = description;
  held.endsAt = ttl > 0 ? now + ttl * 1000 : Number.POSITIVE_INFINITY;
  held.fullTtl = fullTtl * 1000;
  held.renewable = renewable && ttl > 0;
  held.usesLeft = uses || Number.POSITIVE_INFINITY;
  held.accessor = accessor ?? held.accessor;
  held.policies = policies ?? held.policies;
  held.described = true;
}

/** Takes over what a renewal brought. Less than the full TTL: its maximum is near, no renewal brings more. */
export function extend(held: HeldToken, renewal: Renewal, now: number): void {
  const ttl = renewal.ttl * 1000;
  held.endsAt = ttl > 0 ? now + ttl : Number.POSITIVE_INFINITY;
  held.renewable = renewal.renewable && ttl >= held.fullTtl;
}

/** Whether renewing helps. A renewal spends a use, so a token with few of them is not renewed. */
export const mayRenew = (held: HeldToken): boolean =>
  held.renewable && held.type === 'service' && held.usesLeft === Number.POSITIVE_INFINITY;
