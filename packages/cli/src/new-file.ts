import { stat } from 'node:fs/promises';
import { CommandError } from './command-error.js';
import { exitCodes } from './exit-code.js';

/**
 * Looks, before anything else is done, whether a file can be a new one.
 *
 * @throws CommandError where it is there already
 */
export async function checkIsNew(
  file: string,
  remedy = 'Name another one, or move this one away.',
): Promise<void> {
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  if (isThere) {
    throw new CommandError(exitCodes.conflict, `${file} is there already, and is left as it is`, { remedy });
  }
}
