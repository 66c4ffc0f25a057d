import { DurationError, parseDuration } from '../go/duration.js';
import { formatValue } from '../go/format-value.js';
import type { JsonMap } from '../json/json-value.js';
import { fieldDecoders } from '../logical/field-types.js';
import { refusal } from '../logical/logical-fault.js';
import { withoutUndefined } from '../logical/without-undefined.js';
import { type MountConfig, SYSTEM_TTL } from '../mounts/mount-entry.js';

/** `x/` for any of `x`, `/x`, `x/`. */
export const mountPath = (path: string): string => `${path.replace(/^\/+|\/+$/g, '')}/`;

function ttlOf(config: JsonMap, name: string, label: string): number {
  const raw = config.get(name) ?? '';
  if (raw === '' || raw === 'system') return 0;
  try {
    return Math.trunc(parseDuration(raw) / 1000);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw refusal(`unable to parse ${label} TTL of ${formatValue(raw)}: ${error.message}`);
  }
}

/** @throws LogicalFault for a value that there is not */
export function listingVisibility(value: string | undefined): string | undefined {
  if (value === undefined || value === '' || value === 'hidden' || value === 'unauth') return value;
  throw refusal(`invalid listing_visibility ${value}`);
}

const TOKEN_TYPES = new Set(['default-service', 'default-batch', 'service', 'batch']);

/** @throws LogicalFault for a value that there is not */
export function mountTokenType(value: string | undefined): string | undefined {
  if (value === undefined || TOKEN_TYPES.has(value)) return value;
  if (value === '') return 'default-service';
  throw refusal("invalid value for 'token_type'");
}

/** Reads the `config` of a request that mounts something. @throws LogicalFault */
export function readMountConfig(config: JsonMap): MountConfig {
  const defaultLeaseTtl = ttlOf(config, 'default_lease_ttl', 'default');
  const maxLeaseTtl = ttlOf(config, 'max_lease_ttl', 'max');
  if (maxLeaseTtl !== 0 && defaultLeaseTtl > maxLeaseTtl) {
    throw refusal('given default lease TTL greater than given max lease TTL');
  }
  if (maxLeaseTtl === 0 && defaultLeaseTtl > SYSTEM_TTL) {
    throw refusal(`given default lease TTL greater than system max lease TTL of ${SYSTEM_TTL}`);
  }
  const text = (name: string): string | undefined => {
    const value = config.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const list = (name: string): readonly string[] | undefined => {
    const value = config.get(name);
    const items = value === undefined ? [] : (fieldDecoders.commaStrings(value) ?? []);
    return items.length === 0 ? undefined : items;
  };
  const optional = {
    listingVisibility: listingVisibility(text('listing_visibility')) || undefined,
    tokenType: mountTokenType(text('token_type')),
    auditNonHmacRequestKeys: list('audit_non_hmac_request_keys'),
    auditNonHmacResponseKeys: list('audit_non_hmac_response_keys'),
    passthroughRequestHeaders: list('passthrough_request_headers'),
    allowedResponseHeaders: list('allowed_response_headers'),
  };
  return {
    defaultLeaseTtl,
    maxLeaseTtl,
    forceNoCache: config.get('force_no_cache') === true,
    ...withoutUndefined(optional),
  };
}
