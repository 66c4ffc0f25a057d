import { isSourceError, isStrongroomError } from '@strongroom/core';
import { type Check, failed } from './check.js';

/** A check that failed because a request did. The words of a stranger's error are not repeated. */
export function failedRequest(name: string, error: unknown, remedy: string): Check {
  const hint = isSourceError(error) ? error.hint : undefined;
  const detail = isStrongroomError(error) ? error.message : `Vault refuses it${statusOf(error)}`;
  return failed(name, detail, hint ?? remedy);
}

/** The status that `node-vault` tells of. */
function statusOf(error: unknown): string {
  const { response } = error as { readonly response?: { readonly statusCode?: unknown } };
  return typeof response?.statusCode === 'number' ? ` (${response.statusCode})` : '';
}
