import { checkOptions, type Setting } from '@strongroom/core';
import type { KvVersion, Vault } from '@strongroom/vault';
import { type GroupState, readGroup } from '../group-state.js';
import { inParallel } from '../in-parallel.js';
import { locate, type PlacementOptions, readPlacement } from '../placement.js';
import type { ParallelOptions } from '../progress.js';
import type { Reading } from './reading.js';
import { ReadingDraft } from './reading-draft.js';

export interface ReadSettingsOptions extends PlacementOptions, ParallelOptions {
  readonly vault: Vault;
  /** What the mount is taken for where Vault does not tell. @default 2 */
  readonly kvVersion?: KvVersion;
}

/**
 * Reads what Vault holds of an application's settings in one environment: one request for each path, and no listing.
 * An entry is named by its setting; another key of the same secret by its place, `group/key`.
 *
 * @throws StrongroomError `DEFINITION_INVALID` for an environment or an option that there cannot be
 * @throws VaultError when Vault could not answer, or denied it
 */
export async function readSettings(options: ReadSettingsOptions): Promise<Reading> {
  checkOptions('readSettings()', options, {
    definition: true,
    environment: true,
    mount: true,
    layout: true,
    kvVersion: true,
    vault: true,
    parallel: true,
    onProgress: true,
    signal: true,
  });
  const { definition, vault, kvVersion = 2, signal } = options;
  const placement = readPlacement('readSettings()', options);
  const kv = vault.kv(placement.mount, { version: kvVersion });
  const names = new Map<string, Map<string, string>>();
  const groups = new Map<string, string>();
  for (const { name, place } of Object.values<Setting>(definition.settings)) {
    if (place === undefined) continue;
    const { path, key } = locate(placement, place);
    groups.set(path, place.group);
    names.set(path, (names.get(path) ?? new Map()).set(key, name));
  }
  const states = new Map<string, GroupState>();
  await inParallel([...names.keys()], 'plan', options, async (path) => {
    states.set(path, await readGroup(kv, path, { signal }));
    return path;
  });
  const draft = new ReadingDraft();
  for (const [path, keys] of names) {
    const origin = { reader: 'vault', place: `${placement.mount}/${path}` };
    for (const [key, value] of Object.entries(states.get(path)?.data ?? {})) {
      const name = keys.get(key) ?? `${groups.get(path)}/${key}`;
      if (value === null) draft.warn('not-read', origin, `${name} has no value (null).`, name);
      else draft.add(name, value, origin);
    }
  }
  return draft.finish();
}
