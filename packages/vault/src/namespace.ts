/** A namespace without slashes at its ends. */
export const namespaceOf = (text: string): string => text.replace(/^\/+|\/+$/g, '');

/** Whether a text holds what no namespace has. */
export const isNoNamespace = (text: string): boolean => /[^\x21-\x7e]/.test(text);

/**
 * The header of requests to another namespace than that of the client. `root` is a name that no namespace has, and
 * stands for where all begin: without a name.
 */
export function namespaceHeader(text: string): Readonly<Record<string, string>> {
  const namespace = namespaceOf(text);
  return { 'x-vault-namespace': namespace === 'root' ? '' : namespace };
}
