import type { VaultCore } from '../core/vault-core.js';
import { DurationError, parseDuration } from '../go/duration.js';
import type { JsonMap, JsonValue } from '../json/json-value.js';
import { refusal } from '../logical/logical-fault.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { SYSTEM_TTL } from '../mounts/mount-entry.js';
import { mountView } from './mount-view.js';

const PROTECTED = ['audit/', 'auth/', 'sys/', 'cubbyhole/', 'identity/'];
const SINGLETONS = new Set(['cubbyhole', 'system', 'token', 'identity']);

export const mountPath = (path: string): string => `${path.replace(/^\/+|\/+$/g, '')}/`;

function ttlOf(config: JsonMap, name: string, label: string): number {
  const raw = config.get(name) ?? '';
  if (raw === '' || raw === 'system') return 0;
  try {
    return Math.trunc(parseDuration(raw) / 1000);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw refusal(`unable to parse ${label} TTL of ${String(raw)}: ${error.message}`);
  }
}

/** `mounts`: the table of secrets engines. */
export const mountPaths = (core: VaultCore): readonly BackendPath[] => [
  definePath({
    pattern: /^mounts$/,
    fields: {},
    operations: {
      read: () => ({
        data: new Map(
          core.mounts.entries('secret').map((entry): [string, JsonValue] => [entry.path, mountView(entry)]),
        ),
      }),
    },
  }),
  definePath({
    pattern: /^mounts\/(?<path>.+?)$/,
    fields: { path: 'string', type: 'string', description: 'string', options: 'pairs', config: 'map' },
    operations: {
      update: ({ fields }) => {
        const path = mountPath(fields.get('path') ?? '');
        const config = fields.get('config') ?? new Map();
        const defaultLeaseTtl = ttlOf(config, 'default_lease_ttl', 'default');
        const maxLeaseTtl = ttlOf(config, 'max_lease_ttl', 'max');
        if (maxLeaseTtl !== 0 && defaultLeaseTtl > maxLeaseTtl) {
          throw refusal('given default lease TTL greater than given max lease TTL');
        }
        if (maxLeaseTtl === 0 && defaultLeaseTtl > SYSTEM_TTL) {
          throw refusal(`given default lease TTL greater than system max lease TTL of ${SYSTEM_TTL}`);
        }
        const wanted = fields.get('type') ?? '';
        if (wanted === '') throw refusal('backend type must be specified as a string');
        const options = new Map(fields.get('options'));
        const alias = /^kv-v(\d)$/.exec(wanted)?.[1];
        if (alias !== undefined) options.set('version', alias);
        const type = alias === undefined ? wanted : 'kv';
        if (PROTECTED.some((prefix) => path.startsWith(prefix))) throw refusal(`cannot mount "${path}"`);
        if (SINGLETONS.has(type)) throw refusal(`mount type of "${type}" is not mountable`);
        const conflict = core.mounts.conflict(path);
        if (conflict !== undefined) throw refusal(`path is already in use at ${conflict}`);
        core.mounts.add({
          table: 'secret',
          path,
          type,
          description: fields.get('description') ?? '',
          config: { defaultLeaseTtl, maxLeaseTtl, forceNoCache: false },
          options,
        });
        return undefined;
      },
      delete: ({ fields }) => {
        const path = mountPath(fields.get('path') ?? '');
        const entry = core.mounts.get(path);
        if (entry === undefined) return undefined;
        if (PROTECTED.some((prefix) => path.startsWith(prefix))) throw refusal(`cannot unmount "${path}"`);
        core.mounts.remove(entry);
        return undefined;
      },
    },
  }),
];
