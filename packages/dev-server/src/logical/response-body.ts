import type { JsonRecord } from '../json/json-value.js';
import { isJsonMap } from '../json/json-value.js';
import type { AuthBlock, LogicalResponse, WrapBlock } from './logical-response.js';

const authView = (auth: AuthBlock): JsonRecord => ({
  client_token: auth.clientToken,
  accessor: auth.accessor,
  policies: auth.policies,
  token_policies: auth.tokenPolicies,
  ...(auth.identityPolicies.length > 0 ? { identity_policies: auth.identityPolicies } : {}),
  metadata: auth.metadata,
  lease_duration: auth.leaseDuration,
  renewable: auth.renewable,
  entity_id: auth.entityId,
  token_type: auth.tokenType,
  orphan: auth.orphan,
});

const wrapView = (wrap: WrapBlock): JsonRecord => ({
  token: wrap.token,
  accessor: wrap.accessor,
  ttl: wrap.ttl,
  creation_time: wrap.creationTime,
  creation_path: wrap.creationPath,
  wrapped_accessor: wrap.wrappedAccessor,
});

/** The body of an answer in Vault's envelope. */
export function responseBody(response: LogicalResponse, requestId: string): JsonRecord {
  const { data, lease, wrap, warnings, auth } = response;
  return {
    // The answer that carries a wrapping token has no id; the answer inside has.
    request_id: wrap === undefined ? requestId : '',
    lease_id: lease?.leaseId ?? '',
    renewable: lease?.renewable ?? false,
    lease_duration: lease?.duration ?? 0,
    data: wrap === undefined ? (data ?? null) : null,
    wrap_info: wrap === undefined ? null : wrapView(wrap),
    warnings: warnings === undefined || warnings.length === 0 ? null : warnings,
    auth: auth === undefined || wrap !== undefined ? null : authView(auth),
  };
}

/** The same with the data once more at the top level, as older parts of `sys/` answer. */
export function doubledBody(response: LogicalResponse, requestId: string): JsonRecord | Map<string, never> {
  const body = responseBody(response, requestId);
  const { data } = body;
  if (data === null || data === undefined || typeof data !== 'object') return body;
  const entries = isJsonMap(data) ? [...data] : Object.entries(data);
  // The envelope comes last: a mount named `request_id` must not hide the real one.
  return Object.assign(Object.create(null), Object.fromEntries(entries), body);
}
