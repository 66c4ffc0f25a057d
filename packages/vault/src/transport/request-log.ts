import { type Clock, isSourceError, type Logger } from '@strongroom/core';
import { requestIdOf } from '../request-id.js';
import type { VaultAnswer } from './answer.js';
import type { VaultRequest } from './transport.js';

/** Says what was asked and how it was answered; of the answer only the id that Vault gives it. */
export async function logged(
  { method, path }: VaultRequest,
  exchanged: Promise<VaultAnswer>,
  clock: Clock,
  logger: Logger,
): Promise<VaultAnswer> {
  const begun = clock.now();
  try {
    const answer = await exchanged;
    const { status, body } = answer;
    const requestId = requestIdOf(body);
    logger.debug({ method, path, status, ms: clock.now() - begun, requestId }, 'Vault answered');
    return answer;
  } catch (error) {
    const code = isSourceError(error) ? error.code : undefined;
    logger.debug({ method, path, ms: clock.now() - begun, code }, 'Vault did not answer');
    throw error;
  }
}
