import { StrongroomError } from './errors/errors.js';

/**
 * Refuses options that are no time above 0 ms, as what is no number at all; one without end is.
 *
 * @param times by the names of the options, in milliseconds
 * @throws StrongroomError `DEFINITION_INVALID`
 */
export function checkTimes(times: Readonly<Record<string, number>>): void {
  for (const [name, time] of Object.entries(times)) {
    if (!(time > 0)) throw new StrongroomError('DEFINITION_INVALID', `${name} is no time above 0 ms`);
  }
}
