/**
 * One text for equal JSON values, whatever the order of their keys.
 *
 * @returns undefined for what Vault would not give back as it is: a date, NaN, half a character, a cycle
 */
export function canonicalText(value: unknown): string | undefined {
  return textOf(value, []);
}

/** Whether two values are the same in JSON. */
export function sameValue(one: unknown, other: unknown): boolean {
  if (typeof one === 'string' || typeof other === 'string') return one === other;
  const text = canonicalText(one);
  return text !== undefined && text === canonicalText(other);
}

function textOf(value: unknown, around: readonly object[]): string | undefined {
  switch (typeof value) {
    case 'string':
      return /\p{Surrogate}/u.test(value) ? undefined : JSON.stringify(value);
    case 'number':
      return Number.isFinite(value) ? JSON.stringify(value) : undefined;
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? 'null' : containerText(value, around);
    default:
      return undefined;
  }
}

function containerText(value: object, around: readonly object[]): string | undefined {
  if (around.includes(value)) return undefined;
  const within = [...around, value];
  if (Array.isArray(value)) {
    const parts = Array.from(value, (part) => textOf(part, within));
    return parts.includes(undefined) ? undefined : `[${parts.join()}]`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const pairs: string[] = [];
  for (const [key, part] of Object.entries(value)) {
    const [name, text] = [textOf(key, within), textOf(part, within)];
    if (name === undefined || text === undefined) return undefined;
    pairs.push(`${name}:${text}`);
  }
  return `{${pairs.sort().join()}}`;
}
