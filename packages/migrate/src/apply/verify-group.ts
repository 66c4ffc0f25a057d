import { StrongroomError } from '@strongroom/core';
import type { Origin } from '../entry.js';
import type { GroupState } from '../group-state.js';
import type { MovingKey } from '../plan/plan.js';
import { compare } from '../plan/plan-comparison.js';

/** An entry whose value Vault gave back just as the source has it. */
export interface VerifiedEntry {
  readonly entry: string;
  readonly origin: Origin;
  readonly setting: string | undefined;
  /** Below the mount. */
  readonly path: string;
  readonly key: string;
}

/** The keys that Vault holds just as the source has them. */
export const verifiedKeys = (keys: readonly MovingKey[], { data }: GroupState): readonly MovingKey[] =>
  keys.filter(({ key, value }) => compare(data, key, value) === 'same');

export const verifiedEntries = (path: string, keys: readonly MovingKey[]): readonly VerifiedEntry[] =>
  keys.flatMap(({ key, steps }) =>
    steps.map(({ entry, origin, setting }) => ({ entry, origin, setting, path, key })),
  );

export const unverifiedError = (path: string, keys: readonly MovingKey[]): StrongroomError =>
  new StrongroomError(
    'MIGRATION_UNVERIFIED',
    `${path} was written, but Vault does not give ${keys.map(({ key }) => key).join(', ')} back as the source has it: ` +
      'somebody has changed it since, or something on the way changes what is sent. Plan again, and look at the conflicts.',
  );
