import { checkOptions } from '../configuration-problem.js';
import { type AuthMethod, mountOf, named } from './auth-method.js';
import { type Credential, readCredential } from './credential.js';

export interface KubernetesOptions {
  /** The role of the auth method. */
  readonly role: Credential;
  /** The service account's token. @default the file in which Kubernetes puts it */
  readonly jwt?: Credential;
  /** @default 'kubernetes' */
  readonly mount?: string;
}

/** Where Kubernetes puts the token of a pod's service account. */
export const serviceAccountTokenFile = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** Logs in by the service account of a pod. Its token is read anew at each login: Kubernetes rotates it. */
export function kubernetes(options: KubernetesOptions): AuthMethod {
  checkOptions('kubernetes()', options, { role: true, jwt: true, mount: true });
  const { role, jwt, mount = 'kubernetes' } = options;
  const token = jwt ?? { file: serviceAccountTokenFile };
  return named('kubernetes', async ({ address, login }) =>
    login(
      `auth/${mountOf(mount)}/login`,
      {
        role: await readCredential(role, 'the role', address),
        jwt: await readCredential(token, 'the service account token', address),
      },
      {
        hint: 'Check the role, that it lets in this service account and namespace, the audience of the token, that Vault may review tokens in Kubernetes (system:auth-delegator), and the mount of the Kubernetes auth method.',
      },
    ),
  );
}
