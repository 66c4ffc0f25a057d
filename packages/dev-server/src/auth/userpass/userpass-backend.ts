import { inCidrs } from '../../go/cidr.js';
import type { LeaseRecord } from '../../leases/lease-record.js';
import type { AuthGrant } from '../../logical/auth-grant.js';
import { failure, refusal } from '../../logical/logical-fault.js';
import { definePath, PathBackend } from '../../logical/path-backend.js';
import { samePolicies } from '../../policies/sanitize-policies.js';
import type { Storage } from '../../state/storage.js';
import { grantFrom } from '../token-settings.js';
import { USER_NAME, userPaths } from './user-paths.js';
import { passwordFits, USERS, type UserRecord } from './user-record.js';

function grantOf(username: string, user: UserRecord): AuthGrant {
  return {
    ...grantFrom(user.settings),
    metadata: new Map([['username', username]]),
    displayName: username,
    alias: username,
    internal: new Map([
      ['username', username],
      ['policies', user.settings.policies.join(',')],
    ]),
  };
}

/** The auth method `userpass`. */
export class UserpassBackend extends PathBackend {
  readonly #users: Map<string, UserRecord>;

  constructor(storage: Storage) {
    const users = storage.records(USERS);
    super(
      [
        ...userPaths(users),
        definePath({
          pattern: new RegExp(`^login/${USER_NAME}$`),
          fields: { username: 'lowerCase', password: 'string' },
          operations: {
            update: ({ fields, request }) => {
              const username = fields.get('username') ?? '';
              const password = fields.get('password') ?? '';
              if (password === '') throw failure('missing password');
              const user = users.get(username);
              if (user === undefined || !passwordFits(user, password)) {
                throw refusal('invalid username or password');
              }
              const { boundCidrs } = user.settings;
              if (boundCidrs.length > 0 && !inCidrs(request.remoteAddress, boundCidrs)) {
                throw failure('permission denied', 403);
              }
              return { grant: grantOf(username, user) };
            },
          },
        }),
      ],
      { unauthenticated: ['login/*'] },
    );
    this.#users = users;
  }

  renewLogin(lease: LeaseRecord): AuthGrant | undefined {
    const username = String(lease.internal.get('username') ?? '');
    const user = this.#users.get(username);
    if (user === undefined) return undefined;
    if (!samePolicies(String(lease.internal.get('policies')).split(','), user.settings.policies)) {
      throw failure('policies have changed, not renewing');
    }
    return grantOf(username, user);
  }
}
