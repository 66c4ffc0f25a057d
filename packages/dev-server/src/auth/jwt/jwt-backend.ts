import { inCidrs } from '../../go/cidr.js';
import { sortedByBytes } from '../../go/compare-bytes.js';
import type { LeaseRecord } from '../../leases/lease-record.js';
import type { AuthGrant } from '../../logical/auth-grant.js';
import { failure, refusal } from '../../logical/logical-fault.js';
import { listing } from '../../logical/logical-response.js';
import { definePath, PathBackend } from '../../logical/path-backend.js';
import type { Storage } from '../../state/storage.js';
import { jwtConfigPath } from './jwt-config-path.js';
import { jwtGrant, roleGrant } from './jwt-login.js';
import { JWT_CONFIG, JWT_ROLES, type JwtRole } from './jwt-records.js';
import { jwtRolePath } from './jwt-role-path.js';

/** The auth method `jwt`, with public keys that are given to it. */
export class JwtBackend extends PathBackend {
  readonly #roles: Map<string, JwtRole>;

  /** @param maxTtl seconds that the mount allows */
  constructor(storage: Storage, now: () => number, maxTtl: () => number) {
    const configs = storage.records(JWT_CONFIG);
    const roles = storage.records(JWT_ROLES);
    super(
      [
        jwtConfigPath(configs),
        definePath({
          pattern: /^role\/?$/,
          fields: {},
          operations: { list: () => listing(sortedByBytes(roles.keys())) },
        }),
        jwtRolePath(roles, maxTtl),
        definePath({
          pattern: /^login$/,
          fields: { role: 'lowerCase', jwt: 'string' },
          operations: {
            update: ({ fields, request }) => {
              const config = configs.get('');
              if (config === undefined) throw refusal('could not load configuration');
              const name = fields.get('role') || config.defaultRole;
              if (name === '') throw refusal('missing role');
              const role = roles.get(name);
              if (role === undefined) throw refusal(`role "${name}" could not be found`);
              if (role.roleType === 'oidc') throw refusal('role with oidc role_type is not allowed');
              const token = fields.get('jwt') ?? '';
              if (token === '') throw refusal('missing token');
              const { boundCidrs } = role.settings;
              if (boundCidrs.length > 0 && !inCidrs(request.remoteAddress, boundCidrs)) {
                throw failure('permission denied', 403);
              }
              return { grant: jwtGrant(config, role, name, token, now() / 1000) };
            },
          },
        }),
      ],
      { unauthenticated: ['login'] },
    );
    this.#roles = roles;
  }

  renewLogin(lease: LeaseRecord): AuthGrant {
    const name = String(lease.internal.get('role') ?? '');
    const role = this.#roles.get(name);
    if (role === undefined) throw failure(`role ${name} does not exist during renewal`);
    return { ...roleGrant(role, name), metadata: new Map(), displayName: '' };
  }
}
