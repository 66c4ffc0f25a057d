import { type PlaceText, type Setting, StrongroomError } from '@strongroom/core';
import { type KvVersion, markerPath } from '@strongroom/vault';
import { placeIn } from '../mapping/mapping-place.js';
import { locate, type PlacementOptions, readPlacement } from '../placement.js';

export interface PolicyOptions extends PlacementOptions {
  /** @default 2 */
  readonly kvVersion?: KvVersion;
  /**
   * `run`: what an application reads. `migrate`: what planning, applying and rolling back a migration need, to be taken
   * away again afterwards. @default 'run'
   */
  readonly purpose?: 'run' | 'migrate';
  /** Whether the application goes by the version marker, which whoever migrates bumps then. @default false */
  readonly marker?: boolean;
  /** Places outside of the definition, such as those of entries that a plan included: `group/key`. @default none */
  readonly places?: readonly PlaceText[];
}

/** What may be done at one path. */
export interface Grant {
  /** As policies have it, with the mount. */
  readonly path: string;
  readonly capabilities: readonly string[];
}

/** The least that is needed, path by path. */
export function grantsFor(owner: string, options: PolicyOptions): readonly Grant[] {
  const { definition, purpose = 'run', kvVersion = 2, marker = false, places = [] } = options;
  const placement = readPlacement(owner, options);
  const settings = Object.values<Setting>(definition.settings);
  const all = [
    ...settings.flatMap(({ place }) => (place === undefined ? [] : [place])),
    ...places.map((text) => placeIn(text) ?? noPlace(text)),
  ];
  const paths = new Set(all.map((place) => locate(placement, place).path));
  const grants = [...paths].flatMap((path) => pathGrants(placement.mount, path, kvVersion, purpose));
  // There is no marker in version 1.
  if (marker && kvVersion === 2)
    grants.push(dataGrant(`${placement.mount}/data/${markerPath(placement)}`, purpose));
  if (purpose === 'run') grants.push(...leaseGrants(settings, placement));
  for (const { path } of grants) checkLiteral(path);
  return grants;
}

function pathGrants(
  mount: string,
  path: string,
  kvVersion: KvVersion,
  purpose: 'run' | 'migrate',
): readonly Grant[] {
  if (kvVersion === 1) return [dataGrant(`${mount}/${path}`, purpose)];
  const data = dataGrant(`${mount}/data/${path}`, purpose);
  return purpose === 'run'
    ? // A refresh asks there whether something has changed, and needs not read the data then.
      [data, { path: `${mount}/metadata/${path}`, capabilities: ['read'] }]
    : // Rolling back deletes the versions of what had not been there.
      [data, { path: `${mount}/delete/${path}`, capabilities: ['update'] }];
}

const dataGrant = (path: string, purpose: 'run' | 'migrate'): Grant => ({
  path,
  capabilities: purpose === 'run' ? ['read'] : ['create', 'read', 'update'],
});

function leaseGrants(
  settings: readonly Setting[],
  { application, environment }: { readonly application: string; readonly environment: string },
): readonly Grant[] {
  const grants = new Map<string, Grant>();
  for (const { lease } of settings) {
    if (lease === undefined) continue;
    const path = lease.path.replaceAll('{application}', application).replaceAll('{environment}', environment);
    const capability = lease.parameters === undefined ? 'read' : 'update';
    const before = grants.get(path)?.capabilities ?? [];
    grants.set(path, { path, capabilities: [...new Set([...before, capability])].sort() });
  }
  return [...grants.values()];
}

/** A policy knows no way to write a star or a plus that is only that. */
function checkLiteral(path: string): void {
  const pattern =
    path.endsWith('*') || path.split('/').includes('+') || path.includes('{{') || path.includes('${');
  if (!pattern) return;
  throw new StrongroomError(
    'DEFINITION_INVALID',
    `A policy would take the path ${JSON.stringify(path)} for a pattern and grant more than it: name the group or key otherwise`,
  );
}

function noPlace(text: string): never {
  throw new StrongroomError(
    'DEFINITION_INVALID',
    `The place ${JSON.stringify(text)} is not of the form group/key`,
  );
}
