import type { MountConfig } from '../mounts/mount-entry.js';
import type { MountTable } from '../mounts/mount-table.js';

const PLAIN: MountConfig = { defaultLeaseTtl: 0, maxLeaseTtl: 0, forceNoCache: false };

/** What every new server has mounted; `secret/` only in dev mode. */
export function addStandardMounts(mounts: MountTable, options: { readonly kv: boolean }): void {
  mounts.add({
    table: 'secret',
    path: 'sys/',
    type: 'system',
    description: 'system endpoints used for control, policy and debugging',
    config: { ...PLAIN, passthroughRequestHeaders: ['Accept'] },
    options: null,
  });
  mounts.add({
    table: 'secret',
    path: 'identity/',
    type: 'identity',
    description: 'identity store',
    config: PLAIN,
    options: null,
  });
  mounts.add({
    table: 'secret',
    path: 'cubbyhole/',
    type: 'cubbyhole',
    description: 'per-token private secret storage',
    config: PLAIN,
    options: null,
    local: true,
  });
  mounts.add({
    table: 'auth',
    path: 'token/',
    type: 'token',
    description: 'token based credentials',
    config: { ...PLAIN, tokenType: 'default-service' },
    options: null,
  });
  if (!options.kv) return;
  mounts.add({
    table: 'secret',
    path: 'secret/',
    type: 'kv',
    description: 'key/value secret storage',
    config: PLAIN,
    options: new Map([['version', '2']]),
  });
}
