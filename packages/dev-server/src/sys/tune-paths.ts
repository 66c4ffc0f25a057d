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
import { listView } from './mount-view.js';

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
    external_entropy_access: entry.externalEntropyAccess || undefined,
    token_type: entry.table === 'auth' ? (config.tokenType ?? 'default-service') : undefined,
    listing_visibility: config.listingVisibility || undefined,
    audit_non_hmac_request_keys: listView(config.auditNonHmacRequestKeys),
    audit_non_hmac_response_keys: listView(config.auditNonHmacResponseKeys),
    passthrough_request_headers: listView(config.passthroughRequestHeaders),
    allowed_response_headers: listView(config.allowedResponseHeaders),
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

type TuneFields = Fields<typeof FIELDS>;

function withTtls(entry: MountEntry, fields: TuneFields): MountEntry {
  const { config } = entry;
  const defaultLeaseTtl = ttl(fields.get('default_lease_ttl'), config.defaultLeaseTtl);
  const maxLeaseTtl = ttl(fields.get('max_lease_ttl'), config.maxLeaseTtl);
  if (maxLeaseTtl !== 0 && defaultLeaseTtl !== 0 && maxLeaseTtl < defaultLeaseTtl) {
    throw refusal(
      `backend max lease TTL of ${maxLeaseTtl} would be less than backend default lease TTL of ${defaultLeaseTtl}`,
    );
  }
  return { ...entry, config: { ...config, defaultLeaseTtl, maxLeaseTtl } };
}

const withConfig = (
  entry: MountEntry,
  changes: { [TKey in keyof MountConfig]?: MountConfig[TKey] | undefined },
) => ({
  ...entry,
  config: { ...entry.config, ...withoutUndefined(changes) },
});

const withDescription = (entry: MountEntry, fields: TuneFields): MountEntry =>
  withConfig(
    { ...entry, description: fields.get('description') ?? entry.description },
    {
      auditNonHmacRequestKeys: fields.get('audit_non_hmac_request_keys'),
      auditNonHmacResponseKeys: fields.get('audit_non_hmac_response_keys'),
    },
  );

function withVisibility(entry: MountEntry, fields: TuneFields): MountEntry {
  const given = fields.get('listing_visibility');
  return given === undefined ? entry : withConfig(entry, { listingVisibility: listingVisibility(given) });
}

function withTokenType(entry: MountEntry, fields: TuneFields): MountEntry {
  const given = fields.get('token_type');
  if (given === undefined) return entry;
  if (entry.table !== 'auth') throw refusal("'token_type' can only be modified on auth mounts");
  if (entry.type === 'token') {
    throw refusal("'token_type' cannot be set for 'token' or 'ns_token' auth mounts");
  }
  return withConfig(entry, { tokenType: mountTokenType(given) });
}

const withHeaders = (entry: MountEntry, fields: TuneFields): MountEntry =>
  withConfig(entry, {
    passthroughRequestHeaders: fields.get('passthrough_request_headers'),
    allowedResponseHeaders: fields.get('allowed_response_headers'),
  });

/** An empty value takes an option away. */
function withOptions(entry: MountEntry, fields: TuneFields): MountEntry {
  const given = fields.get('options') ?? new Map<string, string>();
  if (given.size === 0) return entry;
  versionChange(entry, given);
  const options = new Map([...(entry.options ?? []), ...given]);
  for (const [name, value] of given) if (value === '') options.delete(name);
  return { ...entry, options };
}

/** In Vault's order: what comes before a mistake has its effect all the same. */
const STEPS = [withTtls, withDescription, withVisibility, withTokenType, withHeaders, withOptions];

interface Versions {
  readonly from: number;
  readonly to: number;
}

/** The number of a version; nothing counts as 0. */
function versionNumber(text: string, what: string): number {
  const number = text === '' ? 0 : parseDecimal(text);
  if (number === undefined) throw refusal(`unable to parse ${what}: ${invalidInt(text)}`);
  return number;
}

/** What a tuning does to the KV version of a mount. @throws LogicalFault where it cannot be done */
function versionChange(
  entry: MountEntry,
  options: ReadonlyMap<string, string> | undefined,
): Versions | undefined {
  const wanted = options?.get('version');
  if (wanted === undefined) return undefined;
  const from = versionNumber(entry.options?.get('version') ?? '', 'mount entry');
  const to = versionNumber(wanted, 'options');
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
    // As if only one version were kept, which shows in the number of the oldest.
    addVersion(secret, { ...store.config, maxVersions: 1 }, data, core.now());
    store.put(path, secret);
  }
  old.clear();
}

function tune(core: VaultCore, path: string, fields: TuneFields): LogicalResponse | undefined {
  if (UNTUNABLE.some((prefix) => path.startsWith(prefix))) throw refusal(`cannot tune "${path}"`);
  const mount = core.mounts.route(path);
  if (mount === undefined) throw refusal(`tune of path "${path}" failed: no mount entry found`);
  const { entry } = mount;
  let changed = entry;
  try {
    for (const step of STEPS) changed = step(changed, fields);
    const versions = versionChange(entry, fields.get('options'));
    if (versions === undefined) return undefined;
    if (entry.type === 'kv' && versions.to === 2) upgradeSecrets(core, entry);
    return {
      warnings: [
        `Upgrading mount from version ${versions.from} to version ${versions.to}. This mount will be unavailable for a brief period and will resume service shortly.`,
      ],
    };
  } finally {
    core.mounts.replace(entry, changed);
  }
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
