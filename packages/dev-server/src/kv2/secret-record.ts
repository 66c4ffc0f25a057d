import type { JsonMap } from '../json/json-value.js';
import { collection } from '../state/storage.js';

/** One version of a secret. Times are milliseconds since 1970. */
export interface VersionRecord {
  readonly createdTime: number;
  /** In the past: deleted. In the future: will delete itself. */
  deletionTime?: number;
  destroyed: boolean;
  /** Gone once the version was destroyed; null where null was written. */
  data?: JsonMap | null;
}

/** A secret with all its versions. */
export interface SecretRecord {
  createdTime: number;
  updatedTime: number;
  currentVersion: number;
  oldestVersion: number;
  /** 0: as the mount says. */
  maxVersions: number;
  casRequired: boolean;
  /** Seconds; 0: as the mount says. */
  deleteVersionAfter: number;
  readonly versions: Map<number, VersionRecord>;
}

/** The settings of a mount. */
export interface Kv2Config {
  maxVersions: number;
  casRequired: boolean;
  /** Seconds; 0: never; negative: never, whatever a secret says. */
  deleteVersionAfter: number;
}

export const SECRETS = collection<SecretRecord>('secrets');
export const CONFIG = collection<Kv2Config>('config');
