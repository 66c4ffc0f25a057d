import type { Entry } from '../entry.js';
import { sameValue } from '../json-value.js';
import type { Reason } from '../plan/plan.js';
import type { Mapping } from './mapping.js';

/** How close an entry is to the place that it goes to; the closest wins. */
const closeness: Partial<Record<Reason, number>> = { mapped: 3, setting: 2, 'near-name': 1, included: 0 };

/**
 * Leaves one value for each place: of entries of one name the last, as with dotenv; of entries of several names the
 * closest to the setting. Entries with the same value go together, and where nothing tells which value is meant, none
 * goes: neither of several that are hard-coded under one name, for places in code have no order.
 */
export function oneForEachPlace(mappings: readonly Mapping[]): readonly Mapping[] {
  const winners = new Map([...contested(mappings)].map(([place, rivals]) => [place, winnerOf(rivals)]));
  if (winners.size === 0) return mappings;
  return mappings.map((mapping) => {
    const place = placeText(mapping.place);
    if (!mapping.moves || !winners.has(place)) return mapping;
    const winner = winners.get(place);
    if (winner === undefined) {
      const remedy = isHardCoded(mapping.entry)
        ? 'accept those that are not meant with a comment strongroom-ignore'
        : 'map the one that is meant';
      const explanation = `is one of several for one place, with different values: ${remedy}`;
      return { ...mapping, moves: false, reason: 'ambiguous', explanation };
    }
    if (agree(mapping.entry, winner)) return mapping;
    const { name, origin } = winner;
    const line = origin.line === undefined ? '' : `, line ${origin.line}`;
    const explanation = `is overridden by ${name} (${origin.place}${line})`;
    return { ...mapping, moves: false, reason: 'overridden', explanation };
  });
}

/** By place what moves there, where that is more than one. */
function contested(mappings: readonly Mapping[]): ReadonlyMap<string, readonly Mapping[]> {
  const first = new Map<string, Mapping>();
  const rivals = new Map<string, Mapping[]>();
  for (const mapping of mappings) {
    if (!mapping.moves) continue;
    const place = placeText(mapping.place);
    const other = first.get(place);
    if (other === undefined) first.set(place, mapping);
    else rivals.set(place, [...(rivals.get(place) ?? [other]), mapping]);
  }
  return rivals;
}

/** The entry whose value counts; undefined where several have the same right to it. */
function winnerOf(rivals: readonly Mapping[]): Entry | undefined {
  const most = Math.max(...rivals.map(closenessOf));
  const closest = rivals.filter((rival) => closenessOf(rival) === most).map(({ entry }) => entry);
  const lastOfName = new Map(closest.map((entry) => [entry.name, entry]));
  const isUndecided = (last: Entry): boolean =>
    isHardCoded(last) &&
    closest.some((entry) => entry.name === last.name && isHardCoded(entry) && !agree(entry, last));
  const [winner, ...others] = lastOfName.values();
  if (winner !== undefined && isUndecided(winner)) return undefined;
  return winner !== undefined && others.every((other) => agree(other, winner)) ? winner : undefined;
}

const isHardCoded = ({ origin }: Entry): boolean => origin.reader === 'audit';

const closenessOf = ({ reason }: Mapping): number => closeness[reason] ?? 0;

const agree = (one: Entry, other: Entry): boolean => sameValue(one.reveal(), other.reveal());

/** A key has no slash. */
const placeText = (place: Mapping['place']): string => `${place?.group}/${place?.key}`;
