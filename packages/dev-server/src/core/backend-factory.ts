import { kv2Backend } from '../kv2/kv2-backend.js';
import type { Backend } from '../logical/backend.js';
import { refusal } from '../logical/logical-fault.js';
import { PathBackend } from '../logical/path-backend.js';
import type { MountEntry } from '../mounts/mount-entry.js';
import type { BackendFactory } from '../mounts/mount-table.js';
import type { Storage } from '../state/storage.js';
import { systemBackend } from '../sys/system-backend.js';
import { tokenBackend } from '../tokens/token-backend.js';
import type { VaultCore } from './vault-core.js';

type Maker = (core: VaultCore, storage: Storage, entry: MountEntry) => Backend;

const kv: Maker = (core, storage, entry) => {
  if (entry.options?.get('version') === '2') return kv2Backend(storage, core.now);
  throw refusal('nil backend of type "kv" returned from factory');
};

const SECRET_TYPES: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['system', (core) => systemBackend(core)],
  ['identity', () => new PathBackend([])],
  ['cubbyhole', () => new PathBackend([])],
  ['kv', kv],
]);

const AUTH_TYPES: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['token', (core) => tokenBackend(core.tokens)],
]);

/** Makes backends by the type of their mount. */
export const backendFactory =
  (core: VaultCore): BackendFactory =>
  (entry, storage) =>
    (entry.table === 'auth' ? AUTH_TYPES : SECRET_TYPES).get(entry.type)?.(core, storage, entry);
