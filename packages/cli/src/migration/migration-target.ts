import type { Definition } from '@strongroom/core';
import type { Target } from '@strongroom/migrate';
import { CommandError } from '../command-error.js';
import { exitCodes } from '../exit-code.js';

/**
 * Refuses a plan or a journal of another environment than the one that is meant: it knows its own paths, and would be
 * carried out there.
 *
 * @param what the file in words, for messages: `The plan plan.json`
 * @param target undefined where a journal has nothing yet
 * @throws CommandError
 */
export function checkTarget(
  what: string,
  target: Target | undefined,
  { application }: Definition,
  environment: string,
): void {
  if (target === undefined) return;
  if (target.application !== application) {
    throw new CommandError(exitCodes.usage, `${what} is of ${target.application}, not of ${application}`, {
      remedy: 'Name its configuration with --config.',
    });
  }
  if (target.environment === environment) return;
  throw new CommandError(exitCodes.usage, `${what} is of ${target.environment}, not of ${environment}`, {
    remedy: `If that is meant: --environment ${target.environment}.`,
  });
}
