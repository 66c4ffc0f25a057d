import type { Breather } from '@strongroom/core';

/**
 * Does something with each of many, so many at a time, and lets others have the event loop now and then.
 *
 * @param work returns nothing where there is nothing to wait for
 * @throws what the first that fails throws, at once
 */
export async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  breather: Breather,
  work: (item: T) => Promise<void> | undefined,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  let over = false;
  const worker = async () => {
    for (let next = rest.next(); next.done !== true && !over; next = rest.next()) {
      if (breather.due) await breather.pause();
      const working = work(next.value);
      if (working !== undefined) await working;
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  } finally {
    over = true;
  }
}
