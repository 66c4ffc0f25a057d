import type { VaultCore } from '../core/vault-core.js';
import type { Fields } from '../logical/fields.js';
import { failure, framed, refusal } from '../logical/logical-fault.js';
import { type LogicalResponse, listing } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { BUILTIN_PLUGINS, type PluginType } from './builtin-plugins.js';

const FIELDS = {
  name: 'string',
  type: 'string',
  sha256: 'string',
  sha_256: 'string',
  command: 'string',
  args: 'strings',
  env: 'strings',
} as const;

const typeOf = (fields: { get(name: 'type'): string | undefined }): PluginType | undefined => {
  const type = fields.get('type');
  return type === 'auth' || type === 'database' || type === 'secret' ? type : undefined;
};

const outdated = (what: string, name: string): LogicalResponse => ({
  data: null,
  warnings: [`Deprecated API endpoint, cannot ${what} catalog for "${name}"`],
});

/** Nothing can be registered: like a server without a plugin directory. @throws LogicalFault always */
function refuseRegistration(fields: Fields<typeof FIELDS>): never {
  const sum = fields.get('sha256') || (fields.get('sha_256') ?? '');
  if (sum === '') throw refusal('missing SHA-256 value');
  const command = fields.get('command') ?? '';
  if (command === '') throw refusal('missing command value');
  if (command.includes(' ') && (fields.get('args') ?? []).length > 0) {
    throw refusal('must not specify args in command and args field');
  }
  if (!/^(?:[0-9a-f]{2})*$/i.test(sum)) throw refusal('Could not decode SHA-256 value from Hex');
  throw failure('could not set plugin, plugin directory is not configured');
}

/** `plugins/catalog` and `plugins/reload`: what is built in, and nothing else. */
export const pluginPaths = (core: VaultCore): readonly BackendPath[] => [
  definePath({
    pattern: /^plugins\/catalog\/(?<type>auth|database|secret)\/?$/,
    fields: { type: 'string' },
    operations: {
      list: ({ fields }) => {
        const type = typeOf(fields);
        return listing(type === undefined ? [] : BUILTIN_PLUGINS[type]);
      },
    },
  }),
  definePath({
    pattern: /^plugins\/catalog\/?$/,
    fields: {},
    operations: { read: () => ({ data: { ...BUILTIN_PLUGINS } }) },
  }),
  definePath({
    pattern: /^plugins\/catalog(?:\/(?<type>auth|database|secret))?\/(?<name>.+)$/,
    fields: FIELDS,
    operations: {
      read: ({ fields }) => {
        const name = fields.get('name') ?? '';
        const type = typeOf(fields);
        if (type === undefined) return outdated('read plugin information from', name);
        if (!BUILTIN_PLUGINS[type].includes(name)) return undefined;
        return { data: { args: null, builtin: true, command: '', name, sha256: '' } };
      },
      update: ({ fields }) => refuseRegistration(fields),
      delete: ({ fields }) =>
        typeOf(fields) === undefined
          ? outdated('deregister plugin from', fields.get('name') ?? '')
          : undefined,
    },
  }),
  definePath({
    pattern: /^plugins\/reload\/backend$/,
    fields: { plugin: 'string', mounts: 'commaStrings', scope: 'string' },
    operations: {
      update: ({ fields, request }) => {
        const plugin = fields.get('plugin') ?? '';
        const mounts = fields.get('mounts') ?? [];
        const scope = fields.get('scope') ?? '';
        if (scope !== '' && scope !== 'global') {
          throw refusal("reload scope must be omitted or 'global'");
        }
        if (plugin !== '' && mounts.length > 0) {
          throw refusal('plugin and mounts cannot be set at the same time');
        }
        if (plugin === '' && mounts.length === 0) throw refusal('plugin or mounts must be provided');
        const missing = mounts.filter((path) => core.mounts.route(path) === undefined);
        if (missing.length > 0) {
          const problems = missing.map((path) => `cannot fetch mount entry on "${path}"`);
          throw refusal(framed(...problems), 500);
        }
        return { data: { reload_id: request.id }, ...(scope === 'global' ? { status: 202 } : {}) };
      },
    },
  }),
];
