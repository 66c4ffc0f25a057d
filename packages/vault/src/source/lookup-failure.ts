import {
  isConfigurationError,
  isSourceError,
  type Lookup,
  type Misconfigured,
  type SourceError,
} from '@strongroom/core';
import { noteOf } from '../transport/failure-note.js';
import { VaultError } from '../vault-error.js';

/**
 * What could not be read touches the settings in it, and no others.
 *
 * @param begun when the lookup began, in milliseconds since 1970
 */
export function answerFailure(
  settings: readonly { readonly name: string }[],
  error: unknown,
  answers: Map<string, Lookup>,
  begun: number,
): void {
  let lookup: Lookup;
  if (isSourceError(error)) lookup = { status: 'failed', error: causeOf(error, begun) };
  else if (isConfigurationError(error)) lookup = impossiblePath;
  else throw error;
  for (const { name } of settings) answers.set(name, lookup);
}

/**
 * An address that came to be left alone during a lookup: the settings that were asked for after that have failed for
 * the same cause as those before.
 */
function causeOf(error: SourceError, begun: number): SourceError {
  const outage = error instanceof VaultError ? noteOf(error).outage : undefined;
  return outage !== undefined && outage.since >= begun ? outage.cause : error;
}

const impossiblePath: Misconfigured = Object.freeze({
  status: 'misconfigured',
  reason: 'its application, environment or place cannot be part of a path in Vault',
  hint: 'Use segments without control characters, and none that is empty, "." or "..".',
});
