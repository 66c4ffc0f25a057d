import { quote } from '../../go/format-value.js';
import type { Fields } from '../../logical/fields.js';
import { refusal } from '../../logical/logical-fault.js';
import type { LogicalResponse } from '../../logical/logical-response.js';
import { type BackendPath, definePath } from '../../logical/path-backend.js';
import { JwtError, publicKey } from './jwt.js';
import type { JwtConfig, OidcSettings } from './jwt-records.js';

const ALGORITHMS = new Set([
  'RS256',
  'RS384',
  'RS512',
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
]);

function checkKey(pem: string): void {
  try {
    publicKey(pem);
  } catch (error) {
    throw error instanceof JwtError ? refusal(`error parsing public key: ${error.message}`) : error;
  }
}

const FIELDS = {
  jwt_validation_pubkeys: 'commaStrings',
  jwks_url: 'string',
  jwks_ca_pem: 'string',
  oidc_discovery_url: 'string',
  oidc_discovery_ca_pem: 'string',
  oidc_client_id: 'string',
  oidc_client_secret: 'string',
  oidc_response_mode: 'string',
  oidc_response_types: 'commaStrings',
  provider_config: 'map',
  namespace_in_state: 'bool',
  bound_issuer: 'string',
  default_role: 'lowerCase',
  jwt_supported_algs: 'commaStrings',
} as const;

const PLAIN: OidcSettings = {
  jwksCaPem: '',
  discoveryCaPem: '',
  responseMode: '',
  responseTypes: [],
  providerConfig: new Map(),
  namespaceInState: true,
};

const view = (config: JwtConfig): LogicalResponse => {
  const oidc = config.oidc ?? PLAIN;
  return {
    data: {
      bound_issuer: config.boundIssuer,
      default_role: config.defaultRole,
      jwks_ca_pem: oidc.jwksCaPem,
      jwks_url: '',
      jwt_supported_algs: config.supportedAlgorithms,
      jwt_validation_pubkeys: config.publicKeys,
      namespace_in_state: oidc.namespaceInState,
      oidc_client_id: '',
      oidc_discovery_ca_pem: oidc.discoveryCaPem,
      oidc_discovery_url: '',
      oidc_response_mode: oidc.responseMode,
      oidc_response_types: oidc.responseTypes,
      provider_config: oidc.providerConfig,
    },
  };
};

/** The one way to check JWTs that this server has: by keys that it is given. @throws LogicalFault for others */
function keysOf(fields: Fields<typeof FIELDS>): readonly string[] {
  const keys = fields.get('jwt_validation_pubkeys') ?? [];
  const remote = [fields.get('jwks_url'), fields.get('oidc_discovery_url')].filter(Boolean);
  if ((keys.length > 0 ? 1 : 0) + remote.length !== 1) {
    throw refusal("exactly one of 'jwt_validation_pubkeys', 'jwks_url' or 'oidc_discovery_url' must be set");
  }
  const [id = '', secret = ''] = [fields.get('oidc_client_id'), fields.get('oidc_client_secret')];
  if ((id === '') !== (secret === '')) {
    throw refusal("both 'oidc_client_id' and 'oidc_client_secret' must be set for OIDC");
  }
  if (id !== '' && !fields.get('oidc_discovery_url'))
    throw refusal("'oidc_discovery_url' must be set for OIDC");
  // This server calls no others.
  if (remote.length > 0) throw refusal("only 'jwt_validation_pubkeys' is supported by this server");
  for (const pem of keys) checkKey(pem);
  return keys;
}

/** How a provider would answer. @throws LogicalFault */
function responseOf(fields: Fields<typeof FIELDS>): Pick<OidcSettings, 'responseMode' | 'responseTypes'> {
  const responseTypes = fields.get('oidc_response_types') ?? [];
  const responseMode = fields.get('oidc_response_mode') ?? '';
  if (responseTypes.some((type) => type !== 'code' && type !== 'id_token')) {
    throw refusal(`invalid response_types [${responseTypes.join(' ')}]. 'code' and 'id_token' are allowed`);
  }
  if (responseMode !== '' && responseMode !== 'query' && responseMode !== 'form_post') {
    throw refusal(`invalid response_mode: ${quote(responseMode)}`);
  }
  if (responseMode !== 'form_post' && responseTypes.includes('id_token')) {
    throw refusal('query response_mode may not be used with an id_token response_type');
  }
  return { responseMode, responseTypes };
}

function readConfig(fields: Fields<typeof FIELDS>, known: JwtConfig | undefined): JwtConfig {
  const publicKeys = keysOf(fields);
  const supportedAlgorithms = fields.get('jwt_supported_algs') ?? [];
  const unknown = supportedAlgorithms.find((algorithm) => !ALGORITHMS.has(algorithm));
  if (unknown !== undefined) {
    throw refusal(`invalid jwt_supported_algs: unsupported signing algorithm "${unknown}"`);
  }
  return {
    publicKeys,
    boundIssuer: fields.get('bound_issuer') ?? '',
    defaultRole: fields.get('default_role') ?? '',
    supportedAlgorithms,
    oidc: {
      ...responseOf(fields),
      jwksCaPem: fields.get('jwks_ca_pem') ?? '',
      discoveryCaPem: fields.get('oidc_discovery_ca_pem') ?? '',
      providerConfig: fields.get('provider_config') ?? new Map(),
      namespaceInState: fields.get('namespace_in_state') ?? known?.oidc?.namespaceInState ?? true,
    },
  };
}

/** `config`. */
export const jwtConfigPath = (configs: Map<string, JwtConfig>): BackendPath =>
  definePath({
    pattern: /^config$/,
    fields: FIELDS,
    operations: {
      read: () => {
        const config = configs.get('');
        return config && view(config);
      },
      update: ({ fields }) => {
        configs.set('', readConfig(fields, configs.get('')));
        return undefined;
      },
    },
  });
