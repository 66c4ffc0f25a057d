import { formatDuration } from '../../go/duration.js';
import type { Fields } from '../../logical/fields.js';
import { refusal } from '../../logical/logical-fault.js';
import type { LogicalResponse } from '../../logical/logical-response.js';
import { type BackendPath, definePath } from '../../logical/path-backend.js';
import { changeTerms, NO_TERMS, OLDER_FIELDS, type RoleTerms, termsView } from '../role-terms.js';
import { TOKEN_FIELDS } from '../token-settings.js';
import type { KubernetesRole } from './kubernetes-records.js';

const ROLE_FIELDS = {
  ...TOKEN_FIELDS,
  ...OLDER_FIELDS,
  name: 'lowerCase',
  bound_service_account_names: 'commaStrings',
  bound_service_account_namespaces: 'commaStrings',
  audience: 'string',
} as const;

function checkTerms({ settings: { period, ttl, maxTtl } }: RoleTerms, limit: number): void {
  if (period > limit) {
    const [asked, allowed] = [period, limit].map((seconds) => formatDuration(seconds * 1000));
    throw refusal(
      `token period of '"${asked}"' is greater than the backend's maximum lease TTL of '"${allowed}"'`,
    );
  }
  if (maxTtl > 0 && ttl > maxTtl) throw refusal('token ttl should not be greater than token max ttl');
}

function checkBounds(bounds: readonly string[], name: string): void {
  if (bounds.length === 0) throw refusal(`"${name}" can not be empty`);
  if (bounds.length > 1 && bounds.includes('*')) throw refusal('can not mix "*" with values');
}

function changed(
  known: KubernetesRole | undefined,
  fields: Fields<typeof ROLE_FIELDS>,
  limit: number,
): KubernetesRole {
  const terms = changeTerms(known ?? NO_TERMS, fields);
  checkTerms(terms, limit);
  const role: KubernetesRole = {
    accountNames: fields.get('bound_service_account_names') ?? known?.accountNames ?? [],
    accountNamespaces: fields.get('bound_service_account_namespaces') ?? known?.accountNamespaces ?? [],
    audience: fields.get('audience') ?? known?.audience ?? '',
    ...terms,
  };
  checkBounds(role.accountNames, 'bound_service_account_names');
  checkBounds(role.accountNamespaces, 'bound_service_account_namespaces');
  if (role.accountNames.includes('*') && role.accountNamespaces.includes('*')) {
    throw refusal('service_account_names and service_account_namespaces can not both be "*"');
  }
  return role;
}

const TRUNCATED =
  "max_ttl is greater than the system or backend mount's maximum TTL value; issued tokens' max TTL value will be truncated";

/** `role/NAME`. `maxTtl`: seconds that the mount allows. */
export const kubernetesRolePath = (roles: Map<string, KubernetesRole>, maxTtl: () => number): BackendPath => {
  const write = (fields: Fields<typeof ROLE_FIELDS>): LogicalResponse | undefined => {
    const name = fields.get('name') ?? '';
    const role = changed(roles.get(name), fields, maxTtl());
    roles.set(name, role);
    return role.settings.maxTtl > maxTtl() ? { warnings: [TRUNCATED] } : undefined;
  };
  return definePath({
    pattern: /^role\/(?<name>\w(?:[\w.-]*\w)?)$/,
    fields: ROLE_FIELDS,
    exists: ({ fields }) => roles.has(fields.get('name') ?? ''),
    operations: {
      read: ({ fields }): LogicalResponse | undefined => {
        const role = roles.get(fields.get('name') ?? '');
        return (
          role && {
            data: {
              bound_service_account_names: role.accountNames,
              bound_service_account_namespaces: role.accountNamespaces,
              ...(role.audience === '' ? {} : { audience: role.audience }),
              ...termsView(role),
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
  });
};
