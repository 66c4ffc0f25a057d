/**
 * What a stranger's code threw, in words: only its class, and its code if that is one of the system's, for a message
 * and a cause may quote a value.
 */
export function threw(thrown: unknown): string {
  const kind: string =
    thrown instanceof Error ? (Object.getPrototypeOf(thrown)?.constructor?.name ?? 'value') : typeof thrown;
  return `threw ${/^[AEIOU]/i.test(kind) ? 'an' : 'a'} ${kind}${systemCodeOf(thrown)}`;
}

function systemCodeOf(thrown: unknown): string {
  const { code } = Object(thrown) as { readonly code?: unknown };
  const { errno } = process.getBuiltinModule('node:os').constants;
  return typeof code === 'string' && Object.hasOwn(errno, code) ? ` (${code})` : '';
}
