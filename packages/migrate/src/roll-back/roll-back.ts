import { checkOptions } from '@strongroom/core';
import type { Vault } from '@strongroom/vault';
import { inParallel } from '../in-parallel.js';
import { Journal } from '../journal/journal.js';
import { historyOf } from '../journal/journal-history.js';
import { readJournal } from '../journal/journal-reader.js';
import type { ParallelOptions } from '../progress.js';
import type { Target } from '../target.js';
import { type RolledBackPath, rollBackPath } from './roll-back-path.js';

export interface RollBackOptions extends ParallelOptions {
  readonly vault: Vault;
}

/** What has become of the paths of a journal. */
export interface RollBack {
  /** Undefined for a journal in which nothing was begun. */
  readonly target: Target | undefined;
  readonly paths: readonly RolledBackPath[];
}

/**
 * Returns each path that a journal has to what it was before. One that somebody has changed since is left, and so is
 * what KV version 1 cannot give back. Killed or failed at any moment, rolling back again does the rest.
 *
 * @param file the journal; what is rolled back is noted in it
 * @throws SourceError when the file cannot be read, or is no journal
 * @throws StrongroomError `FILE_UNWRITABLE` for a journal that cannot be appended to
 * @throws VaultError when Vault could not answer, or denied it; nothing more is begun then
 */
export async function rollBack(file: string, options: RollBackOptions): Promise<RollBack> {
  checkOptions('rollBack()', options, { vault: true, parallel: true, onProgress: true, signal: true });
  const { vault, signal } = options;
  const records = await readJournal(file);
  const [first] = records;
  if (first?.type !== 'run') return { target: undefined, paths: [] };
  const { target } = first;
  const kv = vault.kv(target.mount, { version: target.kvVersion });
  // What a killed run left open can only be judged where it ran.
  const sameVault = target.address === vault.address && target.namespace === vault.namespace;
  const history = [...historyOf(records)]
    .filter(([, writes]) => writes.length > 0)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const paths = new Map<string, RolledBackPath>();
  const context = { kv, kvVersion: target.kvVersion, signal, sameVault };
  const journal = await Journal.open(file, target);
  try {
    await inParallel(history, 'roll-back', options, async ([path, writes]) => {
      const { after, ...rolledBack } = await rollBackPath(path, writes, context);
      if (after !== undefined) journal.note({ type: 'restored', path, after });
      paths.set(path, rolledBack);
      return path;
    });
  } finally {
    await journal.close();
  }
  return { target, paths: history.flatMap(([path]) => paths.get(path) ?? []) };
}
