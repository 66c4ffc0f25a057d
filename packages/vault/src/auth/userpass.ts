import { checkOptions } from '../configuration-problem.js';
import { type AuthMethod, mountOf, named } from './auth-method.js';
import { type Credential, readCredential } from './credential.js';

export interface UserpassOptions {
  readonly username: Credential;
  readonly password: Credential;
  /** @default 'userpass' */
  readonly mount?: string;
}

/** Logs in with a user name and a password. LDAP, RADIUS and Okta log in the same way: give their mount. */
export function userpass(options: UserpassOptions): AuthMethod {
  checkOptions('userpass()', options, { username: true, password: true, mount: true });
  const { username, password, mount = 'userpass' } = options;
  return named('userpass', async ({ address, login }) => {
    const user = await readCredential(username, 'the user name', address);
    return login(
      `auth/${mountOf(mount)}/login/${user.toLowerCase()}`,
      { password: await readCredential(password, 'the password', address) },
      {
        hint: 'Check the user name and the password, that Vault has not locked the user out after several failures, and the mount of the userpass auth method.',
      },
    );
  });
}
