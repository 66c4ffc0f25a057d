import { StrongroomError } from './errors/errors.js';
import { nearMiss } from './near-miss.js';

/**
 * The names of settings that somebody chose, or all.
 *
 * @param owner the function for which they were chosen, as people write it: `bind()`
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
