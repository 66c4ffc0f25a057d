import { collection } from '../state/storage.js';

/** Which origins browsers may call from; none where there is no record. */
export interface CorsConfig {
  readonly origins: readonly string[];
  readonly headers: readonly string[];
}

export const CORS = collection<CorsConfig>('cors');

/** Allowed whatever is configured. */
export const STANDARD_HEADERS: readonly string[] = [
  'Content-Type',
  'X-Requested-With',
  'X-Vault-AWS-IAM-Server-ID',
  'X-Vault-MFA',
  'X-Vault-No-Request-Forwarding',
  'X-Vault-Wrap-Format',
  'X-Vault-Wrap-TTL',
  'X-Vault-Policy-Override',
  'Authorization',
  'X-Vault-Token',
];
