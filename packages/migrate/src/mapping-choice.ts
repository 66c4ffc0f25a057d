import type { Entry } from './entry.js';
import { sameValue } from './json-value.js';
import type { Mapping } from './mapping.js';
import type { Reason } from './plan.js';

/** How close an entry is to the place that it goes to; the closest wins. */
const closeness: Partial<Record<Reason, number>> = { mapped: 3, setting: 2, 'near-name': 1, included: 0 };

/**
 * Leaves one value for each place: of entries of one name the last, as with dotenv; of entries of several names the
 * closest to the setting. Entries with the same value go together, and where nothing tells which value is meant, none
 * goes.
 */
export function oneForEachPlace(mappings: readonly Mapping[]): readonly Mapping[] {
  const rivals = new Map<string, Mapping[]>();
  for (const mapping of mappings) {
    if (!mapping.moves) continue;
    const place = placeText(mapping.place);
    const others = rivals.get(place);
    if (others === undefined) rivals.set(place, [mapping]);
    else others.push(mapping);
  }
  const winners = new Map([...rivals].map(([place, some]) => [place, winnerOf(some)]));
  return mappings.map((mapping) => {
    if (!mapping.moves) return mapping;
    const winner = winners.get(placeText(mapping.place));
    if (winner === undefined) {
      const explanation = 'is one of several for one place, with different values: map the one that is meant';
      return { ...mapping, moves: false, reason: 'ambiguous', explanation };
    }
    if (agree(mapping.entry, winner)) return mapping;
    const { name, origin } = winner;
    const line = origin.line === undefined ? '' : `, line ${origin.line}`;
    const explanation = `is overridden by ${name} (${origin.place}${line})`;
    return { ...mapping, moves: false, reason: 'overridden', explanation };
  });
}

/** The entry whose value counts; undefined where several have the same right to it. */
function winnerOf(rivals: readonly Mapping[]): Entry | undefined {
  const most = Math.max(...rivals.map(closenessOf));
  const lastOfName = new Map<string, Entry>();
  for (const rival of rivals) if (closenessOf(rival) === most) lastOfName.set(rival.entry.name, rival.entry);
  const [winner, ...others] = lastOfName.values();
  return winner !== undefined && others.every((other) => agree(other, winner)) ? winner : undefined;
}

const closenessOf = ({ reason }: Mapping): number => closeness[reason] ?? 0;

const agree = (one: Entry, other: Entry): boolean => sameValue(one.reveal(), other.reveal());

/** A key has no slash. */
const placeText = (place: Mapping['place']): string => `${place?.group}/${place?.key}`;
