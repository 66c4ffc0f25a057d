import { collection } from '../state/storage.js';

/** How an entity is known to one auth mount. */
export interface Alias {
  readonly id: string;
  readonly name: string;
  readonly mountAccessor: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly creationTime: number;
  readonly lastUpdateTime: number;
  /** The entities that it belonged to before they were merged. */
  readonly mergedFrom?: readonly string[];
}

/** Who logs in, whatever the way. */
export interface Entity {
  readonly id: string;
  readonly name: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly aliases: readonly Alias[];
  /** What whoever it is may do whichever way the login went. */
  readonly policies: readonly string[];
  readonly disabled: boolean;
  readonly creationTime: number;
  readonly lastUpdateTime: number;
  /** The entities that were merged into it. */
  readonly mergedIds?: readonly string[];
}

export const ENTITIES = collection<Entity>('entities');
