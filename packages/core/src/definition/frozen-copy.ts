/**
 * Copies data all the way down and freezes the copy, so that a snapshot can be changed neither through itself
 * nor through an object that the application or a source still holds. A Date, which cannot be frozen, is copied;
 * anything else that is no plain data (a Map, an instance of a class) is handed on as it is.
 */
export function frozenCopy(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy));
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return new Date(value);
  const proto: unknown = Object.getPrototypeOf(value);
  if (proto !== Object.prototype && proto !== null) return value;
  // fromEntries keeps a key such as __proto__ as data.
  return Object.freeze(
    Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, frozenCopy(inner)])),
  );
}
