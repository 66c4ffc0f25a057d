import { checkOptions } from '../configuration-problem.js';
import { type AuthMethod, mountOf, named } from './auth-method.js';
import { type Credential, readCredential } from './credential.js';

export interface JwtOptions {
  /** The JSON Web Token, such as an OIDC token of a CI job. */
  readonly jwt: Credential;
  /** @default the default role of the auth method */
  readonly role?: Credential;
  /** @default 'jwt' */
  readonly mount?: string;
}

/** Logs in with a JSON Web Token. A file is read anew at each login. */
export function jwt(options: JwtOptions): AuthMethod {
  checkOptions('jwt()', options, { jwt: true, role: true, mount: true });
  const { jwt, role, mount = 'jwt' } = options;
  return named('jwt', async ({ address, login }) =>
    login(
      `auth/${mountOf(mount)}/login`,
      {
        ...(role === undefined ? {} : { role: await readCredential(role, 'the role', address) }),
        jwt: await readCredential(jwt, 'the JWT', address),
      },
      {
        hint: 'Check the role, that issuer, audience, subject and claims of the JWT are those that it wants, that the JWT is not expired, and the mount of the JWT auth method.',
      },
    ),
  );
}
