import { randomUUID } from 'node:crypto';
import { compareBytes } from '../go/compare-bytes.js';
import type { Storage } from '../state/storage.js';
import { type Alias, ENTITIES, type Entity } from './entity.js';

/** Names do not care for case. */
const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** All entities. */
export class EntityStore {
  readonly #entities: Map<string, Entity>;

  constructor(
    storage: Storage,
    private readonly now: () => number,
  ) {
    this.#entities = storage.records(ENTITIES);
  }

  get(id: string): Entity | undefined {
    return this.#entities.get(id);
  }

  /** The entity that a token was made for, or the one that it was merged into since. */
  current(id: string): Entity | undefined {
    return (
      this.get(id) ?? (id === '' ? undefined : this.all().find(({ mergedIds }) => mergedIds?.includes(id)))
    );
  }

  findByName(name: string): Entity | undefined {
    return this.all().find((entity) => sameName(entity.name, name));
  }

  /** In the order of their ids. */
  all(): Entity[] {
    return [...this.#entities.values()].sort((a, b) => compareBytes(a.id, b.id));
  }

  findByAlias(name: string, mountAccessor: string): Entity | undefined {
    return this.all().find((entity) =>
      entity.aliases.some((alias) => alias.mountAccessor === mountAccessor && sameName(alias.name, name)),
    );
  }

  /** An entity with a name that was made up; not among the others yet. */
  newEntity(): Entity {
    const now = this.now();
    return {
      id: randomUUID(),
      name: `entity_${randomUUID().slice(0, 8)}`,
      metadata: new Map(),
      aliases: [],
      policies: [],
      disabled: false,
      creationTime: now,
      lastUpdateTime: now,
    };
  }

  put(entity: Entity): void {
    this.#entities.set(entity.id, { ...entity, lastUpdateTime: this.now() });
  }

  /** Puts one entity in place of several, without counting that as a change of it. */
  replace(entity: Entity, gone: readonly string[]): void {
    for (const id of gone) this.#entities.delete(id);
    this.#entities.set(entity.id, entity);
  }

  remove(id: string): void {
    this.#entities.delete(id);
  }

  newAlias(name: string, mountAccessor: string, metadata: ReadonlyMap<string, string> = new Map()): Alias {
    const now = this.now();
    return { id: randomUUID(), name, mountAccessor, metadata, creationTime: now, lastUpdateTime: now };
  }

  /** The entity that an alias belongs to. */
  ofAlias(aliasId: string): Entity | undefined {
    return this.all().find(({ aliases }) => aliases.some(({ id }) => id === aliasId));
  }

  /** The entity that a mount knows by a name; made where there is none yet. The alias gets the metadata. */
  forAlias(mountAccessor: string, name: string, metadata: ReadonlyMap<string, string>): Entity {
    const known = this.findByAlias(name, mountAccessor);
    if (known !== undefined) return this.withMetadata(known, mountAccessor, metadata);
    const entity = { ...this.newEntity(), aliases: [this.newAlias(name, mountAccessor, metadata)] };
    this.put(entity);
    return entity;
  }

  private withMetadata(entity: Entity, mountAccessor: string, metadata: ReadonlyMap<string, string>): Entity {
    const changes = (alias: Alias): boolean =>
      alias.mountAccessor === mountAccessor &&
      (alias.metadata.size !== metadata.size ||
        [...metadata].some(([key, value]) => alias.metadata.get(key) !== value));
    if (!entity.aliases.some(changes)) return entity;
    const aliases = entity.aliases.map((alias) =>
      changes(alias) ? { ...alias, metadata, lastUpdateTime: this.now() } : alias,
    );
    const changed = { ...entity, aliases };
    this.put(changed);
    return changed;
  }

  /** Forgets who the entities were to a mount that is gone. */
  forgetMount(mountAccessor: string): void {
    for (const entity of this.all()) {
      const aliases = entity.aliases.filter((alias) => alias.mountAccessor !== mountAccessor);
      if (aliases.length !== entity.aliases.length) this.#entities.set(entity.id, { ...entity, aliases });
    }
  }
}
