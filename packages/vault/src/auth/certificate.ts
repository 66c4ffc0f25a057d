import { checkOptions } from '../configuration-problem.js';
import { type AuthMethod, mountOf, named } from './auth-method.js';
import { type Credential, readCredential } from './credential.js';

export interface CertificateOptions {
  /** The role of the auth method. @default the first whose conditions the certificate meets */
  readonly role?: Credential;
  /** @default 'cert' */
  readonly mount?: string;
}

/** Logs in by the client certificate of the connection, that of the TLS options. */
export function certificate(options: CertificateOptions = {}): AuthMethod {
  checkOptions('certificate()', options, { role: true, mount: true });
  const { role, mount = 'cert' } = options;
  return named('cert', async ({ address, login }) =>
    login(
      `auth/${mountOf(mount)}/login`,
      role === undefined ? {} : { name: await readCredential(role, 'the role', address) },
      {
        hint: 'Check that there is a client certificate (VAULT_CLIENT_CERT, VAULT_CLIENT_KEY), that the role trusts its authority and its names, and the mount of the cert auth method.',
      },
    ),
  );
}
