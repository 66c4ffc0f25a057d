import { cannotAnswer } from '../incapacity.js';
import { requestIdOf } from '../request-id.js';
import type { VaultAnswer } from '../transport/answer.js';
import type { VaultRequest } from '../transport/transport.js';
import { VaultError } from '../vault-error.js';
import { errorsOf } from '../vault-messages.js';
import { type Renewal, readRenewal, readTokenDescription, type TokenDescription } from './auth-response.js';

/** Makes a request with no other token than the one in it. */
export type Send = (request: VaultRequest) => Promise<VaultAnswer>;

/** What became of a lookup: `refused` when the token is dead, or may not look itself up. */
export type Lookup =
  | { readonly status: 'alive'; readonly description: TokenDescription; readonly body: unknown }
  | { readonly status: 'refused'; readonly certain: boolean }
  | { readonly status: 'unavailable' };

/** Asks what a token is. Never throws: a lookup that fails says nothing. */
export async function lookUp(send: Send, token: string): Promise<Lookup> {
  let answer: VaultAnswer;
  try {
    answer = await send({ method: 'GET', path: '/v1/auth/token/lookup-self', token });
  } catch {
    return { status: 'unavailable' };
  }
  const { status, body } = answer;
  const description = status === 200 ? readTokenDescription(body) : undefined;
  if (description !== undefined) return { status: 'alive', description, body };
  if (status !== 403) return { status: 'unavailable' };
  // Later versions of Vault tell a dead token from a policy that forbids the lookup.
  const certain = errorsOf(body).some((text) => /\b(?:invalid|bad) token\b/.test(text));
  return { status: 'refused', certain };
}

/** A renewal, and what Vault answered. */
export interface Renewed {
  readonly renewal: Renewal;
  readonly body: unknown;
}

/**
 * Renews a token.
 *
 * @returns an error when Vault refused: it cannot be renewed any more
 * @throws VaultError when Vault could not answer
 */
export async function renew(send: Send, token: string): Promise<Renewed | VaultError> {
  const path = '/v1/auth/token/renew-self';
  const answer = await send({ method: 'POST', path, body: '{}', token, onRepeat: () => undefined });
  const { status, body, address } = answer;
  const renewal = status === 200 ? readRenewal(body) : undefined;
  if (renewal !== undefined) return { renewal, body };
  const requestId = requestIdOf(body);
  const details = { address, path, status, ...(requestId === undefined ? {} : { requestId }) };
  if (!cannotAnswer(status, errorsOf(body))) {
    const message = `Vault at ${address} does not renew the token any more (${status})`;
    return new VaultError('SOURCE_DENIED', message, details);
  }
  const message = `Vault at ${address} could not renew the token now (${status})`;
  throw new VaultError('SOURCE_UNAVAILABLE', message, details);
}

/** Revokes a token. What fails is left: the token ends by itself. */
export async function revoke(send: Send, token: string): Promise<boolean> {
  const path = '/v1/auth/token/revoke-self';
  const answer = await send({ method: 'POST', path, body: '{}', token }).catch(() => undefined);
  return answer?.status === 204 || answer?.status === 200;
}
