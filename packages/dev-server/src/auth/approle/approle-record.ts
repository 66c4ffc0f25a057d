import { collection } from '../../state/storage.js';
import type { TokenSettings } from '../token-settings.js';

/** A role that programs log in to. Durations are seconds. */
export interface AppRole {
  /** In lower case, as is its key. */
  readonly name: string;
  readonly roleId: string;
  readonly bindSecretId: boolean;
  readonly localSecretIds: boolean;
  readonly secretIdBoundCidrs: readonly string[] | null;
  readonly secretIdNumUses: number;
  readonly secretIdTtl: number;
  readonly settings: TokenSettings;
  /** As set by the older names of the fields; answers show them as they were set. */
  readonly policies?: readonly string[];
  readonly period?: number;
}

/** A secret id of a role. Times are milliseconds since 1970. */
export interface SecretId {
  readonly secretId: string;
  readonly accessor: string;
  readonly roleName: string;
  numUses: number;
  readonly ttl: number;
  readonly creationTime: number;
  /** Undefined where it does not expire. */
  readonly expirationTime: number | undefined;
  lastUpdatedTime: number;
  readonly metadata: ReadonlyMap<string, string>;
  readonly cidrList: readonly string[];
  readonly tokenBoundCidrs: readonly string[];
}

export const APP_ROLES = collection<AppRole>('approles');
/** By role name and secret id, with a line break between them. */
export const SECRET_IDS = collection<SecretId>('secret-ids');
