import type { Declarations } from '../definition.js';
import { nearMiss, type Resolver, StrongroomError } from '../index.js';
import type { Resolved } from '../resolution.js';
import { inside } from '../resolver-inside.js';

/**
 * Some of the settings that hold now, for somebody else than the application. Counts as a read of each secret.
 *
 * @throws StrongroomError `SNAPSHOT_NOT_READY`, `SNAPSHOT_EXPIRED`
 */
export function chosenSettings<T extends Declarations>(
  resolver: Resolver<T>,
  names: Iterable<string>,
): readonly Resolved[] {
  // Read as the application reads it, so that whoever observes reads is told, and what has expired is not given.
  const snapshot = resolver.current();
  const resolved = resolver[inside]();
  return Array.from(names, (name) => {
    void snapshot[name];
    return resolved.get(name);
  }).filter((one) => one !== undefined);
}

/**
 * The names that somebody chose, or all.
 *
 * @throws StrongroomError `DEFINITION_INVALID` for a name that is no setting's
 */
export function chosenNames(
  owner: string,
  settings: Readonly<Record<string, unknown>>,
  only: readonly string[] | undefined,
): ReadonlySet<string> {
  const all = Object.keys(settings);
  const stranger = only?.find((name) => !Object.hasOwn(settings, name));
  if (stranger === undefined) return new Set(only ?? all);
  const meant = nearMiss(stranger, all);
  const hint = meant === undefined ? '' : `: was it meant to be ${meant}?`;
  throw new StrongroomError('DEFINITION_INVALID', `${stranger}, named for ${owner}, is no setting${hint}`);
}
