import { sortedByBytes } from '../../go/compare-bytes.js';
import type { LeaseRecord } from '../../leases/lease-record.js';
import type { AuthGrant } from '../../logical/auth-grant.js';
import { failure } from '../../logical/logical-fault.js';
import { listing } from '../../logical/logical-response.js';
import { definePath, PathBackend } from '../../logical/path-backend.js';
import { loginGrant, renewalGrant } from './approle-login.js';
import type { AppRoleStore } from './approle-store.js';
import { rolePartPaths } from './role-part-paths.js';
import { rolePath } from './role-path.js';
import { secretIdPaths } from './secret-id-paths.js';

/** The auth method `approle`. */
export class AppRoleBackend extends PathBackend {
  constructor(private readonly store: AppRoleStore) {
    super(
      [
        definePath({
          pattern: /^role\/?$/,
          fields: {},
          operations: { list: () => listing(sortedByBytes(store.roleNames())) },
        }),
        rolePath(store),
        ...rolePartPaths(store),
        ...secretIdPaths(store),
        definePath({
          pattern: /^login$/,
          fields: { role_id: 'string', secret_id: 'string' },
          operations: {
            update: ({ fields, request }) => ({
              grant: loginGrant(
                store,
                {
                  roleId: (fields.get('role_id') ?? '').trim(),
                  secretId: (fields.get('secret_id') ?? '').trim(),
                },
                request.remoteAddress,
              ),
            }),
          },
        }),
        definePath({
          pattern: /^tidy\/secret-id$/,
          fields: {},
          operations: {
            update: () => ({
              status: 202,
              data: null,
              warnings: [
                "Tidy operation successfully started. Any information from the operation will be printed to Vault's server logs.",
              ],
            }),
          },
        }),
      ],
      { unauthenticated: ['login'] },
    );
  }

  renewLogin(lease: LeaseRecord): AuthGrant {
    const name = String(lease.internal.get('role_name') ?? '');
    const role = this.store.role(name);
    if (role === undefined) throw failure(`role "${name}" does not exist during renewal`);
    return renewalGrant(role);
  }
}
