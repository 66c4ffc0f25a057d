import { randomUUID } from 'node:crypto';
import { compareBytes } from '../go/compare-bytes.js';
import type { Storage } from '../state/storage.js';
import { GROUPS, type Group } from './group.js';

/** All groups. */
export class GroupStore {
  readonly #groups: Map<string, Group>;

  constructor(
    storage: Storage,
    private readonly now: () => number,
  ) {
    this.#groups = storage.records(GROUPS);
  }

  get(id: string): Group | undefined {
    return this.#groups.get(id);
  }

  /** Names do not care for case. */
  findByName(name: string): Group | undefined {
    return this.all().find((group) => group.name.toLowerCase() === name.toLowerCase());
  }

  /** In the order of their ids. */
  all(): Group[] {
    return [...this.#groups.values()].sort((a, b) => compareBytes(a.id, b.id));
  }

  /** A group with a name that was made up; not among the others yet. */
  newGroup(): Group {
    const now = this.now();
    return {
      id: randomUUID(),
      name: `group_${randomUUID().slice(0, 8)}`,
      type: 'internal',
      policies: null,
      metadata: null,
      memberEntityIds: [],
      parentGroupIds: [],
      creationTime: now,
      lastUpdateTime: now,
      modifyIndex: 0,
    };
  }

  put(group: Group): void {
    this.#groups.set(group.id, { ...group, modifyIndex: group.modifyIndex + 1 });
  }

  remove(id: string): void {
    this.#groups.delete(id);
  }

  membersOf(id: string): Group[] {
    return this.all().filter((group) => group.parentGroupIds.includes(id));
  }

  /** Whether a group is another one, or a member of it by however many groups between. */
  isWithin(id: string, other: string): boolean {
    return id === other || this.membersOf(other).some((member) => this.isWithin(id, member.id));
  }

  /** The groups that an entity is a member of, and those that it is in because groups are members too. */
  ofEntity(entityId: string): { readonly direct: readonly Group[]; readonly inherited: readonly Group[] } {
    const direct = this.all().filter((group) => group.memberEntityIds.includes(entityId));
    const found = new Map(direct.map((group) => [group.id, group]));
    // A map grows while it is walked, which is how the parents of parents are reached.
    for (const group of found.values()) {
      for (const id of group.parentGroupIds) {
        const parent = this.#groups.get(id);
        if (parent !== undefined && !found.has(id)) found.set(id, parent);
      }
    }
    return { direct, inherited: [...found.values()].slice(direct.length) };
  }

  policiesOf(entityId: string): string[] {
    const { direct, inherited } = this.ofEntity(entityId);
    return [...new Set([...direct, ...inherited].flatMap((group) => group.policies ?? []))];
  }

  /** Takes an entity that is gone out of its groups. */
  forgetEntity(entityId: string): void {
    for (const group of this.ofEntity(entityId).direct) {
      this.put({ ...group, memberEntityIds: group.memberEntityIds.filter((id) => id !== entityId) });
    }
  }
}
