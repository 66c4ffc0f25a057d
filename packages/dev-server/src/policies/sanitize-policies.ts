import { sortedByBytes } from '../go/compare-bytes.js';

/** Names of policies as a token has them: lower case, sorted, each once; `root` stands alone. */
export function sanitizePolicies(names: readonly string[], addDefault: boolean): string[] {
  const clean = names.map((name) => name.trim().toLowerCase()).filter((name) => name !== '');
  if (clean.includes('root')) return ['root'];
  return sortedByBytes(new Set(addDefault ? [...clean, 'default'] : clean));
}
