import { sortedByBytes } from '../go/compare-bytes.js';
import { refusal } from '../logical/logical-fault.js';
import { listing } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { type DatabaseConnection, NAME } from './database-records.js';

const OWN_FIELDS = new Set([
  'name',
  'plugin_name',
  'allowed_roles',
  'verify_connection',
  'root_rotation_statements',
  'password_policy',
  'password',
]);

/** `config/NAME`, `reset/NAME` and `rotate-root/NAME`. */
export const connectionPaths = (connections: Map<string, DatabaseConnection>): readonly BackendPath[] => {
  const mustExist = (name: string): undefined => {
    if (!connections.has(name)) throw refusal(`failed to find entry for connection with name: "${name}"`);
    return undefined;
  };
  return [
    definePath({
      pattern: /^config\/?$/,
      fields: {},
      operations: { list: () => listing(sortedByBytes(connections.keys())) },
    }),
    definePath({
      pattern: new RegExp(`^config/${NAME}$`),
      fields: {
        name: 'string',
        plugin_name: 'string',
        allowed_roles: 'commaStrings',
        verify_connection: 'bool',
        root_rotation_statements: 'strings',
        password_policy: 'string',
      },
      exists: ({ fields }) => connections.has(fields.get('name') ?? ''),
      operations: {
        read: ({ fields }) => {
          const connection = connections.get(fields.get('name') ?? '');
          return (
            connection && {
              data: {
                allowed_roles: connection.allowedRoles,
                connection_details: connection.details,
                password_policy: connection.passwordPolicy,
                plugin_name: connection.pluginName,
                root_credentials_rotate_statements: connection.rootRotationStatements,
              },
            }
          );
        },
        create: ({ fields }) => write(fields),
        update: ({ fields }) => write(fields),
        delete: ({ fields }) => {
          connections.delete(fields.get('name') ?? '');
          return undefined;
        },
      },
    }),
    definePath({
      pattern: new RegExp(`^(?:reset|rotate-root)/${NAME}$`),
      fields: { name: 'string' },
      operations: { update: ({ fields }) => mustExist(fields.get('name') ?? '') },
    }),
  ];

  function write(fields: {
    get(name: 'name' | 'plugin_name' | 'password_policy'): string | undefined;
    get(name: 'allowed_roles' | 'root_rotation_statements'): readonly string[] | undefined;
    all(): DatabaseConnection['details'];
  }): undefined {
    const name = fields.get('name') ?? '';
    const known = connections.get(name);
    const pluginName = fields.get('plugin_name') ?? known?.pluginName ?? '';
    if (pluginName === '') throw refusal('empty plugin name');
    const given = [...fields.all()].filter(([key]) => !OWN_FIELDS.has(key));
    connections.set(name, {
      pluginName,
      allowedRoles: fields.get('allowed_roles') ?? known?.allowedRoles ?? [],
      rootRotationStatements: fields.get('root_rotation_statements') ?? known?.rootRotationStatements ?? [],
      passwordPolicy: fields.get('password_policy') ?? known?.passwordPolicy ?? '',
      details: new Map([...(known?.details ?? []), ...given]),
    });
    return undefined;
  }
};
