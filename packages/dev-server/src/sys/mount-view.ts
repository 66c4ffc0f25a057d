import type { JsonRecord } from '../json/json-value.js';
import type { MountConfig, MountEntry } from '../mounts/mount-entry.js';

const configView = (config: MountConfig): JsonRecord => ({
  default_lease_ttl: config.defaultLeaseTtl,
  force_no_cache: config.forceNoCache,
  max_lease_ttl: config.maxLeaseTtl,
  audit_non_hmac_request_keys: config.auditNonHmacRequestKeys,
  audit_non_hmac_response_keys: config.auditNonHmacResponseKeys,
  listing_visibility: config.listingVisibility,
  passthrough_request_headers: config.passthroughRequestHeaders,
  allowed_response_headers: config.allowedResponseHeaders,
  token_type: config.tokenType,
});

/** A line of a mount table as answers show it. */
export const mountView = (entry: MountEntry): JsonRecord => ({
  accessor: entry.accessor,
  config: configView(entry.config),
  description: entry.description,
  external_entropy_access: entry.externalEntropyAccess,
  local: entry.local,
  options: entry.options,
  seal_wrap: entry.sealWrap,
  type: entry.type,
  uuid: entry.uuid,
});
