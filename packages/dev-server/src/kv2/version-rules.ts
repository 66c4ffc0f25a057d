import type { Kv2Config, SecretRecord, VersionRecord } from './secret-record.js';

/** Kept where neither the secret nor the mount says otherwise. */
const DEFAULT_MAX_VERSIONS = 10;

export const newSecret = (now: number): SecretRecord => ({
  createdTime: now,
  updatedTime: now,
  currentVersion: 0,
  oldestVersion: 0,
  maxVersions: 0,
  casRequired: false,
  deleteVersionAfter: 0,
  versions: new Map(),
});

/** When a version that begins now will delete itself: the shorter of what secret and mount say. */
export function deletionTimeFor(secret: SecretRecord, config: Kv2Config, now: number): number | undefined {
  if (config.deleteVersionAfter < 0) return undefined;
  const limits = [config.deleteVersionAfter, secret.deleteVersionAfter].filter((seconds) => seconds > 0);
  return limits.length === 0 ? undefined : now + Math.min(...limits) * 1000;
}

/** Appends a version and drops those that are one too many. */
export function addVersion(
  secret: SecretRecord,
  config: Kv2Config,
  data: VersionRecord['data'],
  now: number,
): VersionRecord {
  const deletionTime = deletionTimeFor(secret, config, now);
  const version: VersionRecord = {
    createdTime: now,
    destroyed: false,
    data: data ?? null,
    ...(deletionTime === undefined ? {} : { deletionTime }),
  };
  secret.currentVersion += 1;
  secret.updatedTime = now;
  secret.versions.set(secret.currentVersion, version);
  const maxVersions = Math.max(secret.maxVersions, config.maxVersions) || DEFAULT_MAX_VERSIONS;
  if (secret.currentVersion - secret.oldestVersion >= maxVersions) {
    const lastDropped = secret.currentVersion - maxVersions;
    for (const number of secret.versions.keys()) if (number <= lastDropped) secret.versions.delete(number);
    secret.oldestVersion = lastDropped + 1;
  }
  return version;
}

/** From its deletion time on. Vault counts nanoseconds; here a delete and a read may fall into one moment. */
export const isDeleted = (version: VersionRecord, now: number): boolean =>
  version.deletionTime !== undefined && version.deletionTime <= now;

/** Marks a version as deleted; one that is deleted or destroyed stays as it is. */
export function deleteVersion(version: VersionRecord | undefined, now: number): void {
  if (version === undefined || version.destroyed || isDeleted(version, now)) return;
  version.deletionTime = now;
}

/** Takes a deletion back; its self-deletion begins anew. A destroyed version stays destroyed. */
export function undeleteVersion(
  version: VersionRecord | undefined,
  secret: SecretRecord,
  config: Kv2Config,
  now: number,
): void {
  if (version === undefined || version.destroyed) return;
  delete version.deletionTime;
  const deletionTime = deletionTimeFor(secret, config, now);
  if (deletionTime !== undefined) version.deletionTime = deletionTime;
}

/** Removes the data of a version for good; its line in the metadata stays. */
export function destroyVersion(version: VersionRecord | undefined): void {
  if (version === undefined) return;
  version.destroyed = true;
  delete version.data;
}
