/**
 * Whether a path is among the special ones of a backend: a `*` at the end stands for any rest, `+` for one
 * segment.
 */
export function matchesSpecialPath(special: string, path: string): boolean {
  const prefix = special.endsWith('*');
  const wanted = prefix ? special.slice(0, -1) : special;
  if (!wanted.includes('+')) return prefix ? path.startsWith(wanted) : path === wanted;
  const wantedParts = wanted.split('/');
  const parts = path.split('/');
  if (prefix ? parts.length < wantedParts.length : parts.length !== wantedParts.length) return false;
  return wantedParts.every((part, index) => {
    const actual = parts[index] ?? '';
    if (part === '+') return actual !== '';
    return prefix && index === wantedParts.length - 1 ? actual.startsWith(part) : actual === part;
  });
}
