import { isConfigurationError } from '@strongroom/core';

/** Ends the program with what is wrong with its settings, for people; throws what is another's mistake. */
export function refuseToStart(error: unknown): void {
  if (!isConfigurationError(error)) throw error;
  process.stderr.write(`${error.code} ${error.message}\n`);
  process.exitCode = 1;
}
