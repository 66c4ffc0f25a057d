import type { VaultCore } from '../core/vault-core.js';
import { definePath, PathBackend } from '../logical/path-backend.js';
import { createPaths } from './create-paths.js';
import { lookupPaths } from './lookup-paths.js';
import { renewPaths } from './renew-paths.js';
import { revokePaths } from './revoke-paths.js';
import { rolePaths } from './role-paths.js';

const TIDY_STARTED =
  "Tidy operation successfully started. Any information from the operation will be printed to Vault's server logs.";

/** The auth method `token/`. */
export const tokenBackend = (core: VaultCore): PathBackend =>
  new PathBackend(
    [
      ...rolePaths(core),
      ...createPaths(core),
      ...lookupPaths(core),
      ...revokePaths(core),
      ...renewPaths(core),
      definePath({
        pattern: /^tidy$/,
        fields: {},
        operations: { update: () => ({ status: 202, data: null, warnings: [TIDY_STARTED] }) },
      }),
    ],
    { root: ['revoke-orphan', 'accessors/'] },
  );
