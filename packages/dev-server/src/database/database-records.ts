import type { JsonMap } from '../json/json-value.js';
import { collection } from '../state/storage.js';

/** A connection. It is never opened: this engine makes its users up. */
export interface DatabaseConnection {
  readonly pluginName: string;
  readonly allowedRoles: readonly string[];
  readonly rootRotationStatements: readonly string[];
  readonly passwordPolicy: string;
  /** What else was configured, without the password. */
  readonly details: JsonMap;
}

/** A role that gives a new user to each who asks. Durations are seconds, 0 for the mount's own. */
export interface DatabaseRole {
  readonly connection: string;
  readonly creationStatements: readonly string[];
  readonly revocationStatements: readonly string[];
  readonly rollbackStatements: readonly string[];
  readonly renewStatements: readonly string[];
  readonly defaultTtl: number;
  readonly maxTtl: number;
}

/** A role for one fixed user, whose password changes with time. */
export interface StaticRole {
  readonly connection: string;
  readonly username: string;
  readonly rotationStatements: readonly string[];
  /** Seconds. */
  readonly rotationPeriod: number;
  password: string;
  /** Milliseconds since 1970. */
  lastRotation: number;
}

export const CONNECTIONS = collection<DatabaseConnection>('database-connections');
export const ROLES = collection<DatabaseRole>('database-roles');
export const STATIC_ROLES = collection<StaticRole>('database-static-roles');

export const NAME = '(?<name>\\w(?:[\\w.-]*\\w)?)';
