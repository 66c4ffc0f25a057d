import type { VaultCore } from '../core/vault-core.js';
import { parseJson } from '../json/json-parser.js';
import { isJsonMap, JsonNumber } from '../json/json-value.js';
import { failure, refusal } from '../logical/logical-fault.js';
import type { LogicalResponse } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { STATUS } from './wrap-response.js';

const ok = (text: string): LogicalResponse => ({ rendered: text });

/** The answer that was wrapped, with the status that it had. */
function unwrapped(content: string): LogicalResponse {
  const body = parseJson(content);
  const status = isJsonMap(body) ? body.get(STATUS) : undefined;
  if (!(status instanceof JsonNumber) || !isJsonMap(body)) return ok(`${content}\n`);
  const plain = content.replace(`,"${STATUS}":${status.text}}`, '}');
  return { ...ok(`${plain}\n`), status: Number(status.text) };
}

/** `wrapping/…` below `sys/`. */
export const wrappingPaths = (core: VaultCore): readonly BackendPath[] => {
  const info = (token: string): { ttl: number; time: string; path: string } => {
    const stored = core.cubbyholes.of(token).get('wrapinfo');
    return {
      ttl: Number(stored?.get('creation_ttl') ?? 0),
      time: String(stored?.get('creation_time') ?? ''),
      path: String(stored?.get('creation_path') ?? ''),
    };
  };
  const content = (token: string): string => {
    const stored = core.cubbyholes.of(token).get('response')?.get('response');
    if (typeof stored !== 'string')
      throw failure('no information found; wrapping token may be from a previous Vault version');
    return stored;
  };
  /** A token that was named in the body is spent here; the caller's own was by the request itself. */
  const spend = (token: string): void => {
    const entry = core.tokens.find(token);
    if (entry !== undefined) core.revocation.revokeToken(entry);
  };
  const lookup = (token: string): LogicalResponse => {
    const { ttl, time, path } = info(token);
    return { data: { creation_path: path, creation_time: time, creation_ttl: ttl } };
  };
  return [
    definePath({
      pattern: /^wrapping\/wrap$/,
      fields: {},
      operations: {
        update: ({ request }) => {
          if (request.wrap === undefined) throw refusal('endpoint requires response wrapping to be used');
          return { data: request.data };
        },
      },
    }),
    definePath({
      pattern: /^wrapping\/unwrap$/,
      fields: { token: 'string' },
      operations: {
        update: ({ fields, request }) => {
          const named = fields.get('token') ?? '';
          const response = unwrapped(content(named || request.clientToken));
          if (named !== '') spend(named);
          return response;
        },
      },
    }),
    definePath({
      pattern: /^wrapping\/lookup$/,
      fields: { token: 'string' },
      operations: {
        read: ({ fields, request }) => lookup(fields.get('token') || request.clientToken),
        update: ({ fields, request }) => lookup(fields.get('token') || request.clientToken),
      },
    }),
    definePath({
      pattern: /^wrapping\/rewrap$/,
      fields: { token: 'string' },
      operations: {
        update: ({ fields, request }) => {
          const named = fields.get('token') ?? '';
          const token = named || request.clientToken;
          const { ttl, path } = info(token);
          const rewrap = { ttl: ttl * 1000, creationPath: path, content: content(token) };
          if (named !== '') spend(named);
          return { rewrap };
        },
      },
    }),
  ];
};
