import { incapacityOf } from '../incapacity.js';
import { incapacities } from '../refusal.js';
import { VaultError } from '../vault-error.js';
import { errorsOf } from '../vault-messages.js';
import { noteOf, withNote } from './failure-note.js';
import type { Outcome } from './retry.js';

/** What came of a request at one of several addresses. */
export interface Reached {
  readonly address: string;
  readonly outcome: Outcome;
}

/**
 * The outcome that stands for all, with what the other addresses said: a node that is sealed must not hide behind one
 * that is gone.
 */
export function withElsewhere(outcome: Outcome, others: readonly Reached[]): Outcome {
  if (others.length === 0) return outcome;
  const elsewhere = others.map((other) => `; ${wordsOf(other)}`).join('');
  if (!(outcome instanceof VaultError)) return { ...outcome, elsewhere };
  const { code, message, address, path, status, vaultMessages, requestId, repeatable, hint, cause } = outcome;
  const known = Object.entries({ path, status, requestId, hint, cause }).filter(
    ([, value]) => value !== undefined,
  );
  const error = new VaultError(code, message + elsewhere, {
    address,
    vaultMessages,
    repeatable,
    ...Object.fromEntries(known),
  });
  const note = noteOf(outcome);
  if (note.outage === undefined) return withNote(error, note);
  // Whoever asks for the cause of an outage is to hear of the others too.
  const first = withElsewhere(note.outage.cause, others.map(causeAt)) as VaultError;
  return withNote(error, { ...note, outage: { ...note.outage, cause: first } });
}

const causeAt = ({ address, outcome }: Reached): Reached => ({
  address,
  outcome: outcome instanceof VaultError ? (noteOf(outcome).outage?.cause ?? outcome) : outcome,
});

/** What is said of an address beside others. */
export function wordsOf({ address, outcome }: Reached): string {
  if (outcome instanceof VaultError) return outcome.message.replace('Vault at ', '');
  const { status, body } = outcome;
  const incapacity = incapacityOf(status, errorsOf(body));
  return `${address} ${incapacity === undefined ? `cannot answer now (${status})` : incapacities[incapacity][0]}`;
}
