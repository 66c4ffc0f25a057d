import { sortedByBytes } from '../go/compare-bytes.js';
import type { Fields } from '../logical/fields.js';
import { refusal } from '../logical/logical-fault.js';
import { listing } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { collection } from '../state/storage.js';
import { checkKeyType } from './key-pair.js';

/** For whom certificates are given, and what they are like. Durations are seconds, 0 for the mount's own. */
export interface PkiRole {
  readonly ttl: number;
  readonly max_ttl: number;
  readonly allow_localhost: boolean;
  readonly allowed_domains: readonly string[];
  readonly allow_bare_domains: boolean;
  readonly allow_subdomains: boolean;
  readonly allow_glob_domains: boolean;
  readonly allow_any_name: boolean;
  readonly enforce_hostnames: boolean;
  readonly allow_ip_sans: boolean;
  readonly server_flag: boolean;
  readonly client_flag: boolean;
  readonly key_type: string;
  readonly key_bits: number;
  readonly generate_lease: boolean;
  readonly no_store: boolean;
  readonly require_cn: boolean;
  readonly not_before_duration: number;
}

export const PKI_ROLES = collection<PkiRole>('pki-roles');

const FIELDS = {
  name: 'string',
  ttl: 'duration',
  max_ttl: 'duration',
  allow_localhost: 'bool',
  allowed_domains: 'commaStrings',
  allow_bare_domains: 'bool',
  allow_subdomains: 'bool',
  allow_glob_domains: 'bool',
  allow_any_name: 'bool',
  enforce_hostnames: 'bool',
  allow_ip_sans: 'bool',
  server_flag: 'bool',
  client_flag: 'bool',
  key_type: 'string',
  key_bits: 'int',
  generate_lease: 'bool',
  no_store: 'bool',
  require_cn: 'bool',
  not_before_duration: 'duration',
} as const;

/** A role is written whole: what a request does not name gets its default. */
function roleOf(fields: Fields<typeof FIELDS>, maxTtl: number): PkiRole {
  const role: PkiRole = {
    ttl: fields.get('ttl') ?? 0,
    max_ttl: fields.get('max_ttl') ?? 0,
    allow_localhost: fields.get('allow_localhost') ?? true,
    allowed_domains: fields.get('allowed_domains') ?? [],
    allow_bare_domains: fields.get('allow_bare_domains') ?? false,
    allow_subdomains: fields.get('allow_subdomains') ?? false,
    allow_glob_domains: fields.get('allow_glob_domains') ?? false,
    allow_any_name: fields.get('allow_any_name') ?? false,
    enforce_hostnames: fields.get('enforce_hostnames') ?? true,
    allow_ip_sans: fields.get('allow_ip_sans') ?? true,
    server_flag: fields.get('server_flag') ?? true,
    client_flag: fields.get('client_flag') ?? true,
    key_type: fields.get('key_type') ?? 'rsa',
    key_bits: fields.get('key_bits') ?? 2048,
    generate_lease: fields.get('generate_lease') ?? false,
    no_store: fields.get('no_store') ?? false,
    require_cn: fields.get('require_cn') ?? true,
    not_before_duration: fields.get('not_before_duration') ?? 30,
  };
  if (role.no_store && role.generate_lease) {
    throw refusal('mutually exclusive values no_store=true and generate_lease=true were specified');
  }
  const longest = role.max_ttl || maxTtl;
  if (role.ttl > longest) throw refusal(`"ttl" value must be less than "max_ttl" value`);
  checkKeyType(role.key_type, role.key_bits);
  return role;
}

/** `roles/NAME`. */
export const pkiRolePaths = (roles: Map<string, PkiRole>, maxTtl: () => number): readonly BackendPath[] => [
  definePath({
    pattern: /^roles\/?$/,
    fields: {},
    operations: { list: () => listing(sortedByBytes(roles.keys())) },
  }),
  definePath({
    pattern: /^roles\/(?<name>\w(?:[\w.-]*\w)?)$/,
    fields: FIELDS,
    operations: {
      read: ({ fields }) => {
        const role = roles.get(fields.get('name') ?? '');
        return role && { data: { ...role } };
      },
      update: ({ fields }) => {
        roles.set(fields.get('name') ?? '', roleOf(fields, maxTtl()));
        return undefined;
      },
      delete: ({ fields }) => {
        roles.delete(fields.get('name') ?? '');
        return undefined;
      },
    },
  }),
];
