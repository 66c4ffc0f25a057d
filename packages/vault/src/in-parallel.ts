/**
 * Does something with each of many, so many at a time.
 *
 * @throws what the first that fails throws, at once
 */
export async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  let over = false;
  const worker = async () => {
    for (let next = rest.next(); next.done !== true && !over; next = rest.next()) await work(next.value);
  };
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  } finally {
    over = true;
  }
}
