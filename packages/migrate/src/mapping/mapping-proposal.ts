import type { Definition, Place } from '@strongroom/core';
import { wordsOf } from './mapping-name.js';
import { isReserved, placeIn } from './mapping-place.js';

/** Where an entry outside of the definition could go, and why there. */
export interface Proposal {
  readonly place: Place;
  readonly why: string;
}

interface PlacedName {
  readonly name: string;
  readonly words: readonly string[];
  readonly place: Place;
}

/** Proposes places for entries that the definition does not have. */
export class Proposals {
  readonly #settings: readonly PlacedName[];
  readonly #taken: ReadonlySet<string>;

  constructor({ settings }: Definition) {
    this.#settings = Object.values(settings).flatMap(({ name, place }) =>
      place === undefined ? [] : [{ name, words: wordsOf(name), place }],
    );
    this.#taken = new Set(this.#settings.map(({ place }) => textOf(place)));
  }

  /**
   * The place that fits a name: what it says itself (`group/key`), the group of the setting whose name begins alike,
   * or its first word.
   *
   * @returns undefined for a name without a letter or a digit, and for the version marker
   */
  placeFor(name: string): Proposal | undefined {
    const place = placeIn(name);
    if (place === undefined) return this.#besideSetting(wordsOf(name)) ?? byFirstWord(wordsOf(name));
    return isReserved(place) ? undefined : { place, why: `the group ${place.group} is in its name` };
  }

  #besideSetting(words: readonly string[]): Proposal | undefined {
    let most = 0;
    let nearest: PlacedName | undefined;
    for (const setting of this.#settings) {
      const shared = sharedWords(setting.words, words);
      if (shared <= most) continue;
      most = shared;
      nearest = setting;
    }
    if (nearest === undefined) return undefined;
    const place = { group: nearest.place.group, key: words.slice(most).join('_') };
    if (this.#taken.has(textOf(place))) return undefined;
    return { place, why: `the group ${place.group} is that of ${nearest.name}` };
  }
}

function byFirstWord([first, ...rest]: readonly string[]): Proposal | undefined {
  if (first === undefined) return undefined;
  if (rest.length === 0) {
    return { place: { group: 'general', key: first }, why: 'the group general is for what has none' };
  }
  return {
    place: { group: first, key: rest.join('_') },
    why: `the group ${first} is the first word of its name`,
  };
}

/** How many words two names begin with alike; the last of the second is left for the key. */
function sharedWords(setting: readonly string[], entry: readonly string[]): number {
  let shared = 0;
  while (shared < entry.length - 1 && setting[shared] === entry[shared]) shared += 1;
  return shared;
}

const textOf = ({ group, key }: Place): string => `${group}/${key}`;
