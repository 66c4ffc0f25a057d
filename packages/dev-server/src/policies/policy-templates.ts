import type { Entity } from '../identity/entity.js';
import type { Group } from '../identity/group.js';

const TEMPLATE = /\{\{\s*([^{}]+?)\s*\}\}/g;

/** What a template says of a group; only of one that the entity is in. */
function groupValue(name: string, groups: readonly Group[]): string | undefined {
  const [, by, key, field = ''] = /^identity\.groups\.(ids|names)\.([^.]+)\.(.+)$/.exec(name) ?? [];
  const group = groups.find((candidate) => (by === 'ids' ? candidate.id : candidate.name) === key);
  if (field === 'id') return group?.id;
  if (field === 'name') return group?.name;
  return field.startsWith('metadata.') ? group?.metadata?.get(field.slice('metadata.'.length)) : undefined;
}

function templateValue(
  name: string,
  entity: Entity | undefined,
  groups: readonly Group[],
): string | undefined {
  if (entity === undefined) return undefined;
  if (name.startsWith('identity.groups.')) return groupValue(name, groups);
  if (name === 'identity.entity.id') return entity.id;
  if (name === 'identity.entity.name') return entity.name;
  const metadata = /^identity\.entity\.metadata\.(.+)$/.exec(name)?.[1];
  if (metadata !== undefined) return entity.metadata.get(metadata);
  const [, accessor, field] = /^identity\.entity\.aliases\.([^.]+)\.(.+)$/.exec(name) ?? [];
  const alias = entity.aliases.find((candidate) => candidate.mountAccessor === accessor);
  if (alias === undefined || field === undefined) return undefined;
  if (field === 'id') return alias.id;
  if (field === 'name') return alias.name;
  return alias.metadata.get(field.replace(/^metadata\./, ''));
}

/**
 * Fills the templates of a path with what is known of the entity of a token, and of the groups it is in.
 *
 * @returns undefined where something is not known: such a rule does not apply
 */
export function fillTemplates(
  path: string,
  entity: Entity | undefined,
  groups: readonly Group[],
): string | undefined {
  let complete = true;
  const filled = path.replace(TEMPLATE, (_whole, name: string) => {
    const value = templateValue(name, entity, groups);
    if (value === undefined || value === '') complete = false;
    return value ?? '';
  });
  return complete ? filled : undefined;
}
