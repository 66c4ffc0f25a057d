import type { VaultCore } from '../core/vault-core.js';
import { PathBackend } from '../logical/path-backend.js';
import { internalUiPaths } from './internal-ui-paths.js';
import { mountPaths } from './mount-paths.js';

/** The backend of `sys/`. */
export const systemBackend = (core: VaultCore): PathBackend =>
  new PathBackend([...mountPaths(core), ...internalUiPaths(core)], {
    unauthenticated: ['wrapping/lookup', 'wrapping/pubkey', 'internal/ui/mounts', 'internal/ui/mounts/*'],
  });
