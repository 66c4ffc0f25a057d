import { isConfigurationError, isSourceError, type Lookup, type Misconfigured } from '@strongroom/core';

/** What could not be read touches the settings in it, and no others. */
export function answerFailure(
  settings: readonly { readonly name: string }[],
  error: unknown,
  answers: Map<string, Lookup>,
): void {
  let lookup: Lookup;
  if (isSourceError(error)) lookup = { status: 'failed', error };
  else if (isConfigurationError(error)) lookup = impossiblePath;
  else throw error;
  for (const { name } of settings) answers.set(name, lookup);
}

const impossiblePath: Misconfigured = Object.freeze({
  status: 'misconfigured',
  reason: 'its application, environment or place cannot be part of a path in Vault',
  hint: 'Use segments without control characters, and none that is empty, "." or "..".',
});
