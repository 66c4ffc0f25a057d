import type { Problem } from '@strongroom/core';
import { problem } from '../configuration-problem.js';

/**
 * A namespace without slashes at its ends. `root` is a name that no namespace has, and stands for where all begin:
 * without a name. Vault takes it for that; older versions of OpenBao know no such namespace.
 */
export function namespaceOf(text: string): string {
  const namespace = text.replace(/^\/+|\/+$/g, '');
  return namespace === 'root' ? '' : namespace;
}

/** Whether a text holds what no namespace has. */
export const isNoNamespace = (text: string): boolean => /[^\x21-\x7e]/.test(text);

export const noNamespace = (name: string): Problem =>
  problem(name, 'holds a space or a character that no namespace has');

/** The header of requests to another namespace than that of the client. */
export const namespaceHeader = (text: string): Readonly<Record<string, string>> => ({
  'x-vault-namespace': namespaceOf(text),
});
