import type { VaultCore } from '../core/vault-core.js';
import { formatTime } from '../go/timestamp.js';
import { isJsonArray, isJsonMap } from '../json/json-value.js';
import { writeJson } from '../json/json-writer.js';
import { refusal } from '../logical/logical-fault.js';
import type { LogicalRequest } from '../logical/logical-request.js';
import type { LogicalResponse } from '../logical/logical-response.js';
import { responseBody } from '../logical/response-body.js';
import { WRAPPING_POLICY_NAME } from '../policies/default-policy.js';
import { rootToken } from '../tokens/root-token.js';
import { signWrappingToken } from './wrapping-jwt.js';

function refuseEmptyList(request: LogicalRequest, response: LogicalResponse): void {
  if (request.operation !== 'list') return;
  const { data } = response;
  const keys = isJsonMap(data) ? data.get('keys') : data?.['keys'];
  // An empty list is not worth a token.
  if (!isJsonArray(keys) || keys.length === 0) throw refusal('unsupported path', 404);
}

/** Puts an answer into the cubbyhole of a new token, where the request wants it so; answers with the token. */
export function wrapResponse(
  core: VaultCore,
  request: LogicalRequest,
  response: LogicalResponse | undefined,
): LogicalResponse | undefined {
  if (response === undefined || response.rendered !== undefined) return response;
  const { rewrap } = response;
  const ttl = Math.min(
    rewrap?.ttl ?? Number.POSITIVE_INFINITY,
    request.wrap?.ttl ?? Number.POSITIVE_INFINITY,
  );
  if (!Number.isFinite(ttl)) return response;
  refuseEmptyList(request, response);
  const seconds = Math.trunc(ttl / 1000);
  const creationPath = rewrap?.creationPath ?? request.path;
  const token = core.tokens.add({
    ...rootToken(),
    policies: [WRAPPING_POLICY_NAME],
    path: request.path,
    displayName: '',
    numUses: 1,
    ttl: seconds,
    explicitMaxTtl: seconds,
  });
  const creationTime = formatTime(core.now());
  const content =
    rewrap?.content ??
    writeJson({
      ...responseBody(response, request.id),
      ...(response.status === undefined ? {} : { [STATUS]: response.status }),
    });
  core.cubbyholes.put(token.id, 'response', new Map([['response', content]]));
  core.cubbyholes.put(
    token.id,
    'wrapinfo',
    new Map<string, string | number>([
      ['creation_ttl', seconds],
      ['creation_time', creationTime],
      ['creation_path', creationPath],
    ]),
  );
  return {
    ...(response.warnings === undefined ? {} : { warnings: response.warnings }),
    wrap: {
      token: request.wrap?.format === 'jwt' ? signWrappingToken(core, token) : token.id,
      accessor: token.accessor,
      ttl: seconds,
      creationTime,
      creationPath,
      ...(response.auth === undefined ? {} : { wrappedAccessor: response.auth.accessor }),
    },
  };
}

/** Marks a wrapped answer that had a status of its own. */
export const STATUS = 'http_status_code';
