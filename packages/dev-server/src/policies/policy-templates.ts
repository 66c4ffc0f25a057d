import type { Entity } from '../identity/entity.js';

const TEMPLATE = /\{\{\s*([^{}]+?)\s*\}\}/g;

function templateValue(name: string, entity: Entity | undefined): string | undefined {
  if (entity === undefined) return undefined;
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
 * Fills the templates of a path with what is known of the entity of a token.
 *
 * @returns undefined where something is not known: such a rule does not apply
 */
export function fillTemplates(path: string, entity: Entity | undefined): string | undefined {
  let complete = true;
  const filled = path.replace(TEMPLATE, (_whole, name: string) => {
    const value = templateValue(name, entity);
    if (value === undefined || value === '') complete = false;
    return value ?? '';
  });
  return complete ? filled : undefined;
}
