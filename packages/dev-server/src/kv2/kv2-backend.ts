import { PathBackend } from '../logical/path-backend.js';
import type { Storage } from '../state/storage.js';
import { configPath } from './config-path.js';
import { dataPath } from './data-path.js';
import { invalidPath } from './invalid-path.js';
import { metadataPath } from './metadata-path.js';
import { SecretStore } from './secret-store.js';
import { versionPaths } from './version-paths.js';

/** The KV secrets engine, version 2. */
export function kv2Backend(storage: Storage, now: () => number): PathBackend {
  const store = new SecretStore(storage, now);
  return new PathBackend([
    configPath(store),
    dataPath(store),
    metadataPath(store),
    ...versionPaths(store),
    invalidPath(),
  ]);
}
