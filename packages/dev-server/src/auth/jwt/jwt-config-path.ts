import { refusal } from '../../logical/logical-fault.js';
import { type BackendPath, definePath } from '../../logical/path-backend.js';
import { JwtError, publicKey } from './jwt.js';
import type { JwtConfig } from './jwt-records.js';

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

/** `config`. */
export const jwtConfigPath = (configs: Map<string, JwtConfig>): BackendPath =>
  definePath({
    pattern: /^config$/,
    fields: {
      jwt_validation_pubkeys: 'commaStrings',
      jwks_url: 'string',
      oidc_discovery_url: 'string',
      bound_issuer: 'string',
      default_role: 'lowerCase',
      jwt_supported_algs: 'commaStrings',
    },
    operations: {
      read: () => {
        const config = configs.get('');
        return (
          config && {
            data: {
              bound_issuer: config.boundIssuer,
              default_role: config.defaultRole,
              jwks_ca_pem: '',
              jwks_url: '',
              jwt_supported_algs: config.supportedAlgorithms,
              jwt_validation_pubkeys: config.publicKeys,
              namespace_in_state: true,
              oidc_client_id: '',
              oidc_discovery_ca_pem: '',
              oidc_discovery_url: '',
              oidc_response_mode: '',
              oidc_response_types: [],
              provider_config: new Map(),
            },
          }
        );
      },
      update: ({ fields }) => {
        const publicKeys = fields.get('jwt_validation_pubkeys') ?? [];
        const remote = [fields.get('jwks_url'), fields.get('oidc_discovery_url')].filter(Boolean);
        if ((publicKeys.length > 0 ? 1 : 0) + remote.length !== 1) {
          throw refusal(
            "exactly one of 'jwt_validation_pubkeys', 'jwks_url' or 'oidc_discovery_url' must be set",
          );
        }
        // This server calls no others.
        if (remote.length > 0) throw refusal("only 'jwt_validation_pubkeys' is supported by this server");
        for (const pem of publicKeys) checkKey(pem);
        const supportedAlgorithms = fields.get('jwt_supported_algs') ?? [];
        const unknown = supportedAlgorithms.find((algorithm) => !ALGORITHMS.has(algorithm));
        if (unknown !== undefined) {
          throw refusal(`invalid jwt_supported_algs: unsupported signing algorithm "${unknown}"`);
        }
        configs.set('', {
          publicKeys,
          boundIssuer: fields.get('bound_issuer') ?? '',
          defaultRole: fields.get('default_role') ?? '',
          supportedAlgorithms,
        });
        return undefined;
      },
    },
  });
