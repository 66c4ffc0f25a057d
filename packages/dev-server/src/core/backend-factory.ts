import { AppRoleBackend } from '../auth/approle/approle-backend.js';
import { AppRoleStore } from '../auth/approle/approle-store.js';
import { CertBackend } from '../auth/cert/cert-backend.js';
import { JwtBackend } from '../auth/jwt/jwt-backend.js';
import { KubernetesBackend } from '../auth/kubernetes/kubernetes-backend.js';
import { UserpassBackend } from '../auth/userpass/userpass-backend.js';
import { cubbyholeBackend } from '../cubbyhole/cubbyhole-backend.js';
import { DatabaseBackend } from '../database/database-backend.js';
import { identityBackend } from '../identity/identity-backend.js';
import { kv1Backend } from '../kv1/kv1-backend.js';
import { kv2Backend } from '../kv2/kv2-backend.js';
import type { Backend } from '../logical/backend.js';
import { refusal } from '../logical/logical-fault.js';
import { PathBackend } from '../logical/path-backend.js';
import type { MountEntry } from '../mounts/mount-entry.js';
import type { BackendFactory } from '../mounts/mount-table.js';
import { PkiBackend } from '../pki/pki-backend.js';
import { BUILTIN_PLUGINS } from '../plugins/builtin-plugins.js';
import type { Storage } from '../state/storage.js';
import { systemBackend } from '../sys/system-backend.js';
import { tokenBackend } from '../tokens/token-backend.js';
import type { VaultCore } from './vault-core.js';

type Maker = (core: VaultCore, storage: Storage, entry: MountEntry) => Backend;

const kv: Maker = (core, storage, entry) => {
  const version = entry.options?.get('version') ?? '';
  if (version === '2') return kv2Backend(storage, core.now);
  if (version === '1' || version === '') return kv1Backend(storage, core.ttlsOf(entry).systemDefault);
  throw refusal('nil backend of type "kv" returned from factory');
};

const jwt: Maker = (core, storage, entry) =>
  new JwtBackend(storage, core.now, () => core.ttlsOf(entry).systemMax);

const SECRET_TYPES: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['system', (core) => systemBackend(core)],
  ['identity', (core) => identityBackend(core)],
  ['cubbyhole', (core) => cubbyholeBackend(core.cubbyholes)],
  ['kv', kv],
  // The name that KV version 1 had before it was called that.
  ['generic', kv],
  [
    'pki',
    (core, storage, entry) =>
      new PkiBackend(storage, core.now, { path: entry.path, limits: () => core.ttlsOf(entry) }),
  ],
  ['database', (core, storage) => new DatabaseBackend(storage, core.now, core.passwordPolicies)],
]);

const AUTH_TYPES: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['token', (core) => tokenBackend(core)],
  ['userpass', (_core, storage) => new UserpassBackend(storage)],
  [
    'approle',
    (core, storage, entry) =>
      new AppRoleBackend(new AppRoleStore(storage, core.now, core.ttlsOf(entry).systemMax)),
  ],
  ['cert', (core, storage, entry) => new CertBackend(storage, core.now, () => core.ttlsOf(entry))],
  ['jwt', jwt],
  ['oidc', jwt],
  [
    'kubernetes',
    (core, storage, entry) => new KubernetesBackend(storage, core.now, () => core.ttlsOf(entry).systemMax),
  ],
]);

/** What Vault has and this server has not can be mounted all the same; there is no path below it. */
const emptyBackend = (entry: MountEntry): Backend | undefined =>
  BUILTIN_PLUGINS[entry.table].includes(entry.type) ? new PathBackend([]) : undefined;

/** Makes backends by the type of their mount. */
export const backendFactory =
  (core: VaultCore): BackendFactory =>
  (entry, storage) => {
    const make = (entry.table === 'auth' ? AUTH_TYPES : SECRET_TYPES).get(entry.type);
    return make === undefined ? emptyBackend(entry) : make(core, storage, entry);
  };
