import { mayHaveLostDigits } from '@strongroom/vault';
import { type GroupState, valueIn } from '../group-state.js';
import { sameValue } from '../json-value.js';

/** What Vault holds for a key, beside what the source has. */
export function compare(
  data: GroupState['data'],
  key: string,
  value: unknown,
): 'missing' | 'same' | 'different' {
  if (data === undefined || !Object.hasOwn(data, key)) return 'missing';
  return sameValue(valueIn(data, key), value) ? 'same' : 'different';
}

/**
 * A key of others that would not survive being written back with ours.
 *
 * @returns undefined when all would
 */
export function unsafeKey(data: GroupState['data'], ours: ReadonlySet<string>): string | undefined {
  return Object.keys(data ?? {}).find((key) => !ours.has(key) && mayHaveLostDigits(valueIn(data, key)));
}
