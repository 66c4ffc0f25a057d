import type { Breather, Problem, Setting } from '@strongroom/core';
import { notBoolean, notConfigured, problem } from '../configuration-problem.js';
import { type KvVersion, noKvVersion } from '../kv/kv-version.js';

/** Where settings lie in a KV mount, and how a source finds out that they have changed. */
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
  /**
   * What a refresh asks for of a secret of KV version 2 that was read before. `metadata`: no more than whether it has
   * changed, as far as the policy allows it; `data`: the secret itself. @default 'metadata'
   */
  readonly refreshBy?: 'metadata' | 'data';
  /**
   * Whether a refresh first asks for the version marker of the application's environment, and for nothing else while
   * that has not changed: one read, however many secrets there are. Whoever writes secrets bumps it afterwards, with
   * `bumpMarker`. Where there is none, nothing is different. @default false
   */
  readonly marker?: boolean;
  /**
   * After how long all secrets are looked at although the marker has not changed, in milliseconds, since people
   * forget to bump it; up to a fifth of it less, so that not all instances do it at once. @default 15 minutes
   */
  readonly fullLookEveryMs?: number;
}

/** What holds where an option of {@link KvPlacement} is not given. */
export const placementDefaults: Required<KvPlacement> = Object.freeze({
  mount: 'secret',
  layout: 'group',
  kvVersion: 2,
  refreshBy: 'metadata',
  marker: false,
  fullLookEveryMs: 15 * 60_000,
});

/**
 * Fills the given options up with the defaults.
 *
 * @throws ConfigurationError for what cannot be gone by
 */
export function placementOf(given: KvPlacement): Required<KvPlacement> {
  const chosen = Object.entries(given).filter(([, value]) => value !== undefined);
  const placement: Required<KvPlacement> = { ...placementDefaults, ...Object.fromEntries(chosen) };
  const { layout, kvVersion, refreshBy, marker, fullLookEveryMs } = placement;
  const problems: Problem[] = [...notBoolean('marker', marker)];
  if (layout !== 'group' && layout !== 'leaf') {
    problems.push(problem('layout', 'is neither group nor leaf', 'Leave it out, or give "leaf".'));
  }
  if (kvVersion !== 1 && kvVersion !== 2) problems.push(noKvVersion('kvVersion'));
  if (refreshBy !== 'metadata' && refreshBy !== 'data') {
    problems.push(problem('refreshBy', 'is neither metadata nor data', 'Leave it out, or give "data".'));
  }
  if (!Number.isFinite(fullLookEveryMs) || fullLookEveryMs < 1) {
    const hint = 'Give a number of milliseconds, of at least 1.';
    problems.push(problem('fullLookEveryMs', 'is not a number that can be gone by', hint));
  }
  if (problems.length > 0) throw notConfigured(problems);
  return placement;
}

/** Settings that lie in one secret, and the key of each. */
export interface PlacedSecret {
  /** Below the mount: `<application>/<environment>/<group>`, with the layout `leaf` `/<key>` too. */
  readonly path: string;
  readonly settings: readonly PlacedSetting[];
}

export interface PlacedSetting {
  readonly name: string;
  readonly key: string;
}

/** The secrets in which these settings lie, each once. Settings without a place are left out. */
export async function placeSettings(
  settings: Iterable<Setting>,
  { application, environment }: { readonly application: string; readonly environment: string },
  layout: 'group' | 'leaf',
  breather: Breather,
): Promise<readonly PlacedSecret[]> {
  const secrets = new Map<string, { readonly path: string; readonly settings: PlacedSetting[] }>();
  for (const { name, place } of settings) {
    if (breather.due) await breather.pause();
    if (place === undefined) continue;
    const group = `${application}/${environment}/${place.group}`;
    const [path, key] = layout === 'group' ? [group, place.key] : [`${group}/${place.key}`, 'value'];
    const secret = secrets.get(path);
    if (secret === undefined) secrets.set(path, { path, settings: [{ name, key }] });
    else secret.settings.push({ name, key });
  }
  return [...secrets.values()];
}
