import { inCidrs } from '../../go/cidr.js';
import { sortedByBytes } from '../../go/compare-bytes.js';
import type { LeaseRecord } from '../../leases/lease-record.js';
import type { AuthGrant } from '../../logical/auth-grant.js';
import { failure, refusal } from '../../logical/logical-fault.js';
import { listing } from '../../logical/logical-response.js';
import { type BackendPath, definePath, PathBackend } from '../../logical/path-backend.js';
import type { Storage } from '../../state/storage.js';
import { JwtError, publicKey } from '../jwt/jwt.js';
import { grantFrom } from '../token-settings.js';
import {
  KUBERNETES_CONFIG,
  KUBERNETES_ROLES,
  type KubernetesConfig,
  type KubernetesRole,
} from './kubernetes-records.js';
import { kubernetesRolePath } from './kubernetes-role-path.js';
import { serviceAccountOf } from './service-account.js';

function readConfig(fields: {
  get(name: 'kubernetes_host' | 'kubernetes_ca_cert' | 'issuer'): string | undefined;
  get(name: 'pem_keys'): readonly string[] | undefined;
  get(name: 'disable_iss_validation' | 'disable_local_ca_jwt'): boolean | undefined;
}): KubernetesConfig {
  const host = fields.get('kubernetes_host') ?? '';
  if (host === '') throw refusal('no host provided');
  const caCert = fields.get('kubernetes_ca_cert') ?? '';
  if (fields.get('disable_local_ca_jwt') && caCert === '') {
    throw refusal('kubernetes_ca_cert must be given when disable_local_ca_jwt is true');
  }
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
    caCert,
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

/** The auth method `kubernetes`, with keys that are given to it; it asks no cluster. */
export class KubernetesBackend extends PathBackend {
  readonly #roles: Map<string, KubernetesRole>;

  /** @param maxTtl seconds that the mount allows */
  constructor(storage: Storage, now: () => number, maxTtl: () => number) {
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
        kubernetesRolePath(roles, maxTtl),
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
