import type { Clock } from '@strongroom/core';
import type { VaultAnswer } from './answer.js';
import { isStaleConnection } from './network-fault.js';
import type { TransportLimits } from './transport-defaults.js';
import { VaultError } from './vault-error.js';

/** What repeating goes by. */
export interface RetryRules extends TransportLimits {
  readonly clock: Clock;
}

/**
 * Makes a call that may be repeated, and repeats it while that may help: 429, 412 and 5xx but 501, connection
 * errors but not those of certificates. The waits have full jitter; Retry-After is honoured where its end lies
 * within the time for repeats.
 *
 * @param pause waits under the caller's signal, and rejects when that is aborted
 * @returns the last answer, even when it says that Vault cannot answer
 */
export async function withRetries(
  attempt: () => Promise<VaultAnswer>,
  { retries, retryMinWaitMs, retryMaxWaitMs, retryWithinMs, clock }: RetryRules,
  pause: (ms: number) => Promise<void>,
): Promise<VaultAnswer> {
  const lastStart = clock.now() + retryWithinMs;
  for (let repeats = 0; ; repeats++) {
    let outcome: VaultAnswer | VaultError;
    try {
      outcome = await attempt();
      if (!mayPass(outcome.status)) return outcome;
    } catch (error) {
      if (!(error instanceof VaultError && error.repeatable)) throw error;
      outcome = error;
    }
    if (outcome instanceof VaultError && isStaleConnection(outcome)) {
      repeats--;
      continue;
    }
    const asked = outcome instanceof VaultError ? 0 : retryAfterMs(outcome.retryAfter, clock.now());
    const wait = Math.max(asked, retryMinWaitMs + Math.random() * (retryMaxWaitMs - retryMinWaitMs));
    if (repeats >= retries || clock.now() + wait > lastStart) {
      if (outcome instanceof VaultError) throw outcome;
      return outcome;
    }
    await pause(wait);
  }
}

const mayPass = (status: number): boolean =>
  status === 429 || status === 412 || (status >= 500 && status !== 501);

/** Seconds, or a date. Anything else asks for nothing. */
function retryAfterMs(header: string | undefined, now: number): number {
  if (header === undefined) return 0;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
