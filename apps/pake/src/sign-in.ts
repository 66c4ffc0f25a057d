import { SignJWT } from 'jose';
import type { PakeSettings } from './definition.js';

/** Whether this can be the name of a user. */
export const isUser = (user: unknown): user is string =>
  typeof user === 'string' && /^[\w.@-]{1,64}$/.test(user);

/** A token for a user, which is good for an hour, signed with the SECRET_KEY of the moment. */
export function signIn(user: string, { SECRET_KEY }: Pick<PakeSettings, 'SECRET_KEY'>): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRET_KEY));
}
