import { collection } from '../state/storage.js';

/** Entities and groups that policies are given to together. */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** Null until it is first given. */
  readonly policies: readonly string[] | null;
  readonly metadata: ReadonlyMap<string, string> | null;
  readonly memberEntityIds: readonly string[];
  /** Where it is a member itself. A group that is gone stays named here. */
  readonly parentGroupIds: readonly string[];
  readonly creationTime: number;
  readonly lastUpdateTime: number;
  /** How often it was written. */
  readonly modifyIndex: number;
}

export const GROUPS = collection<Group>('groups');
