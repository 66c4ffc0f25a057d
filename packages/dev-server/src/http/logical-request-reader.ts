import { randomUUID } from 'node:crypto';
import type { VaultCore } from '../core/vault-core.js';
import { DurationError, parseDuration } from '../go/duration.js';
import { parseBool } from '../go/parse-number.js';
import { isJsonMap, type JsonMap, type JsonValue } from '../json/json-value.js';
import type { LogicalRequest, Operation, WrapRequest } from '../logical/logical-request.js';
import { DecodeError, decodeBool } from '../logical/weak-decode.js';
import { requestTokenProblem } from '../tokens/token-shape.js';
import { type Answer, errorAnswer } from './answer.js';
import { tokenFromHeaders } from './client-token.js';
import type { HttpRequest } from './http-request.js';
import { readData } from './request-data.js';

interface Intent {
  readonly operation: Operation;
  readonly path: string;
  readonly data: JsonMap;
}

const queryData = (request: HttpRequest, ...without: readonly string[]): JsonMap =>
  new Map(
    [...request.target.query]
      .filter(([key]) => key !== 'help' && !without.includes(key))
      .map(([key, values]): [string, JsonValue] => [key, values.length === 1 ? (values[0] ?? '') : values]),
  );

const folder = (path: string): string => (path.endsWith('/') ? path : `${path}/`);

/** What the verb, the query and the body ask for; an answer where they make no sense. */
export function intentOf(request: HttpRequest): Intent | Answer {
  const path = request.target.path.slice('/v1/'.length);
  switch (request.method) {
    case 'DELETE':
      return { operation: 'delete', path, data: queryData(request) };
    case 'GET': {
      const listText = request.target.query.get('list')?.[0] ?? '';
      const list = listText === '' ? false : parseBool(listText);
      if (list === undefined) return errorAnswer(400);
      return list
        ? { operation: 'list', path: folder(path), data: queryData(request, 'list') }
        : { operation: 'read', path, data: queryData(request) };
    }
    case 'LIST':
      return { operation: 'list', path: folder(path), data: queryData(request) };
    case 'POST':
    case 'PUT': {
      const data = readData(request);
      return isJsonMap(data) ? { operation: 'update', path, data } : data;
    }
    case 'OPTIONS':
      return { operation: 'other', path, data: new Map() };
    default:
      return errorAnswer(405);
  }
}

/** Whether a request was answered already instead of being read. */
export const isAnswer = (value: object): value is Answer => 'status' in value && 'body' in value;

/** Reads `X-Vault-Wrap-TTL` and its format. */
function wrapOf(request: HttpRequest): WrapRequest | Answer | undefined {
  const header = request.headers.get('x-vault-wrap-ttl') ?? '';
  if (header === '') return undefined;
  try {
    const ttl = parseDuration(header);
    if (ttl < 0) {
      return errorAnswer(400, 'error parsing X-Vault-Wrap-TTL header: requested wrap ttl cannot be negative');
    }
    const format = request.headers.get('x-vault-wrap-format') === 'jwt' ? 'jwt' : '';
    return ttl === 0 ? undefined : { ttl, format };
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    return errorAnswer(400, `error parsing X-Vault-Wrap-TTL header: ${error.message}`);
  }
}

/** Headers that only Vault Enterprise heeds, but that every Vault refuses where they make no sense. */
function headerProblem(request: HttpRequest): Answer | undefined {
  const mfa = /^([^:]*):(.*)$/.exec(request.headers.get('x-vault-mfa') ?? '');
  if (mfa?.[1] === '' || mfa?.[2] === '') {
    const missing = mfa[1] === '' ? 'name' : 'value';
    return errorAnswer(
      400,
      `failed to parse X-Vault-MFA header: invalid data in header "X-Vault-MFA"; missing method ${missing}`,
    );
  }
  try {
    decodeBool(request.headers.get('x-vault-policy-override') ?? '');
    return undefined;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return errorAnswer(400, `failed to parse X-Vault-Policy-Override header: ${error.message}`);
  }
}

/** The token of a request, where it has the form of one; an answer where it cannot be looked up at all. */
function tokenOf(core: VaultCore, http: HttpRequest): string | Answer {
  const clientToken = tokenFromHeaders(http.headers);
  if (clientToken === '') return '';
  const problem = core.sealed ? 'Vault is sealed' : requestTokenProblem(clientToken);
  if (problem === undefined) return clientToken;
  return errorAnswer(core.sealed ? 503 : 400, `error performing token check: ${problem}`);
}

/** Makes a logical request of an HTTP one; answers where that cannot be done. */
export function readLogicalRequest(core: VaultCore, http: HttpRequest): LogicalRequest | Answer {
  const intent = intentOf(http);
  if (isAnswer(intent)) return intent;
  const clientToken = tokenOf(core, http);
  if (typeof clientToken !== 'string') return clientToken;
  const wrap = wrapOf(http);
  if (wrap !== undefined && isAnswer(wrap)) return wrap;
  const problem = headerProblem(http);
  if (problem !== undefined) return problem;
  return {
    id: randomUUID(),
    ...intent,
    clientToken,
    remoteAddress: http.remoteAddress,
    ...(http.clientCertificates === undefined ? {} : { clientCertificates: http.clientCertificates }),
    ...(wrap === undefined ? {} : { wrap }),
  };
}

/** The same for a request that asks for help, whatever its verb and its body. */
export function readHelpRequest(core: VaultCore, http: HttpRequest): LogicalRequest | Answer {
  const clientToken = tokenOf(core, http);
  if (typeof clientToken !== 'string') return clientToken;
  return {
    id: randomUUID(),
    operation: 'help',
    path: http.target.path.slice('/v1/'.length),
    data: new Map(),
    clientToken,
    remoteAddress: http.remoteAddress,
  };
}
