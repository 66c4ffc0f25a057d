import { sortedByBytes } from '../go/compare-bytes.js';
import type { Fields } from '../logical/fields.js';
import { refusal } from '../logical/logical-fault.js';
import { listing } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { type DatabaseRole, NAME } from './database-records.js';

const FIELDS = {
  name: 'string',
  db_name: 'string',
  creation_statements: 'strings',
  revocation_statements: 'strings',
  rollback_statements: 'strings',
  renew_statements: 'strings',
  default_ttl: 'duration',
  max_ttl: 'duration',
} as const;

function changed(known: DatabaseRole | undefined, fields: Fields<typeof FIELDS>): DatabaseRole {
  const role: DatabaseRole = {
    connection: fields.get('db_name') ?? known?.connection ?? '',
    creationStatements: fields.get('creation_statements') ?? known?.creationStatements ?? [],
    revocationStatements: fields.get('revocation_statements') ?? known?.revocationStatements ?? [],
    rollbackStatements: fields.get('rollback_statements') ?? known?.rollbackStatements ?? [],
    renewStatements: fields.get('renew_statements') ?? known?.renewStatements ?? [],
    defaultTtl: fields.get('default_ttl') ?? known?.defaultTtl ?? 0,
    maxTtl: fields.get('max_ttl') ?? known?.maxTtl ?? 0,
  };
  if (role.connection === '') throw refusal('database name is required');
  return role;
}

/** `roles/NAME`. */
export const databaseRolePaths = (roles: Map<string, DatabaseRole>): readonly BackendPath[] => {
  const write = (fields: Fields<typeof FIELDS>): undefined => {
    const name = fields.get('name') ?? '';
    roles.set(name, changed(roles.get(name), fields));
    return undefined;
  };
  return [
    definePath({
      pattern: /^roles\/?$/,
      fields: {},
      operations: { list: () => listing(sortedByBytes(roles.keys())) },
    }),
    definePath({
      pattern: new RegExp(`^roles/${NAME}$`),
      fields: FIELDS,
      exists: ({ fields }) => roles.has(fields.get('name') ?? ''),
      operations: {
        read: ({ fields }) => {
          const role = roles.get(fields.get('name') ?? '');
          return (
            role && {
              data: {
                creation_statements: role.creationStatements,
                db_name: role.connection,
                default_ttl: role.defaultTtl,
                max_ttl: role.maxTtl,
                renew_statements: role.renewStatements,
                revocation_statements: role.revocationStatements,
                rollback_statements: role.rollbackStatements,
              },
            }
          );
        },
        create: ({ fields }) => write(fields),
        update: ({ fields }) => write(fields),
        delete: ({ fields }) => {
          roles.delete(fields.get('name') ?? '');
          return undefined;
        },
      },
    }),
  ];
};
