import { incapacityOf } from './incapacity.js';
import { noteOf } from './transport/failure-note.js';
import type { Outcome } from './transport/retry.js';
import { VaultError } from './vault-error.js';
import { errorsOf } from './vault-messages.js';

/**
 * What an outcome says of the address that was asked: `stay` with it; leave it for another address with a request
 * that may be made twice (`leave`), or with every request, because Vault has not done anything (`pass-on`).
 */
export type Verdict = 'stay' | 'leave' | 'pass-on';

/** Reads an outcome as somebody who has other addresses to ask. */
export function verdictOn(outcome: Outcome): Verdict {
  if (outcome instanceof VaultError) {
    const { ours, stale, unsent } = noteOf(outcome);
    if (ours === true || stale === true) return 'stay';
    if (unsent === true) return 'pass-on';
    return outcome.repeatable ? 'leave' : 'stay';
  }
  const { status, body } = outcome;
  if (status < 400) return 'stay';
  if (status === 472 || status === 473 || status === 474) return 'pass-on';
  const incapacity = incapacityOf(status, errorsOf(body));
  // These are of the whole cluster: another node would say the same.
  if (incapacity === 'namespace-locked' || incapacity === 'upgrading') return 'stay';
  if (incapacity !== undefined) return 'pass-on';
  // What stands before a node says so when that is gone.
  return status === 502 || status === 503 || status === 504 ? 'leave' : 'stay';
}
