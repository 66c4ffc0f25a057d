import { type Absent, nearMiss } from '@strongroom/core';
import { shellWord } from '../kv/kv-path.js';
import type { KvAbsent } from '../kv/kv-secret.js';

/** A place in Vault, for people. */
export interface Spot {
  /** Mount and path as the command `vault` takes them. */
  readonly secret: string;
  readonly key: string;
  /** Namespace, mount, path and key. */
  readonly locator: string;
}

/** The answer for a setting whose secret is not there. */
export function absentSecret({ reason, version }: KvAbsent, { secret, key, locator }: Spot): Absent {
  const put = `vault kv put ${shellWord(secret)} ${shellWord(`${key}=-`)}`;
  const hint = () => {
    switch (reason) {
      case 'no-such-path':
        return `Write it with: ${put} (the value from standard input). Or check the mount, the application and the environment.`;
      case 'version-deleted':
        return `Bring it back with: vault kv undelete -versions=${version} ${shellWord(secret)}`;
      case 'version-destroyed':
        return `Its data is gone for good. Write a new version with: ${put} (the value from standard input).`;
    }
  };
  return { status: 'absent', reason, locator, hint };
}

/** The answer for a setting whose secret is there, without its key. Only the names of its keys are kept. */
export function absentKey(keys: readonly string[], { secret, key, locator }: Spot): Absent {
  const hint = () => {
    const meant = nearMiss(key, keys);
    if (meant !== undefined) return `${secret} has the key "${meant}": was it meant to be "${key}"?`;
    const patch = `vault kv patch ${shellWord(secret)} ${shellWord(`${key}=-`)}`;
    return `Add it with: ${patch} (the value from standard input).`;
  };
  return { status: 'absent', reason: 'no-such-key', locator, hint };
}
