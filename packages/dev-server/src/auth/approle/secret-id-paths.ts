import { randomUUID } from 'node:crypto';
import { cidrsWithin, shownAddress } from '../../go/cidr.js';
import { sortedByBytes } from '../../go/compare-bytes.js';
import { quote, quoteList } from '../../go/format-value.js';
import { formatTime, ZERO_TIME } from '../../go/timestamp.js';
import { JsonSyntaxError, parseJson } from '../../json/json-parser.js';
import { isJsonMap } from '../../json/json-value.js';
import type { Fields } from '../../logical/fields.js';
import { failure, refusal } from '../../logical/logical-fault.js';
import { type LogicalResponse, listing } from '../../logical/logical-response.js';
import { type BackendPath, definePath } from '../../logical/path-backend.js';
import type { AppRole, SecretId } from './approle-record.js';
import type { AppRoleStore } from './approle-store.js';
import { checkCidrBlocks, ROLE_NAME } from './role-path.js';

const FIELDS = {
  role_name: 'string',
  secret_id: 'string',
  secret_id_accessor: 'string',
  metadata: 'string',
  cidr_list: 'commaStrings',
  token_bound_cidrs: 'commaStrings',
} as const;

type SecretIdFields = Fields<typeof FIELDS>;

const noPairs = (problem: string): Error => refusal(`failed to parse metadata: ${problem}`);

/** The pairs of a text such as `a=1,b=2`. */
function readPairs(text: string): Map<string, string> {
  const pairs = sortedByBytes(new Set(text.split(',').map((pair) => pair.trim()))).filter(Boolean);
  return new Map(
    pairs.map((pair): [string, string] => {
      const [key = '', value = '', ...more] = pair.split('=').map((part) => part.trim());
      if (more.length > 0 || !pair.includes('=')) {
        throw noPairs('failed to parse the input: invalid <key,value> format');
      }
      if (key !== '' && value !== '') return [key, value];
      throw noPairs(
        `failed to parse the input: invalid <key,value> pair: key: ${quote(key)} value: ${quote(value)}`,
      );
    }),
  );
}

/** A JSON object of strings; undefined for what is none. */
function readObject(text: string): Map<string, string> | undefined {
  try {
    const value = parseJson(text);
    if (value === null) return new Map();
    if (!isJsonMap(value)) return undefined;
    const entries = [...value].map(([key, item]): [string, unknown] => [key, item ?? '']);
    const strings = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    return strings.length === entries.length ? new Map(strings) : undefined;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Metadata is JSON in a string, or pairs with `=` between commas; either also in base64. */
function readMetadata(given: string): ReadonlyMap<string, string> {
  const trimmed = given.trim();
  if (trimmed === '') return new Map();
  const text = BASE64.test(trimmed) ? Buffer.from(trimmed, 'base64').toString('utf8') : trimmed;
  const metadata = readObject(text) ?? readPairs(text);
  const empty = [...metadata].find(([key, value]) => key !== '' && value === '');
  if (empty !== undefined) throw noPairs(`invalid value for key ${quote(empty[0])}`);
  return metadata;
}

function checkWithin(blocks: readonly string[], outer: readonly string[]): void {
  const whole = outer.map((block) => (block.includes('/') ? block : `${block}/32`));
  if (blocks.length === 0 || whole.length === 0 || cidrsWithin(blocks, whole)) return;
  // The odd end is Vault's own: it formats an error that there is none of.
  throw failure(
    `failed to verify subset relationship between CIDR blocks on the role ${quoteList(whole)} and CIDR blocks on the secret ID ${quoteList(blocks)}: %!w(<nil>)`,
  );
}

function issue(store: AppRoleStore, fields: SecretIdFields, id: string): LogicalResponse {
  if (id === '') throw refusal('missing secret_id');
  const name = fields.get('role_name') ?? '';
  const role = store.role(name);
  if (role === undefined) throw refusal(`role "${name}" does not exist`, 404);
  if (!role.bindSecretId) throw refusal('bind_secret_id is not set on the role');
  const cidrList = fields.get('cidr_list') ?? [];
  checkCidrBlocks(cidrList);
  checkWithin(cidrList, role.secretIdBoundCidrs ?? []);
  const tokenBoundCidrs = fields.get('token_bound_cidrs') ?? [];
  checkCidrBlocks(tokenBoundCidrs, 'token CIDR blocks');
  checkWithin(tokenBoundCidrs, role.settings.boundCidrs.map(shownAddress));
  const metadata = readMetadata(fields.get('metadata') ?? '');
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
    metadata,
    cidrList,
    tokenBoundCidrs,
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
        update: ({ fields }) => issue(store, fields, randomUUID()),
        list: ({ fields }) => {
          const name = fields.get('role_name') ?? '';
          const role = store.role(name);
          if (role === undefined) throw refusal(`role "${name}" does not exist`);
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
