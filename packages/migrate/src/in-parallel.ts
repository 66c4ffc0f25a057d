import { StrongroomError } from '@strongroom/core';
import type { ParallelOptions, Progress } from './progress.js';

/** Twice as many as a Vault client has sockets: they are busy while the journal goes to the disk. */
const defaultParallel = 32;

/**
 * Does something with each path, so many at a time. After a failure nothing more is begun, and what is under way comes
 * to its end, so that the journal knows of it.
 *
 * @throws what the first that fails throws; the signal's reason when it is aborted
 */
export async function inParallel<T>(
  items: readonly T[],
  phase: Progress['phase'],
  { parallel = defaultParallel, onProgress, signal }: ParallelOptions,
  work: (item: T) => Promise<string>,
): Promise<void> {
  if (!Number.isSafeInteger(parallel) || parallel < 1) {
    throw new StrongroomError('DEFINITION_INVALID', 'The option parallel is no number of 1 or more');
  }
  const rest = items[Symbol.iterator]();
  const failures: unknown[] = [];
  let done = 0;
  const worker = async () => {
    for (let next = rest.next(); next.done !== true; next = rest.next()) {
      try {
        signal?.throwIfAborted();
        if (failures.length > 0) return;
        const path = await work(next.value);
        done += 1;
        onProgress?.({ phase, done, total: items.length, path });
      } catch (failure) {
        failures.push(failure);
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, worker));
  // What was called off fails in words of its own.
  signal?.throwIfAborted();
  if (failures.length > 0) throw failures[0];
}
