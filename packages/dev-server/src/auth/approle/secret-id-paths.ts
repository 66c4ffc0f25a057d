import { randomUUID } from 'node:crypto';
import { cidrsWithin, isCidr } from '../../go/cidr.js';
import { quoteList } from '../../go/format-value.js';
import { formatTime, ZERO_TIME } from '../../go/timestamp.js';
import { JsonSyntaxError, parseJson } from '../../json/json-parser.js';
import type { Fields } from '../../logical/fields.js';
import { failure, refusal } from '../../logical/logical-fault.js';
import { type LogicalResponse, listing } from '../../logical/logical-response.js';
import { type BackendPath, definePath } from '../../logical/path-backend.js';
import { DecodeError, decodeStringMap } from '../../logical/weak-decode.js';
import type { AppRole, SecretId } from './approle-record.js';
import type { AppRoleStore } from './approle-store.js';
import { ROLE_NAME } from './role-path.js';

const FIELDS = {
  role_name: 'string',
  secret_id: 'string',
  secret_id_accessor: 'string',
  metadata: 'string',
  cidr_list: 'commaStrings',
  token_bound_cidrs: 'commaStrings',
} as const;

type SecretIdFields = Fields<typeof FIELDS>;

/** Metadata is JSON in a string, or pairs with `=` between commas. */
function readMetadata(text: string): ReadonlyMap<string, string> {
  if (text === '') return new Map();
  try {
    return decodeStringMap(parseJson(text));
  } catch (error) {
    if (!(error instanceof JsonSyntaxError) && !(error instanceof DecodeError)) throw error;
  }
  return new Map(
    text.split(',').map((pair): [string, string] => {
      const at = pair.indexOf('=');
      if (at < 1) throw refusal('failed to parse metadata: failed to parse the input');
      return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    }),
  );
}

function checkCidrs(role: AppRole, cidrList: readonly string[]): void {
  const invalid = cidrList.find((block) => !isCidr(block));
  if (invalid !== undefined) {
    throw failure(`failed to validate CIDR blocks: invalid CIDR address: ${invalid}`);
  }
  const outer = role.secretIdBoundCidrs ?? [];
  if (outer.length === 0 || cidrsWithin(cidrList, outer)) return;
  // The odd end is Vault's own: it formats an error that there is none of.
  throw failure(
    `failed to verify subset relationship between CIDR blocks on the role ${quoteList(outer)} and CIDR blocks on the secret ID ${quoteList(cidrList)}: %!w(<nil>)`,
  );
}

function issue(store: AppRoleStore, fields: SecretIdFields, chosen: string | undefined): LogicalResponse {
  const name = fields.get('role_name') ?? '';
  const role = store.role(name);
  if (role === undefined) throw refusal(`role "${name}" does not exist`, 404);
  if (!role.bindSecretId) throw refusal('bind_secret_id is not set on the role');
  const cidrList = fields.get('cidr_list') ?? [];
  checkCidrs(role, cidrList);
  const id = chosen ?? randomUUID();
  if (id === '') throw refusal('missing secret_id');
  if (store.secretId(role.name, id) !== undefined) {
    throw failure('failed to store secret_id: SecretID is already registered');
  }
  const now = store.now();
  const ttl = Math.min(role.secretIdTtl, store.maxTtl);
  const secretId: SecretId = {
    secretId: id,
    accessor: randomUUID(),
    roleName: role.name,
    numUses: role.secretIdNumUses,
    ttl: role.secretIdTtl,
    creationTime: now,
    expirationTime: ttl > 0 ? now + ttl * 1000 : undefined,
    lastUpdatedTime: now,
    metadata: readMetadata(fields.get('metadata') ?? ''),
    cidrList,
    tokenBoundCidrs: fields.get('token_bound_cidrs') ?? [],
  };
  store.putSecretId(secretId);
  return { data: { secret_id: id, secret_id_accessor: secretId.accessor, secret_id_ttl: secretId.ttl } };
}

const view = (secretId: SecretId): LogicalResponse => ({
  data: {
    cidr_list: secretId.cidrList,
    creation_time: formatTime(secretId.creationTime),
    expiration_time: secretId.expirationTime === undefined ? ZERO_TIME : formatTime(secretId.expirationTime),
    last_updated_time: formatTime(secretId.lastUpdatedTime),
    metadata: secretId.metadata,
    secret_id_accessor: secretId.accessor,
    secret_id_num_uses: secretId.numUses,
    secret_id_ttl: secretId.ttl,
    token_bound_cidrs: secretId.tokenBoundCidrs,
  },
});

/** `role/NAME/secret-id…` and `role/NAME/custom-secret-id`. */
export const secretIdPaths = (store: AppRoleStore): readonly BackendPath[] => {
  const path = (rest: string): RegExp => new RegExp(`^role/(?<role_name>${ROLE_NAME})/${rest}$`);
  const roleOf = (fields: SecretIdFields): AppRole => {
    const name = fields.get('role_name') ?? '';
    const role = store.role(name);
    if (role === undefined) throw failure(`role "${name}" does not exist`);
    return role;
  };
  const named = (fields: SecretIdFields): SecretId | undefined => {
    const id = fields.get('secret_id') ?? '';
    if (id === '') throw refusal('missing secret_id');
    return store.secretId(roleOf(fields).name, id);
  };
  const byAccessor = (fields: SecretIdFields): SecretId => {
    const accessor = fields.get('secret_id_accessor') ?? '';
    if (accessor === '') throw refusal('missing secret_id_accessor');
    const found = store.secretIdByAccessor(roleOf(fields).name, accessor);
    if (found !== undefined) return found;
    throw failure(`failed to find accessor entry for secret_id_accessor: "${accessor}"`);
  };
  const destroy = (secretId: SecretId | undefined): undefined => {
    if (secretId !== undefined) store.removeSecretId(secretId);
    return undefined;
  };
  return [
    definePath({
      pattern: path('secret-id/?'),
      fields: FIELDS,
      operations: {
        update: ({ fields }) => issue(store, fields, undefined),
        list: ({ fields }) => {
          const name = fields.get('role_name') ?? '';
          const role = store.role(name);
          if (role === undefined) throw refusal(`role "${name}" does not exist`, 404);
          return listing(store.secretIdsOf(role.name).map((secretId) => secretId.accessor));
        },
      },
    }),
    definePath({
      pattern: path('custom-secret-id'),
      fields: FIELDS,
      operations: { update: ({ fields }) => issue(store, fields, fields.get('secret_id') ?? '') },
    }),
    definePath({
      pattern: path('secret-id/lookup/?'),
      fields: FIELDS,
      operations: {
        update: ({ fields }) => {
          const found = named(fields);
          return found && view(found);
        },
      },
    }),
    definePath({
      pattern: path('secret-id/destroy/?'),
      fields: FIELDS,
      operations: {
        update: ({ fields }) => destroy(named(fields)),
        delete: ({ fields }) => destroy(named(fields)),
      },
    }),
    definePath({
      pattern: path('secret-id-accessor/lookup/?'),
      fields: FIELDS,
      operations: { update: ({ fields }) => view(byAccessor(fields)) },
    }),
    definePath({
      pattern: path('secret-id-accessor/destroy/?'),
      fields: FIELDS,
      operations: {
        update: ({ fields }) => destroy(byAccessor(fields)),
        delete: ({ fields }) => destroy(byAccessor(fields)),
      },
    }),
  ];
};
