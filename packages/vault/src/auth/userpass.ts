import { type AuthMethod, mountOf, named } from './auth-method.js';
import { type Credential, readCredential } from './credential.js';

export interface UserpassOptions {
  readonly username: Credential;
  readonly password: Credential;
  /** @default 'userpass' */
  readonly mount?: string;
}

/** Logs in with a user name and a password. LDAP, RADIUS and Okta log in the same way: give their mount. */
export function userpass({ username, password, mount = 'userpass' }: UserpassOptions): AuthMethod {
  return named('userpass', async ({ address, login }) => {
    const user = await readCredential(username, 'the user name', address);
    return login(
      `auth/${mountOf(mount)}/login/${user.toLowerCase()}`,
      { password: await readCredential(password, 'the password', address) },
      { hint: 'Check the user name, the password and the mount of the userpass auth method.' },
    );
  });
}
