/**
 * The candidate that was most likely meant by a name: equal but for case and separators, or at most two
 * letters off (one for short names, none for those of one or two letters), a swap of neighbours counting as one.
 */
export function nearMiss(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = normalise(name);
  const allowed = wanted.length < 3 ? 0 : wanted.length < 6 ? 1 : 2;
  let best: string | undefined;
  let bestDistance = allowed + 1;
  for (const candidate of candidates) {
    if (candidate === name) continue;
    const other = normalise(candidate);
    if (Math.abs(other.length - wanted.length) > allowed) continue;
    const apart = distance(wanted, other, allowed);
    if (apart < bestDistance) {
      best = candidate;
      bestDistance = apart;
    }
  }
  return best;
}

const normalise = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/**
 * Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
 *
 * @returns Infinity as soon as it cannot be as little as `allowed`: a start compares every variable that is set
 */
function distance(a: string, b: string, allowed: number): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, at(before, j - 2) + 1);
      row.push(cost);
    }
    if (Math.min(...row) > allowed) return Number.POSITIVE_INFINITY;
    before = last;
    last = row;
  }
  return at(last, b.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;
