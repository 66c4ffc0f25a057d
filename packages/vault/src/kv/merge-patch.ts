type Json = Readonly<Record<string, unknown>>;

/** Applies a JSON merge patch (RFC 7396) to an object: null removes a key, an object goes deeper. */
export function mergePatch(target: Json, patch: Json): Json {
  // Without a prototype `__proto__` is a key like any other.
  const result = Object.assign(Object.create(null) as Record<string, unknown>, target);
  for (const [key, change] of Object.entries(patch)) {
    if (change === undefined) continue;
    if (change === null) delete result[key];
    else if (!isObject(change)) result[key] = change;
    else result[key] = mergePatch(isObject(result[key]) ? result[key] : {}, change);
  }
  return result;
}

/** What a patch leaves of an object as it was, with the keys that it changes left out. */
export function keptBy(target: Json, patch: Json): Json {
  const kept = Object.entries(target).flatMap(([key, value]): [string, unknown][] => {
    const change = Object.hasOwn(patch, key) ? patch[key] : undefined;
    if (change === undefined) return [[key, value]];
    return isObject(change) && isObject(value) ? [[key, keptBy(value, change)]] : [];
  });
  return Object.fromEntries(kept);
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
