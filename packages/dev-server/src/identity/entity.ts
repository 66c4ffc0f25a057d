import { collection } from '../state/storage.js';

/** How an entity is known to one auth mount. */
export interface Alias {
  readonly id: string;
  readonly name: string;
  readonly mountAccessor: string;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Who logs in, whatever the way. */
export interface Entity {
  readonly id: string;
  readonly name: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly aliases: readonly Alias[];
  readonly creationTime: number;
}

export const ENTITIES = collection<Entity>('entities');
