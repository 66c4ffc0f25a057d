import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { collection } from '../../state/storage.js';
import type { TokenSettings } from '../token-settings.js';

/** Who may log in with a password. */
export interface UserRecord {
  readonly salt: string;
  readonly passwordHash: string;
  readonly settings: TokenSettings;
  readonly older: OlderFields;
}

/** What was set by the older names of fields; answers show it under them, too. */
export interface OlderFields {
  readonly policies?: readonly string[];
  readonly ttl?: number;
  readonly max_ttl?: number;
  readonly bound_cidrs?: readonly string[];
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
