import type { VaultCore } from '../core/vault-core.js';
import type { JsonValue } from '../json/json-value.js';
import type { Fields } from '../logical/fields.js';
import { refusal } from '../logical/logical-fault.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { withoutUndefined } from '../logical/without-undefined.js';
import { fullPath, type MountTableName } from '../mounts/mount-entry.js';
import {
  type GivenMountConfig,
  listingVisibility,
  mountPath,
  mountTokenType,
  mountTtls,
  readMountConfig,
} from './mount-config.js';
import { mountView } from './mount-view.js';
import { unmount } from './unmount.js';

const PROTECTED = ['audit/', 'auth/', 'sys/', 'cubbyhole/', 'identity/'];
const SINGLETONS = new Set(['cubbyhole', 'system', 'token', 'identity']);

const FIELDS = {
  path: 'string',
  type: 'string',
  description: 'string',
  options: 'pairs',
  config: 'map',
  plugin_name: 'string',
  local: 'bool',
  seal_wrap: 'bool',
  external_entropy_access: 'bool',
} as const;

/** Whether a path is one that Vault keeps for itself. */
export const isProtected = (path: string): boolean => PROTECTED.some((prefix) => path.startsWith(prefix));

/** The type that is meant where `plugin` stands for one by name. @throws LogicalFault */
function typeOf(fields: Fields<typeof FIELDS>, config: GivenMountConfig): string {
  const type = fields.get('type') ?? '';
  if (type === '') throw refusal('backend type must be specified as a string');
  if (type !== 'plugin') return type;
  const name = config.pluginName || (fields.get('plugin_name') ?? '');
  if (name === '') throw refusal('plugin_name must be provided for plugin backend');
  return name;
}

interface TypedOptions {
  readonly type: string;
  readonly options: ReadonlyMap<string, string>;
}

/** Only KV has versions, and names of its own for them. @throws LogicalFault */
function typedOptions(
  table: MountTableName,
  type: string,
  options: ReadonlyMap<string, string>,
): TypedOptions {
  const isSecret = table === 'secret';
  if (isSecret && type === 'kv') return { type, options };
  const version = isSecret ? /^kv-v([12])$/.exec(type)?.[1] : undefined;
  if (version !== undefined) return { type: 'kv', options: new Map([...options, ['version', version]]) };
  if (options.get('version')) {
    const label = isSecret ? 'secrets engine' : 'auth method';
    throw refusal(`${label} "${type}" does not allow setting a version`);
  }
  return { type, options };
}

/** @throws LogicalFault where nothing of that type can be mounted there */
function checkPlace(core: VaultCore, table: MountTableName, path: string, type: string): void {
  if (table === 'secret' && isProtected(path)) throw refusal(`cannot mount "${path}"`);
  if (table === 'secret' && SINGLETONS.has(type)) throw refusal(`mount type of "${type}" is not mountable`);
  const conflict = core.mounts.conflict(fullPath({ table, path }));
  if (conflict !== undefined) {
    const shown = table === 'auth' ? conflict.replace(/^auth\//, '') : conflict;
    throw refusal(`path is already in use at ${shown}`);
  }
  if (table === 'auth' && type === 'token') {
    throw refusal('token credential backend cannot be instantiated');
  }
}

/** Checks what is wanted in Vault's order, so that of several mistakes the same one is reported. */
function mount(core: VaultCore, table: MountTableName, fields: Fields<typeof FIELDS>): undefined {
  const path = mountPath(fields.get('path') ?? '');
  const given = readMountConfig(fields.get('config') ?? new Map(), table);
  const ttls = mountTtls(given);
  const tokenType = table === 'auth' ? mountTokenType(given.tokenType) : undefined;
  const { type, options } = typedOptions(
    table,
    typeOf(fields, given),
    fields.get('options') ?? new Map<string, string>(),
  );
  const visibility = listingVisibility(given.listingVisibility);
  checkPlace(core, table, path, type);
  core.mounts.add({
    table,
    path,
    type,
    description: fields.get('description') ?? '',
    config: {
      ...ttls,
      forceNoCache: table === 'secret' && given.forceNoCache,
      ...withoutUndefined({
        listingVisibility: visibility || undefined,
        tokenType,
        auditNonHmacRequestKeys: given.auditNonHmacRequestKeys,
        auditNonHmacResponseKeys: given.auditNonHmacResponseKeys,
        passthroughRequestHeaders: given.passthroughRequestHeaders,
        allowedResponseHeaders: given.allowedResponseHeaders,
      }),
    },
    options,
    local: fields.get('local') ?? false,
    sealWrap: fields.get('seal_wrap') ?? false,
    externalEntropyAccess: fields.get('external_entropy_access') ?? false,
  });
  return undefined;
}

const tableView = (core: VaultCore, table: MountTableName): ReadonlyMap<string, JsonValue> =>
  new Map(core.mounts.entries(table).map((entry): [string, JsonValue] => [entry.path, mountView(entry)]));

/** `mounts` and `auth`: the tables of secrets engines and of auth methods. */
export const mountPaths = (core: VaultCore): readonly BackendPath[] => [
  definePath({
    pattern: /^mounts$/,
    fields: {},
    operations: { read: () => ({ data: tableView(core, 'secret') }) },
  }),
  definePath({
    pattern: /^auth$/,
    fields: {},
    operations: { read: () => ({ data: tableView(core, 'auth') }) },
  }),
  definePath({
    pattern: /^mounts\/(?<path>.+?)$/,
    fields: FIELDS,
    operations: {
      update: ({ fields }) => mount(core, 'secret', fields),
      delete: ({ fields }) => {
        const path = mountPath(fields.get('path') ?? '');
        if (core.mounts.get(path) === undefined) return undefined;
        if (isProtected(path)) throw refusal(`cannot unmount "${path}"`);
        unmount(core, path);
        return undefined;
      },
    },
  }),
  definePath({
    pattern: /^auth\/(?<path>.+)$/,
    fields: FIELDS,
    operations: {
      update: ({ fields }) => mount(core, 'auth', fields),
      delete: ({ fields }) => {
        const path = mountPath(fields.get('path') ?? '');
        if (path === 'token/') throw refusal('token credential backend cannot be disabled');
        unmount(core, `auth/${path}`);
        return undefined;
      },
    },
  }),
];
