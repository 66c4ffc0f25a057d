/** What a stranger's code threw, in words: only its class, for a message and a cause may quote a value. */
export function threw(thrown: unknown): string {
  const kind: string =
    thrown instanceof Error ? (Object.getPrototypeOf(thrown)?.constructor?.name ?? 'value') : typeof thrown;
  return `threw ${/^[AEIOU]/i.test(kind) ? 'an' : 'a'} ${kind}`;
}
