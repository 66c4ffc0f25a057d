import type { VaultCore } from '../core/vault-core.js';
import { compareBytes } from '../go/compare-bytes.js';
import { quote } from '../go/format-value.js';
import { formatTime } from '../go/timestamp.js';
import type { JsonRecord, JsonValue } from '../json/json-value.js';
import type { Fields } from '../logical/fields.js';
import { refusal } from '../logical/logical-fault.js';
import type { LogicalResponse } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { fullPath } from '../mounts/mount-entry.js';
import type { Alias, Entity } from './entity.js';

/** Where the mount of an alias is, as answers show it; nothing where it is gone. */
export function mountOf(core: VaultCore, { mountAccessor }: Alias): JsonRecord {
  const mount = core.mounts.entries('auth').find((entry) => entry.accessor === mountAccessor);
  return mount === undefined ? {} : { mount_path: fullPath(mount), mount_type: mount.type };
}

/** An alias as its entity shows it. */
export const aliasView = (core: VaultCore, entity: Entity, alias: Alias): JsonRecord => ({
  canonical_id: entity.id,
  creation_time: formatTime(alias.creationTime),
  id: alias.id,
  last_update_time: formatTime(alias.lastUpdateTime),
  merged_from_canonical_ids: alias.mergedFrom ?? null,
  metadata: alias.metadata.size > 0 ? alias.metadata : null,
  mount_accessor: alias.mountAccessor,
  ...mountOf(core, alias),
  name: alias.name,
});

const FIELDS = {
  id: 'string',
  entity_id: 'string',
  canonical_id: 'string',
  mount_accessor: 'string',
  name: 'string',
} as const;

type AliasFields = Fields<typeof FIELDS>;

const idsOf = (entity: Entity, alias: Alias): LogicalResponse => ({
  data: { canonical_id: entity.id, id: alias.id },
});

function checkMount(core: VaultCore, accessor: string): void {
  const mount = core.mounts.entries('auth').find((entry) => entry.accessor === accessor);
  if (mount === undefined) throw refusal(`invalid mount accessor ${quote(accessor)}`);
}

function create(core: VaultCore, alias: Alias, canonicalId: string): LogicalResponse {
  const known = canonicalId === '' ? core.entities.newEntity() : core.entities.get(canonicalId);
  if (known === undefined) throw refusal('invalid canonical ID');
  core.entities.put({ ...known, aliases: [...known.aliases, alias] });
  return idsOf(known, alias);
}

/** Gives an alias another name, or to another entity. */
function change(
  core: VaultCore,
  owner: Entity,
  known: Alias,
  fields: AliasFields,
): LogicalResponse | undefined {
  const { entities } = core;
  const name = fields.get('name') || known.name;
  const mountAccessor = fields.get('mount_accessor') || known.mountAccessor;
  const canonicalId = fields.get('canonical_id') || fields.get('entity_id') || owner.id;
  const renamed = name !== known.name || mountAccessor !== known.mountAccessor;
  if (!renamed && canonicalId === owner.id) return undefined;
  if (renamed) {
    checkMount(core, mountAccessor);
    const taken = entities.findByAlias(name, mountAccessor);
    if (taken !== undefined && taken.id !== owner.id) {
      throw refusal('alias with combination of mount accessor and name already exists');
    }
  }
  const target = entities.get(canonicalId);
  if (target === undefined) throw refusal("given 'canonical_id' is not associated with an entity");
  const alias = { ...known, name, mountAccessor, lastUpdateTime: core.now() };
  const without = (entity: Entity): readonly Alias[] => entity.aliases.filter(({ id }) => id !== known.id);
  if (target.id !== owner.id) entities.put({ ...owner, aliases: without(owner) });
  entities.put({ ...target, aliases: [...without(target), alias] });
  return idsOf(target, alias);
}

function write(core: VaultCore, fields: AliasFields): LogicalResponse | undefined {
  const { entities } = core;
  const id = fields.get('id') ?? '';
  const name = fields.get('name') ?? '';
  const accessor = fields.get('mount_accessor') ?? '';
  if (id === '') {
    if (name === '' || accessor === '') {
      throw refusal("'id' or 'mount_accessor' and 'name' must be provided");
    }
    checkMount(core, accessor);
  }
  const owner = id === '' ? entities.findByAlias(name, accessor) : entities.ofAlias(id);
  const known = owner?.aliases.find((alias) =>
    id === '' ? alias.mountAccessor === accessor : alias.id === id,
  );
  if (owner !== undefined && known !== undefined) return change(core, owner, known, fields);
  if (id !== '') throw refusal('invalid alias ID provided');
  const canonicalId = fields.get('canonical_id') || (fields.get('entity_id') ?? '');
  return create(core, entities.newAlias(name, accessor), canonicalId);
}

/** All aliases, with whom they stand for. */
function list(core: VaultCore): LogicalResponse {
  const aliases = core.entities
    .all()
    .flatMap((entity) => entity.aliases.map((alias) => ({ entity, alias })))
    .sort((a, b) => compareBytes(a.alias.id, b.alias.id));
  if (aliases.length === 0) return { data: {} };
  const info = aliases.map(({ entity, alias }): [string, JsonValue] => [
    alias.id,
    {
      canonical_id: entity.id,
      mount_accessor: alias.mountAccessor,
      ...mountOf(core, alias),
      name: alias.name,
    },
  ]);
  return { data: { key_info: new Map(info), keys: aliases.map(({ alias }) => alias.id) } };
}

/** `entity-alias` and all below, also by its older name `alias`: as whom auth mounts know the entities. */
export const aliasPaths = (core: VaultCore): readonly BackendPath[] => [
  definePath({
    pattern: /^(?:entity-)?alias$/,
    fields: FIELDS,
    operations: { update: ({ fields }) => write(core, fields) },
  }),
  definePath({
    pattern: /^(?:entity-)?alias\/id\/?$/,
    fields: {},
    operations: { list: () => list(core) },
  }),
  definePath({
    pattern: /^(?:entity-)?alias\/id\/(?<id>\w(?:[\w.-]*\w)?)$/,
    fields: FIELDS,
    operations: {
      read: ({ fields }) => {
        const id = fields.get('id') ?? '';
        const entity = core.entities.ofAlias(id);
        const alias = entity?.aliases.find((candidate) => candidate.id === id);
        if (entity === undefined || alias === undefined) return undefined;
        return { data: { ...aliasView(core, entity, alias), namespace_id: 'root' } };
      },
      update: ({ fields }) => write(core, fields),
      delete: ({ fields }) => {
        const id = fields.get('id') ?? '';
        const entity = core.entities.ofAlias(id);
        if (entity === undefined) return undefined;
        core.entities.put({ ...entity, aliases: entity.aliases.filter((alias) => alias.id !== id) });
        return undefined;
      },
    },
  }),
];
