import type { ChildProcess } from 'node:child_process';
import type { Cluster, Worker as ClusterWorker } from 'node:cluster';
import type { Worker } from 'node:worker_threads';
import { checkOptions, chosenNames, type Declarations, type Resolver } from '@strongroom/core';
import { Sharing } from './sharing.js';
import { sharingsOf } from './sharings.js';

/** Who can be handed settings: a thread, a process that has a channel, or all workers of a cluster. */
export type ShareTarget = Worker | ChildProcess | ClusterWorker | Cluster;

export interface ShareOptions<N extends string = string> {
  /** The settings that may be handed over, by name. @default all */
  readonly only?: readonly N[];
}

/**
 * Hands settings to other threads or processes, which ask for them with `receiveSettings`: what holds now, and every
 * change. Each gets no more than it asks for and `only` allows. A worker that is started later, or anew, is handed
 * what holds then. Ends when the resolver is closed.
 *
 * @param target a thread, a child process, one worker of a cluster, or the module `node:cluster` for all of them
 * @returns a function that ends it before
 * @throws StrongroomError `DEFINITION_INVALID` for an option that there is not, or a name that is no setting's
 * @example
 * shareSettings(settings, new Worker('./worker.js'), { only: ['DATABASE_URL'] });
 */
export function shareSettings<T extends Declarations>(
  settings: Resolver<T>,
  target: ShareTarget,
  options: ShareOptions<keyof T & string> = {},
): () => void {
  checkOptions('shareSettings()', options, { only: true });
  const allowed = chosenNames('shareSettings()', settings.definition.settings, options.only);
  const sharings = sharingsOf(settings);
  const shareWith = (one: Worker | ChildProcess) => {
    const sharing = new Sharing(settings, allowed, one, () => sharings.delete(sharing));
    sharings.add(sharing);
    return sharing.end;
  };
  if (!isCluster(target)) return shareWith('process' in target ? target.process : target);

  const forked = (worker: ClusterWorker) => {
    const endOne = shareWith(worker.process);
    ends.add(endOne);
    worker.once('exit', () => ends.delete(endOne));
  };
  const ends = new Set<() => void>();
  for (const worker of Object.values(target.workers ?? {})) if (worker !== undefined) forked(worker);
  target.on('fork', forked);
  const end = () => {
    target.off('fork', forked);
    settings.events.off('closed', end);
    for (const endOne of ends) endOne();
  };
  settings.events.on('closed', end);
  return end;
}

const isCluster = (target: ShareTarget): target is Cluster => 'setupPrimary' in target;
