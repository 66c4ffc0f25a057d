import { collection } from '../../state/storage.js';
import type { TokenSettings } from '../token-settings.js';

/** The configuration of a mount. */
export interface KubernetesConfig {
  readonly host: string;
  readonly caCert: string;
  readonly publicKeys: readonly string[];
  readonly issuer: string;
  readonly disableIssuerValidation: boolean;
  readonly disableLocalCaJwt: boolean;
}

/** Which service accounts get which token. */
export interface KubernetesRole {
  readonly accountNames: readonly string[];
  readonly accountNamespaces: readonly string[];
  readonly audience: string;
  readonly settings: TokenSettings;
}

export const KUBERNETES_CONFIG = collection<KubernetesConfig>('kubernetes-config');
export const KUBERNETES_ROLES = collection<KubernetesRole>('kubernetes-roles');
