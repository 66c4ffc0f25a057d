import { inCidrs } from '../../go/cidr.js';
import { sortedByBytes } from '../../go/compare-bytes.js';
import type { LeaseRecord } from '../../leases/lease-record.js';
import type { AuthGrant } from '../../logical/auth-grant.js';
import type { Fields } from '../../logical/fields.js';
import { failure, refusal } from '../../logical/logical-fault.js';
import { type LogicalResponse, listing } from '../../logical/logical-response.js';
import { type BackendPath, definePath, PathBackend } from '../../logical/path-backend.js';
import type { Storage } from '../../state/storage.js';
import { JwtError, publicKey } from '../jwt/jwt.js';
import { changeSettings, grantFrom, NO_SETTINGS, settingsView, TOKEN_FIELDS } from '../token-settings.js';
import {
  KUBERNETES_CONFIG,
  KUBERNETES_ROLES,
  type KubernetesConfig,
  type KubernetesRole,
} from './kubernetes-records.js';
import { serviceAccountOf } from './service-account.js';

const ROLE_FIELDS = {
  ...TOKEN_FIELDS,
  name: 'lowerCase',
  bound_service_account_names: 'commaStrings',
  bound_service_account_namespaces: 'commaStrings',
  audience: 'string',
} as const;

function readConfig(fields: {
  get(name: 'kubernetes_host' | 'kubernetes_ca_cert' | 'issuer'): string | undefined;
  get(name: 'pem_keys'): readonly string[] | undefined;
  get(name: 'disable_iss_validation' | 'disable_local_ca_jwt'): boolean | undefined;
}): KubernetesConfig {
  const host = fields.get('kubernetes_host') ?? '';
  if (host === '') throw refusal('no host provided');
  const publicKeys = fields.get('pem_keys') ?? [];
  for (const pem of publicKeys) {
    try {
      publicKey(pem);
    } catch (error) {
      throw error instanceof JwtError ? refusal(error.message) : error;
    }
  }
  return {
    host,
    caCert: fields.get('kubernetes_ca_cert') ?? '',
    publicKeys,
    issuer: fields.get('issuer') ?? '',
    disableIssuerValidation: fields.get('disable_iss_validation') ?? false,
    disableLocalCaJwt: fields.get('disable_local_ca_jwt') ?? false,
  };
}

const configPath = (configs: Map<string, KubernetesConfig>): BackendPath =>
  definePath({
    pattern: /^config$/,
    fields: {
      kubernetes_host: 'string',
      kubernetes_ca_cert: 'string',
      token_reviewer_jwt: 'string',
      pem_keys: 'commaStrings',
      issuer: 'string',
      disable_iss_validation: 'bool',
      disable_local_ca_jwt: 'bool',
    },
    operations: {
      read: () => {
        const config = configs.get('');
        return (
          config && {
            data: {
              disable_iss_validation: config.disableIssuerValidation,
              disable_local_ca_jwt: config.disableLocalCaJwt,
              issuer: config.issuer,
              kubernetes_ca_cert: config.caCert,
              kubernetes_host: config.host,
              pem_keys: config.publicKeys,
            },
          }
        );
      },
      update: ({ fields }) => {
        configs.set('', readConfig(fields));
        return undefined;
      },
    },
  });

function changedRole(known: KubernetesRole | undefined, fields: Fields<typeof ROLE_FIELDS>): KubernetesRole {
  const role: KubernetesRole = {
    accountNames: fields.get('bound_service_account_names') ?? known?.accountNames ?? [],
    accountNamespaces: fields.get('bound_service_account_namespaces') ?? known?.accountNamespaces ?? [],
    audience: fields.get('audience') ?? known?.audience ?? '',
    settings: changeSettings(known?.settings ?? NO_SETTINGS, fields),
  };
  if (role.accountNames.length === 0) throw refusal('"bound_service_account_names" can not be empty');
  if (role.accountNamespaces.length === 0) {
    throw refusal('"bound_service_account_namespaces" can not be empty');
  }
  if (role.accountNames.includes('*') && role.accountNamespaces.includes('*')) {
    throw refusal('service_account_names and service_account_namespaces can not both be "*"');
  }
  return role;
}

const rolePath = (roles: Map<string, KubernetesRole>): BackendPath => {
  const write = (fields: Fields<typeof ROLE_FIELDS>): undefined => {
    const name = fields.get('name') ?? '';
    roles.set(name, changedRole(roles.get(name), fields));
    return undefined;
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
              ...settingsView(role.settings),
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

/** The auth method `kubernetes`, with keys that are given to it; it asks no cluster. */
export class KubernetesBackend extends PathBackend {
  readonly #roles: Map<string, KubernetesRole>;

  constructor(storage: Storage, now: () => number) {
    const configs = storage.records(KUBERNETES_CONFIG);
    const roles = storage.records(KUBERNETES_ROLES);
    super(
      [
        configPath(configs),
        definePath({
          pattern: /^role\/?$/,
          fields: {},
          operations: { list: () => listing(sortedByBytes(roles.keys())) },
        }),
        rolePath(roles),
        definePath({
          pattern: /^login$/,
          fields: { role: 'lowerCase', jwt: 'string' },
          operations: {
            update: ({ fields, request }) => {
              const name = fields.get('role') ?? '';
              if (name === '') throw refusal('missing role');
              const jwt = fields.get('jwt') ?? '';
              if (jwt === '') throw refusal('missing jwt');
              const role = roles.get(name);
              if (role === undefined) throw refusal(`invalid role name "${name}"`);
              const { boundCidrs } = role.settings;
              if (boundCidrs.length > 0 && !inCidrs(request.remoteAddress, boundCidrs)) {
                throw failure('permission denied', 403);
              }
              const config = configs.get('');
              if (config === undefined) throw failure('could not load backend configuration');
              return { grant: grant(role, name, serviceAccountOf(config, role, jwt, now() / 1000)) };
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
    return grant(role, name, { name: '', namespace: '', uid: '', secretName: '' });
  }
}

function grant(role: KubernetesRole, name: string, account: ReturnType<typeof serviceAccountOf>): AuthGrant {
  return {
    ...grantFrom(role.settings),
    metadata: new Map([
      ['role', name],
      ['service_account_name', account.name],
      ['service_account_namespace', account.namespace],
      ['service_account_secret_name', account.secretName],
      ['service_account_uid', account.uid],
    ]),
    displayName: `${account.namespace}-${account.name}`,
    alias: account.uid,
    internal: new Map([['role', name]]),
  };
}
