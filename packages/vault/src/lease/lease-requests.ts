import { asNew } from '../agent-cache.js';
import { isPlainMissing } from '../kv/kv-context.js';
import { encodePath, policyLine } from '../kv/kv-path.js';
import { toJson } from '../kv/kv-write.js';
import { refusal } from '../refusal.js';
import type { Cancellation } from '../transport/cancellation.js';
import type { Transport, VaultRequest } from '../transport/transport.js';
import { VaultError } from '../vault-error.js';
import { errorsOf } from '../vault-messages.js';
import { durationOf, type LeaseTerm, readTerm } from './lease-term.js';

/** What is asked for. */
export interface LeaseQuestion {
  /** From the mount on: `database/creds/app`. */
  readonly path: string;
  /** With parameters it is a write of them. */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  /** Whether what an Agent has in its cache will not do. */
  readonly anew?: boolean;
}

/**
 * Asks for something that Vault makes and leases.
 *
 * @param now milliseconds since 1970
 * @returns undefined when there is no such path
 * @throws VaultError when Vault could not answer or denied it
 */
export async function requestTerm(
  transport: Transport,
  { path, parameters, anew = false }: LeaseQuestion,
  now: () => number,
  signal: Cancellation | undefined,
): Promise<LeaseTerm | undefined> {
  const encoded = `/v1/${encodePath('path', path)}`;
  const request: VaultRequest = {
    ...(parameters === undefined ? { method: 'GET' } : { method: 'PUT', body: toJson(parameters) }),
    ...(anew ? { headers: asNew() } : {}),
    path: encoded,
    signal,
  };
  const answer = await transport.send(request);
  const { status, body, address, ageMs = 0 } = answer;
  if (status === 200) {
    const term = readTerm(body, now(), ageMs);
    if (term !== undefined) {
      const ttlMs =
        term.durationMs === undefined ? {} : { ttlMs: Math.max(0, term.durationMs - term.overMs) };
      transport.activities.succeeded('lease', { locator: path, body, ...ttlMs });
      return term;
    }
    throw new VaultError('SOURCE_MALFORMED', `Vault at ${address} answered ${path}, but with no data`, {
      address,
      path: encoded,
      status,
      hint: 'Check that the path is one that gives something, and that the address is Vault itself.',
    });
  }
  if (status === 404 && isPlainMissing(body)) return undefined;
  if (status === 404 && errorsOf(body).some((text) => text.startsWith('no handler for route'))) {
    throw new VaultError('SOURCE_DENIED', `Vault at ${address} has no mount for ${path}`, {
      address,
      path: encoded,
      status,
      hint: 'Check the path and the namespace; "vault secrets list" shows all mounts.',
    });
  }
  const capabilities = parameters === undefined ? ['read'] : ['create', 'update'];
  throw refusal(answer, request, transport, { policy: policyLine(path, ...capabilities) });
}

/**
 * Renews a lease.
 *
 * @returns for how long from now on, in milliseconds; undefined when Vault does not say. And what Vault answered
 * @throws VaultError when Vault could not answer, or the lease is no longer there
 */
export async function renewLease(
  transport: Transport,
  leaseId: string,
  signal: Cancellation | undefined,
): Promise<{ readonly durationMs: number | undefined; readonly body: unknown }> {
  const path = 'sys/leases/renew';
  const { body } = await send(transport, path, { lease_id: leaseId }, signal);
  return { durationMs: durationOf(body), body };
}

/** Revokes a lease. @throws VaultError when Vault could not answer or denied it */
export async function revokeLease(transport: Transport, leaseId: string): Promise<void> {
  await send(transport, 'sys/leases/revoke', { lease_id: leaseId }, undefined);
}

/** To renew or to revoke twice does no more than to do it once. */
async function send(transport: Transport, path: string, body: object, signal: Cancellation | undefined) {
  const request: VaultRequest = {
    method: 'PUT',
    path: `/v1/${path}`,
    body: JSON.stringify(body),
    onRepeat: () => undefined,
    signal,
  };
  const answer = await transport.send(request);
  if (answer.status === 200 || answer.status === 204) return answer;
  throw refusal(answer, request, transport, { policy: policyLine(path, 'update') });
}
