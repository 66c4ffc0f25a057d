import { checkOptions } from '../configuration-problem.js';
import { type AuthMethod, mountOf, named } from './auth-method.js';
import { type Credential, readCredential } from './credential.js';
import { WrappedSecretId } from './wrapped-secret-id.js';

export interface AppRoleOptions {
  readonly roleId: Credential;
  /** Left out for a role that needs none. */
  readonly secretId?: Credential;
  /** A token that wraps the secret id: it is unwrapped once, at the first login. Instead of `secretId`. */
  readonly wrappedSecretId?: Credential;
  /** @default 'approle' */
  readonly mount?: string;
}

/**
 * Logs in as an AppRole.
 *
 * @example
 * createVault({ address, auth: appRole({ roleId, secretId: { file: '/run/secrets/secret-id' } }) });
 */
export function appRole(options: AppRoleOptions): AuthMethod {
  checkOptions('appRole()', options, { roleId: true, secretId: true, wrappedSecretId: true, mount: true });
  const { roleId, secretId, wrappedSecretId, mount = 'approle' } = options;
  const at = mountOf(mount);
  const wrapped = wrappedSecretId === undefined ? undefined : new WrappedSecretId(wrappedSecretId, at);
  return named('approle', async (context) => {
    const { address, login } = context;
    const role = await readCredential(roleId, 'the role id', address);
    const secret =
      wrapped !== undefined
        ? await wrapped.read(context)
        : secretId === undefined
          ? undefined
          : await readCredential(secretId, 'the secret id', address);
    return login(
      `auth/${at}/login`,
      { role_id: role, ...(secret === undefined ? {} : { secret_id: secret }) },
      {
        hint: 'Check the role id, that the secret id belongs to it and is neither used up nor past its TTL, that this machine is within its CIDRs, that Vault has not locked the role out after several failures, and the mount of AppRole.',
      },
    );
  });
}
