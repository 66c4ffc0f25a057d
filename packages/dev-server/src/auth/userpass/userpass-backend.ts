import { inCidrs } from '../../go/cidr.js';
import { sortedByBytes } from '../../go/compare-bytes.js';
import type { LeaseRecord } from '../../leases/lease-record.js';
import type { AuthGrant } from '../../logical/auth-grant.js';
import type { Fields } from '../../logical/fields.js';
import { failure, refusal } from '../../logical/logical-fault.js';
import { type LogicalResponse, listing } from '../../logical/logical-response.js';
import { definePath, PathBackend } from '../../logical/path-backend.js';
import { withoutUndefined } from '../../logical/without-undefined.js';
import { sanitizePolicies } from '../../policies/sanitize-policies.js';
import type { Storage } from '../../state/storage.js';
import { changeSettings, grantFrom, NO_SETTINGS, settingsView, TOKEN_FIELDS } from '../token-settings.js';
import { hashPassword, type OlderFields, passwordFits, USERS, type UserRecord } from './user-record.js';

const NAME = '\\w(?:[\\w.@-]*\\w)?';

const USER_FIELDS = {
  ...TOKEN_FIELDS,
  username: 'lowerCase',
  password: 'string',
  policies: 'commaStrings',
  ttl: 'duration',
  max_ttl: 'duration',
  bound_cidrs: 'commaStrings',
} as const;

const view = (user: UserRecord): LogicalResponse => ({
  data: { ...settingsView(user.settings), ...user.older },
});

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

/** The older fields that still count: those that no newer one has replaced. */
function olderFields(known: OlderFields | undefined, fields: Fields<typeof USER_FIELDS>): OlderFields {
  const policies = fields.get('policies');
  return withoutUndefined({
    policies: fields.has('token_policies')
      ? undefined
      : policies === undefined
        ? known?.policies
        : sanitizePolicies(policies, false),
    ttl: fields.has('token_ttl') ? undefined : (fields.get('ttl') ?? known?.ttl),
    max_ttl: fields.has('token_max_ttl') ? undefined : (fields.get('max_ttl') ?? known?.max_ttl),
    bound_cidrs: fields.has('token_bound_cidrs')
      ? undefined
      : (fields.get('bound_cidrs') ?? known?.bound_cidrs),
  });
}

function changed(known: UserRecord | undefined, fields: Fields<typeof USER_FIELDS>): UserRecord {
  const password = fields.get('password') ?? '';
  if (known === undefined && password === '') throw refusal('missing password');
  const settings = changeSettings(known?.settings ?? NO_SETTINGS, fields);
  const older = olderFields(known?.older, fields);
  return {
    ...(password === '' && known !== undefined ? known : hashPassword(password)),
    settings: {
      ...settings,
      policies: older.policies ?? settings.policies,
      ttl: older.ttl ?? settings.ttl,
      maxTtl: older.max_ttl ?? settings.maxTtl,
      boundCidrs: older.bound_cidrs ?? settings.boundCidrs,
    },
    older,
  };
}

/** The auth method `userpass`. */
export class UserpassBackend extends PathBackend {
  readonly #users: Map<string, UserRecord>;

  constructor(storage: Storage) {
    const users = storage.records(USERS);
    const write = (fields: Fields<typeof USER_FIELDS>): undefined => {
      const username = fields.get('username') ?? '';
      users.set(username, changed(users.get(username), fields));
      return undefined;
    };
    const changeOne = (fields: Fields<typeof USER_FIELDS>): undefined => {
      const user = users.get(fields.get('username') ?? '');
      if (user === undefined) throw failure('username does not exist');
      return write(fields);
    };
    super(
      [
        definePath({
          pattern: /^users\/?$/,
          fields: {},
          operations: { list: () => listing(sortedByBytes(users.keys())) },
        }),
        definePath({
          pattern: new RegExp(`^users/(?<username>${NAME})/password$`),
          fields: USER_FIELDS,
          operations: {
            update: ({ fields }) => {
              if (!fields.get('password')) throw refusal('missing password');
              return changeOne(fields);
            },
          },
        }),
        definePath({
          pattern: new RegExp(`^users/(?<username>${NAME})/policies$`),
          fields: USER_FIELDS,
          operations: { update: ({ fields }) => changeOne(fields) },
        }),
        definePath({
          pattern: new RegExp(`^users/(?<username>${NAME})$`),
          fields: USER_FIELDS,
          exists: ({ fields }) => users.has(fields.get('username') ?? ''),
          operations: {
            read: ({ fields }) => {
              const user = users.get(fields.get('username') ?? '');
              return user && view(user);
            },
            create: ({ fields }) => write(fields),
            update: ({ fields }) => write(fields),
            delete: ({ fields }) => {
              users.delete(fields.get('username') ?? '');
              return undefined;
            },
          },
        }),
        definePath({
          pattern: new RegExp(`^login/(?<username>${NAME})$`),
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
    if (lease.internal.get('policies') !== user.settings.policies.join(',')) {
      throw failure('policies have changed, not renewing');
    }
    return grantOf(username, user);
  }
}
