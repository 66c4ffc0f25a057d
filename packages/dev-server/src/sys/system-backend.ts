import { auditPaths } from '../audit/audit-paths.js';
import { auditedHeaderPaths } from '../audit/audited-header-paths.js';
import type { VaultCore } from '../core/vault-core.js';
import { definePath, PathBackend } from '../logical/path-backend.js';
import { pluginPaths } from '../plugins/plugin-paths.js';
import { quotaPaths } from '../quotas/quota-paths.js';
import { wrappingPaths } from '../wrapping/wrapping-paths.js';
import { capabilityPaths } from './capability-paths.js';
import { configPaths } from './config-paths.js';
import { internalUiPaths } from './internal-ui-paths.js';
import { keyPaths } from './key-paths.js';
import { leasePaths } from './lease-paths.js';
import { mountPaths } from './mount-paths.js';
import { passwordPolicyPaths } from './password-policy-paths.js';
import { policyPaths } from './policy-paths.js';
import { remountPath } from './remount-path.js';
import { statePath } from './state-path.js';
import { toolPaths } from './tool-paths.js';
import { tunePaths } from './tune-paths.js';

const ANSWERED_ELSEWHERE =
  /^(?:generate-root(?:\/attempt|\/update)?|health|init|leader|rekey\/(?:init|update|verify)|seal|seal-status|step-down|unseal)$/;

/** Paths that need no token, also such as only Vault Enterprise has. */
const UNAUTHENTICATED = [
  'generate-root/attempt',
  'generate-root/update',
  'health',
  'init',
  'internal/specs/openapi',
  'internal/ui/mounts',
  'internal/ui/mounts/*',
  'internal/ui/namespaces',
  'leader',
  'rekey/init',
  'rekey/update',
  'rekey/verify',
  'replication/dr/status',
  'replication/performance/status',
  'replication/status',
  'seal-status',
  'storage/raft/bootstrap/answer',
  'storage/raft/bootstrap/challenge',
  'unseal',
  'wrapping/lookup',
  'wrapping/pubkey',
];

/** The backend of `sys/`. */
export const systemBackend = (core: VaultCore): PathBackend =>
  new PathBackend(
    [
      ...tunePaths(core),
      ...mountPaths(core),
      remountPath(core),
      ...policyPaths(core),
      ...passwordPolicyPaths(core),
      ...capabilityPaths(core),
      ...leasePaths(core),
      ...wrappingPaths(core),
      ...auditPaths(core),
      ...auditedHeaderPaths(core),
      ...quotaPaths(core),
      ...pluginPaths(core),
      ...configPaths(core),
      statePath(core),
      ...keyPaths(core),
      ...toolPaths(),
      ...internalUiPaths(core),
      // Known here so that they can be asked for help; all else is answered before a request comes this far.
      definePath({ pattern: ANSWERED_ELSEWHERE, fields: {}, operations: {} }),
      // Of open source Vault, where there is none.
      definePath({
        pattern: /^replication\/status$/,
        fields: {},
        operations: { read: () => ({ data: { mode: 'disabled' } }) },
      }),
    ],
    {
      unauthenticated: UNAUTHENTICATED,
      root: [
        'auth/*',
        'remount',
        'audit',
        'audit/*',
        'raw',
        'raw/*',
        'rotate',
        'config/cors',
        'config/auditing/*',
        'config/ui/headers/*',
        'plugins/catalog/*',
        'revoke-prefix/*',
        'revoke-force/*',
        'leases/revoke-prefix/*',
        'leases/revoke-force/*',
        'leases/lookup/*',
        'leases',
      ],
    },
  );
