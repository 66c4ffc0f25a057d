import { STATUS_CODES } from 'node:http';
import { errorTable, isStrongroomError } from '@strongroom/core';

/**
 * What a request without a snapshot ends with, in the words of `http-errors`, which Express and error handlers
 * know. Nothing of it tells a client more than the status does; the cause is for the application.
 */
export function unavailable(thrown: unknown, retryAfterSeconds: number): unknown {
  if (!isStrongroomError(thrown)) return thrown;
  const status = errorTable[thrown.code].httpStatus;
  const error = new Error(STATUS_CODES[status], { cause: thrown });
  // Outside of production Express shows a client the stack.
  error.stack = error.message;
  const headers = status === 503 ? { 'Retry-After': String(retryAfterSeconds) } : {};
  return Object.assign(error, { status, statusCode: status, expose: false, headers });
}
