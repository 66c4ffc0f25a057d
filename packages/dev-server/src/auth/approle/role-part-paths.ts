import { refusal, unsupportedPath } from '../../logical/logical-fault.js';
import { type BackendPath, definePath } from '../../logical/path-backend.js';
import type { AppRole } from './approle-record.js';
import type { AppRoleStore } from './approle-store.js';
import { ROLE_PARTS, type RolePart } from './role-parts.js';
import { ROLE_FIELDS, ROLE_NAME, type RoleFields, storeRole } from './role-path.js';

function partPath(store: AppRoleStore, part: RolePart): BackendPath {
  const { change, reset } = part;
  const roleOf = (fields: RoleFields): AppRole | undefined => store.role(fields.get('role_name') ?? '');
  return definePath<typeof ROLE_FIELDS>({
    pattern: new RegExp(`^role/(?<role_name>${ROLE_NAME})/${part.segment}$`),
    fields: ROLE_FIELDS,
    only: ['role_name', ...part.fields],
    operations: {
      read: ({ fields }) => {
        const role = roleOf(fields);
        const warnings = part.warning === undefined ? {} : { warnings: [part.warning] };
        return role && { data: part.view(role), ...warnings };
      },
      ...(change && {
        update: ({ fields }: { readonly fields: RoleFields }) => {
          const role = roleOf(fields);
          if (role === undefined) throw unsupportedPath();
          if (part.lacking !== undefined && !part.fields.some((field) => fields.has(field))) {
            throw refusal(`missing ${part.lacking}`);
          }
          return storeRole(store, change(role, fields, store));
        },
      }),
      ...(reset && {
        delete: ({ fields }: { readonly fields: RoleFields }) => {
          const role = roleOf(fields);
          return role && storeRole(store, reset(role));
        },
      }),
    },
  });
}

/** `role/NAME/SETTING` for each setting that has a path of its own. */
export const rolePartPaths = (store: AppRoleStore): readonly BackendPath[] =>
  ROLE_PARTS.map((part) => partPath(store, part));
