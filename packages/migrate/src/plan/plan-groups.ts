import type { Entry } from '../entry.js';
import type { GroupState } from '../group-state.js';
import { canonicalText } from '../json-value.js';
import type { Fingerprints } from './fingerprint.js';
import type { MovingKey, Step } from './plan.js';

/**
 * The keys that steps are about, by path.
 *
 * @param entries those of the steps, in their order
 */
export function groupSteps(
  steps: readonly Step[],
  entries: readonly Entry[],
): ReadonlyMap<string, readonly MovingKey[]> {
  const groups = new Map<string, Map<string, MovingKey>>();
  for (const [index, step] of steps.entries()) {
    const { action, path, key } = step;
    const entry = entries[index];
    if (action === 'left-out' || path === undefined || key === undefined || entry === undefined) continue;
    const keys = groups.get(path) ?? new Map<string, MovingKey>();
    groups.set(path, keys);
    // Entries of one place that move have one value.
    const steps = [...(keys.get(key)?.steps ?? []), step];
    keys.set(key, { key, steps, value: entry.reveal() });
  }
  return new Map([...groups].map(([path, keys]) => [path, [...keys.values()]]));
}

/** Tells what a path holds from everything that it held before or will hold. */
export function revisionIn(
  { path, version, createdTime, data }: GroupState,
  kvVersion: 1 | 2,
  fingerprints: Fingerprints,
): string {
  if (data === undefined) return kvVersion === 2 && version !== 0 ? `${version} deleted` : 'nothing';
  if (kvVersion === 2) return `${version}@${createdTime}`;
  return fingerprints.of(path, canonicalText(data));
}
