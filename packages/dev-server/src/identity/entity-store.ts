import { randomUUID } from 'node:crypto';
import type { Storage } from '../state/storage.js';
import { ENTITIES, type Entity } from './entity.js';

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

  findByName(name: string): Entity | undefined {
    return this.all().find((entity) => entity.name === name);
  }

  all(): Entity[] {
    return [...this.#entities.values()];
  }

  findByAlias(name: string, mountAccessor: string): Entity | undefined {
    return this.all().find((entity) =>
      entity.aliases.some((alias) => alias.mountAccessor === mountAccessor && alias.name === name),
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

  remove(id: string): void {
    this.#entities.delete(id);
  }

  /** The entity that a mount knows by a name; made where there is none yet. */
  forAlias(mountAccessor: string, name: string, metadata: ReadonlyMap<string, string>): Entity {
    const known = this.findByAlias(name, mountAccessor);
    if (known !== undefined) return known;
    const entity = {
      ...this.newEntity(),
      aliases: [{ id: randomUUID(), name, mountAccessor, metadata }],
    };
    this.put(entity);
    return entity;
  }

  /** Forgets who the entities were to a mount that is gone. */
  forgetMount(mountAccessor: string): void {
    for (const entity of this.all()) {
      const aliases = entity.aliases.filter((alias) => alias.mountAccessor !== mountAccessor);
      if (aliases.length !== entity.aliases.length) this.#entities.set(entity.id, { ...entity, aliases });
    }
  }
}
