/** A JSON object that a body holds under a name; undefined for anything else, and for what is inherited. */
export function objectAt(holder: unknown, name: string): object | undefined {
  const value = typeof holder === 'object' && holder !== null ? own(holder, name) : undefined;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

/** A property that the JSON had, never an inherited one. */
export const own = (holder: object, name: string): unknown =>
  Object.hasOwn(holder, name) ? (holder as Readonly<Record<string, unknown>>)[name] : undefined;

/** A copy without a prototype: an inherited name is no key in it, and `__proto__` is a key like any other. */
export const dataOf = (object: object): Readonly<Record<string, unknown>> => ({ __proto__: null, ...object });

/** Milliseconds since 1970; undefined for what is no time. */
export function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
