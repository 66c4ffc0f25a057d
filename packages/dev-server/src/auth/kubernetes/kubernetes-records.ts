import { collection } from '../../state/storage.js';
import type { RoleTerms } from '../role-terms.js';

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
export interface KubernetesRole extends RoleTerms {
  readonly accountNames: readonly string[];
  readonly accountNamespaces: readonly string[];
  readonly audience: string;
}

export const KUBERNETES_CONFIG = collection<KubernetesConfig>('kubernetes-config');
export const KUBERNETES_ROLES = collection<KubernetesRole>('kubernetes-roles');
