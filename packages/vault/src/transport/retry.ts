import type { Clock } from '@strongroom/core';
import { VaultError } from '../vault-error.js';
import type { VaultAnswer } from './answer.js';
import { noteOf } from './failure-note.js';
import type { TransportLimits } from './transport-defaults.js';

/** What repeating goes by. */
export interface RetryRules extends TransportLimits {
  readonly clock: Clock;
}

/** What became of an attempt. */
export type Outcome = VaultAnswer | VaultError;

/** Whether the same call may succeed when it is made again: 429, 412, 5xx but 501, and connection errors. */
export function mayPass(outcome: Outcome): boolean {
  if (outcome instanceof VaultError) return outcome.repeatable;
  const { status } = outcome;
  return status === 429 || status === 412 || (status >= 500 && status !== 501);
}

/** Whether a node was not as far as it had to be: then it has done nothing, whatever it was asked for. */
export const isBehind = (outcome: Outcome): boolean =>
  !(outcome instanceof VaultError) && outcome.status === 412;

/**
 * Repeats a call while that may help. The waits have full jitter; Retry-After is honoured where its end lies
 * before the deadline.
 *
 * @param outcome what became of the first attempt, which began at `begun`
 * @param attempt makes the call again, after that outcome
 * @param pause waits under the caller's signal, and rejects when that is aborted
 * @param mayRepeat after which outcomes
 * @returns the last answer, even when it says that Vault cannot answer
 */
export async function repeat(
  outcome: Outcome,
  begun: number,
  attempt: (after: Outcome) => Promise<VaultAnswer>,
  { retries, retryMinWaitMs, retryMaxWaitMs, deadlineMs, clock }: RetryRules,
  pause: (ms: number) => Promise<void>,
  mayRepeat = mayPass,
): Promise<VaultAnswer> {
  let last = outcome;
  // An address that came to be left alone meanwhile may be tried again by the time of the next attempt.
  for (let repeats = 0; mayRepeat(last) || (repeats > 0 && hasNote(last, 'open')); ) {
    // That a connection from the pool turned out to be closed says nothing about Vault, so the repeat is neither
    // waited for nor counted; there are at most as many of them as connections in the pool.
    if (!hasNote(last, 'stale')) {
      const asked = last instanceof VaultError ? 0 : retryAfterMs(last.retryAfter, clock.now());
      const wait = Math.max(asked, retryMinWaitMs + Math.random() * (retryMaxWaitMs - retryMinWaitMs));
      if (repeats >= retries || clock.now() + wait >= begun + deadlineMs) break;
      repeats++;
      await pause(wait);
    }
    last = await attempt(last).catch(asOutcome);
  }
  if (last instanceof VaultError) throw last;
  return last;
}

const hasNote = (outcome: Outcome, note: 'stale' | 'open'): boolean =>
  outcome instanceof VaultError && noteOf(outcome)[note] === true;

/** What is no error of Vault goes on as it is. */
export function asOutcome(error: unknown): VaultError {
  if (error instanceof VaultError) return error;
  throw error;
}

/** Seconds, or a date. Anything else asks for nothing. */
function retryAfterMs(header: string | undefined, now: number): number {
  if (header === undefined) return 0;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
