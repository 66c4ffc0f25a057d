import type { VaultCore } from '../core/vault-core.js';
import type { JsonValue } from '../json/json-value.js';
import type { Fields } from '../logical/fields.js';
import { refusal } from '../logical/logical-fault.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { fullPath, type MountTableName } from '../mounts/mount-entry.js';
import { mountPath, readMountConfig } from './mount-config.js';
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
  local: 'bool',
  seal_wrap: 'bool',
  external_entropy_access: 'bool',
  plugin_name: 'string',
} as const;

/** Whether a path is one that Vault keeps for itself. */
export const isProtected = (path: string): boolean => PROTECTED.some((prefix) => path.startsWith(prefix));

/** The type of what is to be mounted; the type `plugin` has the name of a plugin stand for it. */
function typeOf(fields: Fields<typeof FIELDS>): string {
  const type = fields.get('type') ?? '';
  if (type === '') throw refusal('backend type must be specified as a string');
  if (type !== 'plugin') return type;
  const configured = fields.get('config')?.get('plugin_name');
  const name = typeof configured === 'string' && configured !== '' ? configured : fields.get('plugin_name');
  if (!name) throw refusal('plugin_name must be provided for plugin backend');
  return name;
}

function optionsOf(
  table: MountTableName,
  type: string,
  given: ReadonlyMap<string, string>,
): Map<string, string> {
  const options = new Map(given);
  const version = /^kv-v([12])$/.exec(type)?.[1];
  if (table === 'secret' && version !== undefined) return options.set('version', version);
  if (options.get('version') && (table === 'auth' || type !== 'kv')) {
    const label = table === 'auth' ? 'auth method' : 'secrets engine';
    throw refusal(`${label} "${type}" does not allow setting a version`);
  }
  return options;
}

function checkFree(core: VaultCore, table: MountTableName, path: string): void {
  const conflict = core.mounts.conflict(fullPath({ table, path }));
  if (conflict === undefined) return;
  throw refusal(`path is already in use at ${table === 'auth' ? conflict.replace(/^auth\//, '') : conflict}`);
}

function mount(core: VaultCore, table: MountTableName, fields: Fields<typeof FIELDS>): undefined {
  const path = mountPath(fields.get('path') ?? '');
  const config = readMountConfig(fields.get('config') ?? new Map(), table);
  const wanted = typeOf(fields);
  const options = optionsOf(table, wanted, fields.get('options') ?? new Map());
  const type = table === 'secret' ? wanted.replace(/^kv-v[12]$/, 'kv') : wanted;
  if (table === 'secret') {
    if (isProtected(path)) throw refusal(`cannot mount "${path}"`);
    if (SINGLETONS.has(type)) throw refusal(`mount type of "${type}" is not mountable`);
  }
  checkFree(core, table, path);
  if (table === 'auth' && type === 'token') throw refusal('token credential backend cannot be instantiated');
  core.mounts.add({
    table,
    path,
    type,
    description: fields.get('description') ?? '',
    config,
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
