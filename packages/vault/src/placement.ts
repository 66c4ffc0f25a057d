import type { Setting } from '@strongroom/core';
import type { KvVersion } from './kv/kv-version.js';

/** Where settings lie in a KV mount. */
export interface KvPlacement {
  /** The KV mount. @default 'secret' */
  readonly mount?: string;
  /**
   * `group`: one secret a group, with the settings as its keys. `leaf`: one secret a setting, with the key
   * `value`. @default 'group'
   */
  readonly layout?: 'group' | 'leaf';
  /**
   * What the mount is taken for until Vault has told its version, and where Vault does not tell it. With 1, a
   * mount of version 1 costs no question. @default 2
   */
  readonly kvVersion?: KvVersion;
}

/** What holds where an option of {@link KvPlacement} is not given. */
export const placementDefaults: Required<KvPlacement> = Object.freeze({
  mount: 'secret',
  layout: 'group',
  kvVersion: 2,
});

/** Settings that lie in one secret, and the key of each. */
export interface PlacedSecret {
  /** Below the mount: `<application>/<environment>/<group>`, with the layout `leaf` `/<key>` too. */
  readonly path: string;
  readonly settings: readonly { readonly name: string; readonly key: string }[];
}

/** The secrets in which these settings lie, each once. Settings without a place are left out. */
export function placeSettings(
  settings: readonly Setting[],
  application: string,
  environment: string,
  layout: 'group' | 'leaf',
): readonly PlacedSecret[] {
  const secrets = new Map<string, { name: string; key: string }[]>();
  for (const { name, place } of settings) {
    if (place === undefined) continue;
    const group = `${application}/${environment}/${place.group}`;
    const [path, key] = layout === 'group' ? [group, place.key] : [`${group}/${place.key}`, 'value'];
    const inside = secrets.get(path);
    if (inside === undefined) secrets.set(path, [{ name, key }]);
    else inside.push({ name, key });
  }
  return Array.from(secrets, ([path, inside]) => ({ path, settings: inside }));
}
