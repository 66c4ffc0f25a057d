import { handleLogical } from '../core/request-flow.js';
import type { VaultCore } from '../core/vault-core.js';
import { isJsonArray, isJsonMap, type JsonValue } from '../json/json-value.js';
import { LogicalFault } from '../logical/logical-fault.js';
import type { Operation } from '../logical/logical-request.js';
import type { LogicalResponse } from '../logical/logical-response.js';
import { doubledBody, responseBody } from '../logical/response-body.js';
import { type Answer, emptyAnswer, errorAnswer, jsonAnswer, renderedAnswer } from './answer.js';
import type { HttpRequest } from './http-request.js';
import { isAnswer, readLogicalRequest } from './logical-request-reader.js';

function keysOf(response: LogicalResponse): readonly JsonValue[] | undefined {
  const { data } = response;
  if (data === null || data === undefined) return undefined;
  const keys = isJsonMap(data) ? data.get('keys') : data['keys'];
  return isJsonArray(keys) ? keys : undefined;
}

/** Nothing read and nothing listed is 404, nothing written is fine. */
function isMissing(operation: Operation, response: LogicalResponse | undefined): boolean {
  if (operation === 'read') return response === undefined;
  if (operation !== 'list') return false;
  if (response === undefined) return true;
  if (response.wrap !== undefined || response.status !== undefined) return false;
  return (keysOf(response)?.length ?? 0) === 0 && (response.warnings?.length ?? 0) === 0;
}

/** Everything below `/v1/` that is not answered by the HTTP layer itself. `doubled`: see `doubledBody`. */
export async function logicalEndpoint(core: VaultCore, http: HttpRequest, doubled: boolean): Promise<Answer> {
  const request = readLogicalRequest(core, http);
  if (isAnswer(request)) return request;
  try {
    const response = await handleLogical(core, request);
    if (isMissing(request.operation, response)) return errorAnswer(404);
    if (response === undefined) return emptyAnswer();
    if (response.rendered !== undefined) return renderedAnswer(response.status ?? 200, response.rendered);
    const body = (doubled && response.status === undefined ? doubledBody : responseBody)(
      response,
      request.id,
    );
    return jsonAnswer(response.status ?? 200, body);
  } catch (error) {
    if (error instanceof LogicalFault) return errorAnswer(error.status, error.message);
    throw error;
  }
}
