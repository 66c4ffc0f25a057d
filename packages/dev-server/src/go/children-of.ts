import { sortedByBytes } from './compare-bytes.js';

/** The names right below a folder of slash-separated keys, sorted; folders end in a slash. */
export function childrenOf(keys: Iterable<string>, folder: string): string[] {
  const names = new Set<string>();
  for (const key of keys) {
    if (!key.startsWith(folder)) continue;
    const rest = key.slice(folder.length);
    const slash = rest.indexOf('/');
    names.add(slash === -1 ? rest : rest.slice(0, slash + 1));
  }
  return sortedByBytes(names);
}
