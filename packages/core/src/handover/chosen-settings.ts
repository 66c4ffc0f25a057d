import type { Declarations } from '../definition/definition.js';
import type { Resolver } from '../index.js';
import type { Resolved } from '../resolution/resolution.js';
import { inside } from '../resolver/resolver-inside.js';

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
