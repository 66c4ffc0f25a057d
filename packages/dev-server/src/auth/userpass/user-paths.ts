import { sortedByBytes } from '../../go/compare-bytes.js';
import type { Fields } from '../../logical/fields.js';
import { failure, refusal } from '../../logical/logical-fault.js';
import { listing } from '../../logical/logical-response.js';
import { type BackendPath, definePath } from '../../logical/path-backend.js';
import { sanitizePolicies } from '../../policies/sanitize-policies.js';
import { NO_TERMS, OLDER_FIELDS, termsView, withOlderFields } from '../role-terms.js';
import { changeSettings, TOKEN_FIELDS } from '../token-settings.js';
import { hashPassword, type UserRecord } from './user-record.js';

/** How the name of a user may look, in a path. */
export const USER_NAME = '(?<username>\\w(?:[\\w.-]*\\w)?)';

const USER_FIELDS = {
  ...TOKEN_FIELDS,
  username: 'lowerCase',
  password: 'string',
  policies: OLDER_FIELDS.policies,
  ttl: OLDER_FIELDS.ttl,
  max_ttl: OLDER_FIELDS.max_ttl,
  bound_cidrs: OLDER_FIELDS.bound_cidrs,
} as const;

type UserFields = Fields<typeof USER_FIELDS>;

function changed(known: UserRecord | undefined, fields: UserFields): UserRecord {
  const password = fields.get('password');
  if (known === undefined && !password) throw refusal('missing password');
  const { settings, older } = known ?? NO_TERMS;
  const newer = changeSettings(settings, fields);
  if (password === '') throw refusal('missing password');
  return {
    ...(password === undefined && known !== undefined ? known : hashPassword(password ?? '')),
    ...withOlderFields(older, newer, fields),
  };
}

/** `users` and all below. */
export const userPaths = (users: Map<string, UserRecord>): readonly BackendPath[] => {
  const write = (fields: UserFields): undefined => {
    const username = fields.get('username') ?? '';
    users.set(username, changed(users.get(username), fields));
    return undefined;
  };
  const known = (username: string): UserRecord => {
    const user = users.get(username);
    if (user === undefined) throw failure('username does not exist');
    return user;
  };
  return [
    definePath({
      pattern: /^users\/?$/,
      fields: {},
      operations: { list: () => listing(sortedByBytes(users.keys())) },
    }),
    definePath({
      pattern: new RegExp(`^users/${USER_NAME}/password$`),
      fields: { username: 'lowerCase', password: 'string' },
      operations: {
        update: ({ fields }) => {
          const username = fields.get('username') ?? '';
          const user = known(username);
          const password = fields.get('password') ?? '';
          if (password === '') throw refusal('missing password');
          users.set(username, { ...user, ...hashPassword(password) });
          return undefined;
        },
      },
    }),
    definePath({
      pattern: new RegExp(`^users/${USER_NAME}/policies$`),
      fields: { username: 'lowerCase', policies: 'commaStrings', token_policies: 'commaStrings' },
      operations: {
        update: ({ fields }) => {
          const username = fields.get('username') ?? '';
          const { older, settings, ...user } = known(username);
          const given = fields.get('token_policies') ?? fields.get('policies');
          if (given === undefined) return undefined;
          const policies = sanitizePolicies(given, false);
          const { policies: _policies, ...others } = older;
          users.set(username, {
            ...user,
            settings: { ...settings, policies },
            older: fields.has('policies') ? { ...others, policies } : others,
          });
          return undefined;
        },
      },
    }),
    definePath({
      pattern: new RegExp(`^users/${USER_NAME}$`),
      fields: USER_FIELDS,
      exists: ({ fields }) => users.has(fields.get('username') ?? ''),
      operations: {
        read: ({ fields }) => {
          const user = users.get(fields.get('username') ?? '');
          return user && { data: termsView(user) };
        },
        create: ({ fields }) => write(fields),
        update: ({ fields }) => write(fields),
        delete: ({ fields }) => {
          users.delete(fields.get('username') ?? '');
          return undefined;
        },
      },
    }),
  ];
};
