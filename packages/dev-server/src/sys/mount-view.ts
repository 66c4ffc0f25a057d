import type { JsonRecord } from '../json/json-value.js';
import type { MountEntry } from '../mounts/mount-entry.js';

/** A list that is empty is not shown. */
export const listView = (items: readonly string[] | undefined): readonly string[] | undefined =>
  items === undefined || items.length === 0 ? undefined : items;

const configView = ({ config, table }: MountEntry): JsonRecord => ({
  default_lease_ttl: config.defaultLeaseTtl,
  force_no_cache: config.forceNoCache,
  max_lease_ttl: config.maxLeaseTtl,
  audit_non_hmac_request_keys: listView(config.auditNonHmacRequestKeys),
  audit_non_hmac_response_keys: listView(config.auditNonHmacResponseKeys),
  listing_visibility: config.listingVisibility || undefined,
  passthrough_request_headers: listView(config.passthroughRequestHeaders),
  allowed_response_headers: listView(config.allowedResponseHeaders),
  token_type: table === 'auth' ? (config.tokenType ?? 'default-service') : undefined,
});

/** A line of a mount table as answers show it. */
export const mountView = (entry: MountEntry): JsonRecord => ({
  accessor: entry.accessor,
  config: configView(entry),
  description: entry.description,
  external_entropy_access: entry.externalEntropyAccess,
  local: entry.local,
  options: entry.options,
  seal_wrap: entry.sealWrap,
  type: entry.type,
  uuid: entry.uuid,
});
