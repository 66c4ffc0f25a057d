import type { VaultCore } from '../core/vault-core.js';
import { formatTime } from '../go/timestamp.js';
import type { JsonValue } from '../json/json-value.js';
import type { Fields } from '../logical/fields.js';
import { refusal } from '../logical/logical-fault.js';
import type { LogicalResponse } from '../logical/logical-response.js';
import { definePath, PathBackend } from '../logical/path-backend.js';
import { withoutRepeats } from '../policies/sanitize-policies.js';
import { aliasPaths, aliasView, mountOf } from './alias-paths.js';
import type { Entity } from './entity.js';
import type { Group } from './group.js';
import { groupLookedUp, groupPaths } from './group-paths.js';
import { checkMetadata } from './identity-metadata.js';
import { LOOKUP_FIELDS, type Question, questionOf } from './lookup-question.js';
import { mergePath } from './merge-path.js';

function entityView(core: VaultCore, entity: Entity | undefined): LogicalResponse | undefined {
  if (entity === undefined) return undefined;
  const { direct, inherited } = core.groups.ofEntity(entity.id);
  const ids = (groups: readonly Group[]): readonly string[] => groups.map(({ id }) => id);
  return {
    data: {
      aliases: entity.aliases.map((alias) => aliasView(core, entity, alias)),
      creation_time: formatTime(entity.creationTime),
      direct_group_ids: ids(direct),
      disabled: entity.disabled,
      group_ids: ids([...direct, ...inherited]),
      id: entity.id,
      inherited_group_ids: ids(inherited),
      last_update_time: formatTime(entity.lastUpdateTime),
      merged_entity_ids: entity.mergedIds ?? null,
      metadata: entity.metadata.size > 0 ? entity.metadata : null,
      name: entity.name,
      namespace_id: 'root',
      policies: entity.policies.length > 0 ? entity.policies : null,
    },
  };
}

/** All entities by one of their names, with what else one may want to know of them. */
function entityList(core: VaultCore, nameOf: (entity: Entity) => string): LogicalResponse {
  const entities = core.entities.all();
  if (entities.length === 0) return { data: {} };
  const about = ({ name, aliases }: Entity): JsonValue => ({
    name,
    ...(aliases.length === 0
      ? {}
      : {
          aliases: aliases.map((alias) => ({
            id: alias.id,
            mount_accessor: alias.mountAccessor,
            ...mountOf(core, alias),
            name: alias.name,
          })),
        }),
  });
  const info = new Map(entities.map((entity): [string, JsonValue] => [entity.id, about(entity)]));
  return { data: { key_info: info, keys: entities.map(nameOf) } };
}

const ENTITY_FIELDS = {
  id: 'string',
  name: 'string',
  metadata: 'pairs',
  policies: 'commaStrings',
  disabled: 'bool',
} as const;

/** Makes an entity or changes one; what is not named stays. @throws LogicalFault */
function write(core: VaultCore, known: Entity | undefined, fields: Fields<typeof ENTITY_FIELDS>) {
  const named = core.entities.findByName(fields.get('name') ?? '');
  if (known !== undefined && named !== undefined && named.id !== known.id) {
    throw refusal('entity name is already in use');
  }
  const before = known ?? named;
  const policies = fields.get('policies');
  const base = before ?? core.entities.newEntity();
  const entity: Entity = {
    ...base,
    name: fields.get('name') || base.name,
    metadata: fields.get('metadata') ?? base.metadata,
    policies: policies === undefined ? base.policies : withoutRepeats(policies),
    disabled: fields.get('disabled') ?? base.disabled,
  };
  if (entity.policies.includes('root')) throw refusal('policies cannot contain root');
  checkMetadata('entity', entity.metadata);
  core.entities.put(entity);
  return before === undefined ? { data: { aliases: null, id: entity.id, name: entity.name } } : undefined;
}

function entityOf(core: VaultCore, { id, name, aliasId, aliasName, accessor }: Question): Entity | undefined {
  if (id !== '') return core.entities.get(id);
  if (name !== '') return core.entities.findByName(name);
  if (aliasName !== '') return core.entities.findByAlias(aliasName, accessor);
  return core.entities.ofAlias(aliasId);
}

/** The part of `identity/` that is about entities: those that logins make, and those made by hand. */
export const identityBackend = (core: VaultCore): PathBackend => {
  const { entities } = core;
  const remove = (entity: Entity | undefined): undefined => {
    if (entity === undefined) return undefined;
    core.groups.forgetEntity(entity.id);
    entities.remove(entity.id);
    return undefined;
  };
  return new PathBackend([
    definePath({
      pattern: /^entity$/,
      fields: ENTITY_FIELDS,
      operations: {
        update: ({ fields }) => {
          const id = fields.get('id') ?? '';
          const known = entities.get(id);
          if (id !== '' && known === undefined) throw refusal('entity not found from id');
          return write(core, known, fields);
        },
      },
    }),
    definePath({
      pattern: /^entity\/id\/?$/,
      fields: {},
      operations: { list: () => entityList(core, (entity) => entity.id) },
    }),
    definePath({
      pattern: /^entity\/name\/?$/,
      fields: {},
      operations: { list: () => entityList(core, (entity) => entity.name) },
    }),
    definePath({
      pattern: /^entity\/id\/(?<id>[\w-]+)$/,
      fields: ENTITY_FIELDS,
      operations: {
        read: ({ fields }) => entityView(core, entities.get(fields.get('id') ?? '')),
        update: ({ fields }) => {
          const known = entities.get(fields.get('id') ?? '');
          if (known === undefined) throw refusal('entity not found from id');
          return write(core, known, fields);
        },
        delete: ({ fields }) => remove(entities.get(fields.get('id') ?? '')),
      },
    }),
    definePath({
      pattern: /^entity\/name\/(?<name>.+)$/,
      fields: ENTITY_FIELDS,
      operations: {
        read: ({ fields }) => entityView(core, entities.findByName(fields.get('name') ?? '')),
        update: ({ fields }) => write(core, undefined, fields),
        delete: ({ fields }) => remove(entities.findByName(fields.get('name') ?? '')),
      },
    }),
    definePath({
      pattern: /^entity\/batch-delete$/,
      fields: { entity_ids: 'commaStrings' },
      operations: {
        update: ({ fields }) => {
          const ids = fields.get('entity_ids') ?? [];
          if (ids.length === 0) throw refusal('missing entity ids to delete');
          for (const id of ids) remove(entities.get(id));
          return undefined;
        },
      },
    }),
    mergePath(core),
    ...aliasPaths(core),
    definePath({
      pattern: /^lookup\/entity\/?$/,
      fields: LOOKUP_FIELDS,
      operations: { update: ({ fields }) => entityView(core, entityOf(core, questionOf(fields))) },
    }),
    ...groupPaths(core),
    definePath({
      pattern: /^lookup\/group\/?$/,
      fields: LOOKUP_FIELDS,
      operations: {
        update: ({ fields }) => {
          const { id, name } = questionOf(fields);
          return groupLookedUp(core, id, name);
        },
      },
    }),
  ]);
};
