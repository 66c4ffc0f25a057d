import { DurationError, parseDuration } from '../go/duration.js';
import { isJsonArray, type JsonMap, JsonNumber, type JsonValue } from '../json/json-value.js';
import { type LogicalFault, refusal } from '../logical/logical-fault.js';
import { type MountTableName, SYSTEM_TTL } from '../mounts/mount-entry.js';

/** `x/` for any of `x`, `/x`, `x/`. */
export const mountPath = (path: string): string => `${path.replace(/^\/+|\/+$/g, '')}/`;

/** The `config` of a request that mounts something, as it came. */
export interface GivenMountConfig {
  readonly defaultLeaseTtl: string;
  readonly maxLeaseTtl: string;
  readonly forceNoCache: boolean;
  readonly listingVisibility: string;
  readonly tokenType: string;
  readonly pluginName: string;
  readonly auditNonHmacRequestKeys: readonly string[] | undefined;
  readonly auditNonHmacResponseKeys: readonly string[] | undefined;
  readonly passthroughRequestHeaders: readonly string[] | undefined;
  readonly allowedResponseHeaders: readonly string[] | undefined;
}

/** Numbers count as their text. */
const textOf = (value: JsonValue): string | undefined =>
  typeof value === 'string' ? value : value instanceof JsonNumber ? value.text : undefined;

function textIn(config: JsonMap, name: string, unreadable: LogicalFault): string {
  const value = config.get(name) ?? '';
  const text = textOf(value);
  if (text === undefined) throw unreadable;
  return text;
}

/** A list that is empty counts as not given. */
function listIn(config: JsonMap, name: string, unreadable: LogicalFault): readonly string[] | undefined {
  const value = config.get(name) ?? [];
  if (!isJsonArray(value)) throw unreadable;
  const items = value.map((item) => {
    const text = textOf(item ?? '');
    if (text === undefined) throw unreadable;
    return text;
  });
  return items.length === 0 ? undefined : items;
}

/**
 * Reads the `config` of a request that mounts something. Stricter than the fields of paths: no value is taken
 * for one of another type.
 *
 * @throws LogicalFault
 */
export function readMountConfig(config: JsonMap, table: MountTableName): GivenMountConfig {
  const kind = table === 'secret' ? 'mount' : 'auth';
  const unreadable = refusal(`unable to convert given ${kind} config information`);
  const forceNoCache = config.get('force_no_cache') ?? false;
  if (typeof forceNoCache !== 'boolean') throw unreadable;
  return {
    defaultLeaseTtl: textIn(config, 'default_lease_ttl', unreadable),
    maxLeaseTtl: textIn(config, 'max_lease_ttl', unreadable),
    forceNoCache,
    listingVisibility: textIn(config, 'listing_visibility', unreadable),
    tokenType: textIn(config, 'token_type', unreadable),
    pluginName: textIn(config, 'plugin_name', unreadable),
    auditNonHmacRequestKeys: listIn(config, 'audit_non_hmac_request_keys', unreadable),
    auditNonHmacResponseKeys: listIn(config, 'audit_non_hmac_response_keys', unreadable),
    passthroughRequestHeaders: listIn(config, 'passthrough_request_headers', unreadable),
    allowedResponseHeaders: listIn(config, 'allowed_response_headers', unreadable),
  };
}

function ttlOf(text: string, label: string): number {
  if (text === '' || text === 'system') return 0;
  try {
    return Math.trunc(parseDuration(text) / 1000);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw refusal(`unable to parse ${label} TTL of ${text}: ${error.message}`);
  }
}

/** The TTLs of a new mount in seconds. @throws LogicalFault */
export function mountTtls(given: GivenMountConfig): {
  readonly defaultLeaseTtl: number;
  readonly maxLeaseTtl: number;
} {
  const defaultLeaseTtl = ttlOf(given.defaultLeaseTtl, 'default');
  const maxLeaseTtl = ttlOf(given.maxLeaseTtl, 'max');
  if (maxLeaseTtl !== 0 && defaultLeaseTtl > maxLeaseTtl) {
    throw refusal('given default lease TTL greater than given max lease TTL');
  }
  if (maxLeaseTtl === 0 && defaultLeaseTtl > SYSTEM_TTL) {
    throw refusal(`given default lease TTL greater than system max lease TTL of ${SYSTEM_TTL}`);
  }
  return { defaultLeaseTtl, maxLeaseTtl };
}

/** @throws LogicalFault for a value that there is not */
export function listingVisibility(value: string): string {
  if (value === '' || value === 'hidden' || value === 'unauth') return value;
  throw refusal(`invalid listing_visibility ${value}`);
}

const TOKEN_TYPES = new Set(['default-service', 'default-batch', 'service', 'batch']);

/** @throws LogicalFault for a value that there is not */
export function mountTokenType(value: string): string {
  if (value === '') return 'default-service';
  if (TOKEN_TYPES.has(value)) return value;
  throw refusal("invalid value for 'token_type'");
}
