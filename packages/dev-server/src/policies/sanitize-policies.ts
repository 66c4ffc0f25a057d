import { sortedByBytes } from '../go/compare-bytes.js';

/** Names of policies as a token has them: lower case, sorted, each once; `root` stands alone. */
export function sanitizePolicies(names: readonly string[], addDefault: boolean): string[] {
  const clean = names.map((name) => name.trim().toLowerCase()).filter((name) => name !== '');
  if (clean.includes('root')) return ['root'];
  return sortedByBytes(new Set(addDefault ? [...clean, 'default'] : clean));
}

/** Whether two lists name the same policies; `default` and the order do not count. */
export function samePolicies(one: readonly string[], other: readonly string[]): boolean {
  const names = (list: readonly string[]): string =>
    sanitizePolicies(list, false)
      .filter((name) => name !== 'default')
      .join();
  return names(one) === names(other);
}

/** Names sorted, each once. */
export const withoutRepeats = (names: readonly string[]): string[] =>
  sortedByBytes(new Set(names.map((name) => name.trim()).filter((name) => name !== '')));
