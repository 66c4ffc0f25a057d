import type { Definition } from '@strongroom/core';
import type { KvVersion, Vault } from '@strongroom/vault';
import type { Entry } from './entry.js';
import type { OnConflict, Plan, Step } from './plan.js';
import type { ParallelOptions } from './progress.js';
import type { Target } from './target.js';

/** Where the settings of an application lie, or will. */
export interface PlacementOptions {
  readonly definition: Definition;
  /** One of the definition's environments. */
  readonly environment: string;
  /** The KV mount. @default 'secret' */
  readonly mount?: string;
  /** One secret a group, or one a setting with the key `value`. @default 'group' */
  readonly layout?: Target['layout'];
}

export interface PlanOptions extends PlacementOptions, ParallelOptions {
  /** What is moved. Of several entries of one name the last counts. */
  readonly entries: readonly Entry[];
  readonly vault: Vault;
  /** What the mount is taken for where Vault does not tell. @default 2 */
  readonly kvVersion?: KvVersion;
  /** @default 'vault' */
  readonly onConflict?: OnConflict;
  /** By the name of an entry: the setting that it stands for, or its place as `group/key`. */
  readonly map?: Readonly<Record<string, string>>;
  /**
   * Asked for each entry that has a place but is not moved by itself: one that is `proposed`, and one that is
   * `not-secret`. True moves it. @default none is
   */
  readonly include?: (step: Pick<Step, 'entry' | 'origin' | 'reason' | 'setting' | 'place'>) => boolean;
}
