import type { LeaseRecord } from '../leases/lease-record.js';
import type { RenewalTerms } from '../logical/backend.js';
import { failure, refusal } from '../logical/logical-fault.js';
import { definePath, PathBackend } from '../logical/path-backend.js';
import { globMatches } from '../policies/parameter-check.js';
import type { PasswordPolicies } from '../policies/password-policies.js';
import type { Storage } from '../state/storage.js';
import { randomName } from '../tokens/random-name.js';
import { connectionPaths } from './connection-paths.js';
import {
  CONNECTIONS,
  type DatabaseConnection,
  type DatabaseRole,
  NAME,
  ROLES,
  STATIC_ROLES,
} from './database-records.js';
import { databaseRolePaths } from './database-role-paths.js';
import { staticRolePaths } from './static-role-paths.js';

/** The secrets engine `database`, with no database behind it: users and passwords are made up. */
export class DatabaseBackend extends PathBackend {
  readonly #roles: Map<string, DatabaseRole>;

  constructor(storage: Storage, now: () => number, passwordPolicies: PasswordPolicies) {
    const connections = storage.records(CONNECTIONS);
    const roles = storage.records(ROLES);
    const allowedRole = (name: string): [DatabaseRole, DatabaseConnection] => {
      const role = roles.get(name);
      if (role === undefined) throw refusal(`unknown role: ${name}`);
      const connection = connections.get(role.connection);
      if (connection === undefined) {
        throw failure(`failed to find entry for connection with name: "${role.connection}"`);
      }
      if (!connection.allowedRoles.some((pattern) => globMatches(pattern, name))) {
        throw refusal(`"${name}" is not an allowed role`, 403);
      }
      return [role, connection];
    };
    const newPassword = ({ passwordPolicy }: DatabaseConnection): string => {
      if (passwordPolicy === '') return `A1a-${randomName(16)}`;
      const password = passwordPolicies.generate(passwordPolicy);
      if (password === undefined) throw failure('unable to generate password: no password policy found');
      return password;
    };
    super([
      ...connectionPaths(connections),
      ...databaseRolePaths(roles),
      ...staticRolePaths(storage.records(STATIC_ROLES), now),
      definePath({
        pattern: new RegExp(`^creds/${NAME}$`),
        fields: { name: 'string' },
        operations: {
          read: ({ fields }) => {
            const name = fields.get('name') ?? '';
            const [role, connection] = allowedRole(name);
            const username = `v-${name.slice(0, 8)}-${randomName(20)}-${Math.floor(now() / 1000)}`;
            return {
              data: { username, password: newPassword(connection) },
              newLease: {
                ttl: role.defaultTtl,
                maxTtl: role.maxTtl,
                renewable: true,
                internal: new Map([
                  ['role', name],
                  ['username', username],
                ]),
              },
            };
          },
        },
      }),
    ]);
    this.#roles = roles;
  }

  renewLease(lease: LeaseRecord): RenewalTerms {
    const name = String(lease.internal.get('role') ?? '');
    const role = this.#roles.get(name);
    if (role === undefined) throw failure(`error during renew: could not find role with name ${name}`);
    return { ttl: role.defaultTtl, maxTtl: role.maxTtl };
  }

  /** There is nothing to take back: with its lease a made-up user is gone. */
  revokeLease(): void {}
}
