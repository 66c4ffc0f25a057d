import { DurationError, parseDuration } from '../go/duration.js';
import { formatValue } from '../go/format-value.js';
import { isJsonArray, type JsonMap, JsonNumber, type JsonValue } from '../json/json-value.js';
import { refusal } from '../logical/logical-fault.js';
import { withoutUndefined } from '../logical/without-undefined.js';
import { type MountConfig, type MountTableName, SYSTEM_TTL } from '../mounts/mount-entry.js';

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

const TEXTS = ['default_lease_ttl', 'max_lease_ttl', 'listing_visibility', 'token_type', 'plugin_name'];
const LISTS = [
  'audit_non_hmac_request_keys',
  'audit_non_hmac_response_keys',
  'passthrough_request_headers',
  'allowed_response_headers',
];

// A number in JSON is kept as its text, which is why it passes for one.
const isText = (value: JsonValue | undefined): boolean =>
  value === undefined || value === null || typeof value === 'string' || value instanceof JsonNumber;

/** Whether every setting is of its own type: here, unlike in the fields of a request, none is made to fit. */
function isTyped(config: JsonMap): boolean {
  const cached = config.get('force_no_cache') ?? false;
  const isList = (value: JsonValue): boolean => value === null || (isJsonArray(value) && value.every(isText));
  return (
    typeof cached === 'boolean' &&
    TEXTS.every((name) => isText(config.get(name))) &&
    LISTS.every((name) => isList(config.get(name) ?? null))
  );
}

/** Reads the `config` of a request that mounts something. @throws LogicalFault */
export function readMountConfig(config: JsonMap, table: MountTableName): MountConfig {
  if (!isTyped(config)) {
    throw refusal(`unable to convert given ${table === 'auth' ? 'auth' : 'mount'} config information`);
  }
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
    return value === undefined || value === null ? undefined : formatValue(value);
  };
  const list = (name: string): readonly string[] | undefined => {
    const value = config.get(name);
    if (!isJsonArray(value) || value.length === 0) return undefined;
    return value.map((item) => (item === null ? '' : formatValue(item)));
  };
  const optional = {
    tokenType: table === 'auth' ? (mountTokenType(text('token_type')) ?? 'default-service') : undefined,
    listingVisibility: listingVisibility(text('listing_visibility')) || undefined,
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
