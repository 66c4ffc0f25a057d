import type { VaultCore } from '../core/vault-core.js';
import { refusal } from '../logical/logical-fault.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import type { Entity } from './entity.js';

function merged(core: VaultCore, target: Entity, ids: readonly string[]): Entity {
  let into = target;
  for (const id of ids) {
    if (id === target.id) throw refusal('to_entity_id should not be present in from_entity_ids');
    const from = core.entities.get(id);
    if (from === undefined) throw refusal('entity id to merge from is invalid');
    const aliases = from.aliases.map((alias) => ({
      ...alias,
      mergedFrom: [...(alias.mergedFrom ?? []), id],
    }));
    into = {
      ...into,
      aliases: [...into.aliases, ...aliases],
      mergedIds: [...(into.mergedIds ?? []), ...(from.mergedIds ?? []), id],
    };
  }
  return into;
}

/** `entity/merge`: several entities become one, which takes their aliases but not their policies. */
export const mergePath = (core: VaultCore): BackendPath =>
  definePath({
    pattern: /^entity\/merge\/?$/,
    fields: { from_entity_ids: 'commaStrings', to_entity_id: 'string', force: 'bool' },
    operations: {
      update: ({ fields }) => {
        const targetId = fields.get('to_entity_id') ?? '';
        if (targetId === '') throw refusal('missing entity id to merge to');
        const ids = fields.get('from_entity_ids') ?? [];
        if (ids.length === 0) throw refusal('missing entity ids to merge from');
        const target = core.entities.get(targetId);
        if (target === undefined) throw refusal('entity id to merge to is invalid');
        core.entities.replace(merged(core, target, [...new Set(ids)]), ids);
        return undefined;
      },
    },
  });
