import { STATUS_CODES } from 'node:http';
import { errorTable, isStrongroomError } from '@strongroom/core';

/**
 * What a request without a snapshot ends with: Fastify takes the status and the headers from it. Nothing of it
 * tells a client more than the status does; the cause is for the application.
 */
export function unavailable(thrown: unknown, retryAfterSeconds: number): unknown {
  if (!isStrongroomError(thrown)) return thrown;
  const statusCode = errorTable[thrown.code].httpStatus;
  const headers = statusCode === 503 ? { 'retry-after': String(retryAfterSeconds) } : {};
  return Object.assign(new Error(STATUS_CODES[statusCode], { cause: thrown }), { statusCode, headers });
}
