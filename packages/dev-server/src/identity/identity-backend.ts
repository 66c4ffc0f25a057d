import type { VaultCore } from '../core/vault-core.js';
import { sortedByBytes } from '../go/compare-bytes.js';
import { formatTime } from '../go/timestamp.js';
import type { JsonRecord } from '../json/json-value.js';
import { type LogicalResponse, listing } from '../logical/logical-response.js';
import { definePath, PathBackend } from '../logical/path-backend.js';
import { fullPath } from '../mounts/mount-entry.js';
import type { Alias, Entity } from './entity.js';

function aliasView(core: VaultCore, entity: Entity, alias: Alias): JsonRecord {
  const mount = core.mounts.entries('auth').find((entry) => entry.accessor === alias.mountAccessor);
  return {
    canonical_id: entity.id,
    creation_time: formatTime(entity.creationTime),
    id: alias.id,
    last_update_time: formatTime(entity.creationTime),
    merged_from_canonical_ids: null,
    metadata: alias.metadata.size > 0 ? alias.metadata : null,
    mount_accessor: alias.mountAccessor,
    mount_path: mount === undefined ? '' : fullPath(mount),
    mount_type: mount?.type ?? '',
    name: alias.name,
  };
}

function entityView(core: VaultCore, entity: Entity | undefined): LogicalResponse | undefined {
  if (entity === undefined) return undefined;
  return {
    data: {
      aliases: entity.aliases.map((alias) => aliasView(core, entity, alias)),
      creation_time: formatTime(entity.creationTime),
      direct_group_ids: [],
      disabled: false,
      group_ids: [],
      id: entity.id,
      inherited_group_ids: [],
      last_update_time: formatTime(entity.creationTime),
      merged_entity_ids: null,
      metadata: entity.metadata.size > 0 ? entity.metadata : null,
      name: entity.name,
      namespace_id: 'root',
      policies: null,
    },
  };
}

/** The part of `identity/` that reads the entities which logins make. */
export const identityBackend = (core: VaultCore): PathBackend =>
  new PathBackend([
    definePath({
      pattern: /^entity\/id\/?$/,
      fields: {},
      operations: { list: () => listing(sortedByBytes(core.entities.all().map((entity) => entity.id))) },
    }),
    definePath({
      pattern: /^entity\/name\/?$/,
      fields: {},
      operations: { list: () => listing(sortedByBytes(core.entities.all().map((entity) => entity.name))) },
    }),
    definePath({
      pattern: /^entity\/id\/(?<id>[\w-]+)$/,
      fields: { id: 'string' },
      operations: { read: ({ fields }) => entityView(core, core.entities.get(fields.get('id') ?? '')) },
    }),
    definePath({
      pattern: /^entity\/name\/(?<name>.+)$/,
      fields: { name: 'string' },
      operations: {
        read: ({ fields }) => entityView(core, core.entities.findByName(fields.get('name') ?? '')),
      },
    }),
  ]);
