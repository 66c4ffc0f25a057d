import { checkDefinition, type Definition, type Place, StrongroomError } from '@strongroom/core';
import { placementDefaults } from '@strongroom/vault';
import type { Target } from './target.js';

/** Where the settings of an application lie, or will. */
export interface PlacementOptions {
  readonly definition: Definition;
  /** One of the definition's environments. */
  readonly environment: string;
  /** The KV mount. @default 'secret' */
  readonly mount?: string;
  /** One secret a group, or one a setting with the key `value`. @default 'group' */
  readonly layout?: Target['layout'];
}

/** Where settings lie below a mount. */
export type Placement = Pick<Target, 'mount' | 'layout' | 'application' | 'environment'>;

/** @throws StrongroomError `DEFINITION_INVALID` for an environment or a layout that there is not */
export function readPlacement(owner: string, options: PlacementOptions): Placement {
  const {
    definition,
    environment,
    mount = placementDefaults.mount,
    layout = placementDefaults.layout,
  } = options;
  checkDefinition(owner, definition);
  if (!definition.environments.includes(environment)) {
    throw new StrongroomError(
      'DEFINITION_INVALID',
      `${owner} is told an environment that the definition does not name; it has ${definition.environments.join(', ')}`,
    );
  }
  if (layout !== 'group' && layout !== 'leaf') {
    throw new StrongroomError(
      'DEFINITION_INVALID',
      `The option layout of ${owner} is neither group nor leaf`,
    );
  }
  return { mount: mount.replace(/^\/+|\/+$/g, ''), layout, application: definition.application, environment };
}

/** A place as Vault knows it: the path below the mount, and the key of the secret there. */
export function locate(
  { application, environment, layout }: Placement,
  { group, key }: Place,
): { readonly path: string; readonly key: string } {
  const path = `${application}/${environment}/${group}`;
  return layout === 'group' ? { path, key } : { path: `${path}/${key}`, key: 'value' };
}
