import type { KvMetadata } from './kv-metadata.js';
import type { KvFound } from './kv-secret.js';

/** One version of a secret of KV version 2; of version 1, which counts none, both are undefined. */
type KvStand = Pick<KvFound, 'version' | 'createdTime'>;

/**
 * What tells one version of a secret from every other: a secret that is deleted with its metadata and written anew
 * counts from 1 again, but at another time.
 *
 * @returns undefined for KV version 1
 */
export const revisionOf = ({ version, createdTime }: KvStand): string | undefined =>
  version === undefined || createdTime === undefined ? undefined : `${version}@${createdTime}`;

/** By how much the clocks of Vault and of this machine may differ, in milliseconds. */
const clockSkewMs = 5 * 60_000;

/**
 * The version that a read would bring, as metadata has it.
 *
 * @param now milliseconds since 1970
 * @returns undefined where a read brings no value, or may soon: a version that is deleted or destroyed, or whose time
 * to be deleted is near
 */
export function currentOf({ currentVersion, versions }: KvMetadata, now: number): KvStand | undefined {
  const current = versions.get(currentVersion);
  if (current === undefined || current.destroyed) return undefined;
  if (current.deletionTime !== undefined && current.deletionTime <= now + clockSkewMs) return undefined;
  return { version: currentVersion, createdTime: current.createdTime };
}
