import type { VaultCore } from '../core/vault-core.js';
import { DurationError, parseDuration } from '../go/duration.js';
import { invalidInt, parseDecimal } from '../go/parse-number.js';
import type { JsonRecord } from '../json/json-value.js';
import { KV1_SECRETS } from '../kv1/kv1-backend.js';
import { SecretStore } from '../kv2/secret-store.js';
import { addVersion, newSecret } from '../kv2/version-rules.js';
import type { Fields } from '../logical/fields.js';
import { refusal } from '../logical/logical-fault.js';
import type { LogicalResponse } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { withoutUndefined } from '../logical/without-undefined.js';
import type { MountConfig, MountEntry } from '../mounts/mount-entry.js';
import { listingVisibility, mountPath, mountTokenType } from './mount-config.js';

const FIELDS = {
  path: 'string',
  default_lease_ttl: 'string',
  max_lease_ttl: 'string',
  description: 'string',
  audit_non_hmac_request_keys: 'commaStrings',
  audit_non_hmac_response_keys: 'commaStrings',
  options: 'pairs',
  listing_visibility: 'string',
  passthrough_request_headers: 'commaStrings',
  allowed_response_headers: 'commaStrings',
  token_type: 'string',
} as const;

const UNTUNABLE = ['audit/', 'cubbyhole/', 'identity/', 'sys/'];

function entryAt(core: VaultCore, path: string): MountEntry {
  const mount = core.mounts.route(path);
  if (mount === undefined) throw refusal(`cannot fetch sysview for path "${path}"`);
  return mount.entry;
}

function view(core: VaultCore, entry: MountEntry): JsonRecord {
  const { config, options } = entry;
  const ttls = core.ttlsOf(entry);
  return {
    description: entry.description,
    default_lease_ttl: ttls.systemDefault,
    max_lease_ttl: ttls.systemMax,
    force_no_cache: config.forceNoCache,
    token_type: entry.table === 'auth' ? (config.tokenType ?? 'default-service') : undefined,
    listing_visibility: config.listingVisibility || undefined,
    audit_non_hmac_request_keys: config.auditNonHmacRequestKeys,
    audit_non_hmac_response_keys: config.auditNonHmacResponseKeys,
    passthrough_request_headers: config.passthroughRequestHeaders,
    allowed_response_headers: config.allowedResponseHeaders,
    options: options !== null && options.size > 0 ? options : undefined,
  };
}

function ttl(given: string | undefined, known: number): number {
  if (given === undefined || given === '') return known;
  if (given === 'system') return 0;
  try {
    return Math.trunc(parseDuration(given) / 1000);
  } catch (error) {
    throw error instanceof DurationError ? refusal(error.message) : error;
  }
}

function changedConfig(config: MountConfig, fields: Fields<typeof FIELDS>): MountConfig {
  const defaultLeaseTtl = ttl(fields.get('default_lease_ttl'), config.defaultLeaseTtl);
  const maxLeaseTtl = ttl(fields.get('max_lease_ttl'), config.maxLeaseTtl);
  if (maxLeaseTtl !== 0 && maxLeaseTtl < defaultLeaseTtl) {
    throw refusal(
      `backend max lease TTL of ${maxLeaseTtl} would be less than backend default lease TTL of ${defaultLeaseTtl}`,
    );
  }
  return {
    ...config,
    defaultLeaseTtl,
    maxLeaseTtl,
    ...withoutUndefined({
      listingVisibility: listingVisibility(fields.get('listing_visibility')),
      tokenType: mountTokenType(fields.get('token_type')),
      auditNonHmacRequestKeys: fields.get('audit_non_hmac_request_keys'),
      auditNonHmacResponseKeys: fields.get('audit_non_hmac_response_keys'),
      passthroughRequestHeaders: fields.get('passthrough_request_headers'),
      allowedResponseHeaders: fields.get('allowed_response_headers'),
    }),
  };
}

/** Options as a tuning leaves them: an empty one is taken away, but for the version. */
function changedOptions(
  known: MountEntry['options'],
  given: ReadonlyMap<string, string> | undefined,
): MountEntry['options'] {
  if (given === undefined) return known;
  const options = new Map([...(known ?? []), ...given]);
  for (const [key, value] of given) if (value === '' && key !== 'version') options.delete(key);
  return options;
}

interface Versions {
  readonly from: number;
  readonly to: number;
}

// A version that was never said counts as 0, and so does an empty one.
const versionOf = (text: string | undefined): number | undefined => (text ? parseDecimal(text) : 0);

/** What a tuning does to the version of a mount. @throws LogicalFault where it cannot be done */
function versionChange(
  entry: MountEntry,
  options: ReadonlyMap<string, string> | undefined,
): Versions | undefined {
  const wanted = options?.get('version');
  if (wanted === undefined) return undefined;
  const from = versionOf(entry.options?.get('version')) ?? 0;
  const to = versionOf(wanted);
  if (to === undefined) throw refusal(`unable to parse options: ${invalidInt(wanted)}`);
  if (to !== 1 && to !== 2) throw refusal(`invalid version provided: ${to}`);
  if (to < from) throw refusal(`cannot downgrade mount from version ${from}`);
  return to > from ? { from, to } : undefined;
}

/** Every secret of version 1 becomes the first version of one of version 2. */
function upgradeSecrets(core: VaultCore, entry: MountEntry): void {
  const storage = core.mounts.storageOf(entry);
  const old = storage.records(KV1_SECRETS);
  const store = new SecretStore(storage, core.now);
  for (const [path, data] of old) {
    const secret = newSecret(core.now());
    addVersion(secret, store.config, data, core.now());
    store.put(path, secret);
  }
  old.clear();
}

function tune(core: VaultCore, path: string, fields: Fields<typeof FIELDS>): LogicalResponse | undefined {
  if (UNTUNABLE.some((prefix) => path.startsWith(prefix))) throw refusal(`cannot tune "${path}"`);
  const mount = core.mounts.route(path);
  if (mount === undefined) throw refusal(`tune of path "${path}" failed: no mount entry found`);
  const { entry } = mount;
  if (fields.has('token_type')) {
    if (entry.table !== 'auth') throw refusal("'token_type' can only be modified on auth mounts");
    if (entry.type === 'token') {
      throw refusal("'token_type' cannot be set for 'token' or 'ns_token' auth mounts");
    }
  }
  const options = fields.get('options');
  const versions = versionChange(entry, options);
  const changed: MountEntry = {
    ...entry,
    config: changedConfig(entry.config, fields),
    description: fields.get('description') ?? entry.description,
    options: changedOptions(entry.options, options),
  };
  if (entry.type === 'kv' && versions?.to === 2) upgradeSecrets(core, entry);
  core.mounts.replace(entry, changed);
  if (versions === undefined) return undefined;
  return {
    warnings: [
      `Upgrading mount from version ${versions.from} to version ${versions.to}. This mount will be unavailable for a brief period and will resume service shortly.`,
    ],
  };
}

/** `mounts/PATH/tune` and `auth/PATH/tune`. */
export const tunePaths = (core: VaultCore): readonly BackendPath[] => {
  const path = (fields: Fields<typeof FIELDS>): string => mountPath(fields.get('path') ?? '');
  return [
    definePath({
      pattern: /^auth\/(?<path>.+?)\/tune$/,
      fields: FIELDS,
      operations: {
        read: ({ fields }) => ({ data: view(core, entryAt(core, `auth/${path(fields)}`)) }),
        update: ({ fields }) => tune(core, `auth/${path(fields)}`, fields),
      },
    }),
    definePath({
      pattern: /^mounts\/(?<path>.+?)\/tune$/,
      fields: FIELDS,
      operations: {
        read: ({ fields }) => ({ data: view(core, entryAt(core, path(fields))) }),
        update: ({ fields }) => tune(core, path(fields), fields),
      },
    }),
  ];
};
