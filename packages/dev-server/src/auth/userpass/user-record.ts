import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { collection } from '../../state/storage.js';
import type { RoleTerms } from '../role-terms.js';

/** Who may log in with a password. */
export interface UserRecord extends RoleTerms {
  readonly salt: string;
  readonly passwordHash: string;
}

export const USERS = collection<UserRecord>('users');

// A plain hash: nothing here is worth a slow one, and logins of tests should be quick.
const hash = (salt: string, password: string): Buffer =>
  createHash('sha256').update(`${salt}\0${password}`).digest();

export function hashPassword(password: string): Pick<UserRecord, 'salt' | 'passwordHash'> {
  const salt = randomBytes(16).toString('hex');
  return { salt, passwordHash: hash(salt, password).toString('hex') };
}

export const passwordFits = (user: UserRecord, password: string): boolean =>
  timingSafeEqual(hash(user.salt, password), Buffer.from(user.passwordHash, 'hex'));
