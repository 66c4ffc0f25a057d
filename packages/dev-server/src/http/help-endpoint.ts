import { handleLogical } from '../core/request-flow.js';
import type { VaultCore } from '../core/vault-core.js';
import { LogicalFault } from '../logical/logical-fault.js';
import { type Answer, errorAnswer, jsonAnswer } from './answer.js';
import type { HttpRequest } from './http-request.js';
import { isAnswer, readHelpRequest } from './logical-request-reader.js';

/** Whether a request asks what a path is for instead of using it. */
export const asksForHelp = (request: HttpRequest): boolean =>
  request.method === 'HELP' || (request.target.query.get('help')?.[0] ?? '') !== '';

/** `?help=1` on any path: whether it is there, without Vault's texts. */
export async function helpEndpoint(core: VaultCore, http: HttpRequest): Promise<Answer> {
  const request = readHelpRequest(core, http);
  if (isAnswer(request)) return request;
  try {
    const response = await handleLogical(core, request);
    return jsonAnswer(200, response?.data ?? null);
  } catch (error) {
    if (error instanceof LogicalFault) return errorAnswer(error.status, error.message);
    throw error;
  }
}
