import { type Definition, type Place, type Setting, StrongroomError } from '@strongroom/core';
import type { Entry } from '../entry.js';
import { canonicalText } from '../json-value.js';
import type { Reason, Step } from '../plan/plan.js';
import { oneForEachPlace } from './mapping-choice.js';
import { NearNames } from './mapping-near-names.js';
import { Outsiders } from './mapping-outsiders.js';
import { isReserved, placeIn } from './mapping-place.js';

/** Where one entry goes, by the definition and by what was said about it. */
export interface Mapping {
  readonly entry: Entry;
  readonly reason: Reason;
  readonly explanation: string;
  readonly setting: string | undefined;
  readonly place: Place | undefined;
  /** Whether it goes to Vault at all. */
  readonly moves: boolean;
}

/** What is asked about an entry that is not moved by itself. */
export type Candidate = Pick<Step, 'entry' | 'origin' | 'reason' | 'setting' | 'place'>;

export interface MappingOptions {
  /** By the name of an entry: the setting that it stands for, or its place as `group/key`. */
  readonly map?: Readonly<Record<string, string>>;
  /**
   * Asked for each entry that could be moved and is not by itself: a `proposed` one, one that is `not-secret` and has
   * a place, one that is `outside`. True moves it. @default none is
   */
  readonly include?: (candidate: Candidate) => boolean;
}

/**
 * Says of every entry where it goes.
 *
 * @throws StrongroomError `DEFINITION_INVALID` for a `map` that names a setting or a place that there cannot be
 */
export function mapEntries(
  definition: Definition,
  entries: readonly Entry[],
  { map = {}, include = () => false }: MappingOptions,
): readonly Mapping[] {
  const names = new NearNames(definition);
  const told = readMap(map, names);
  const settingOf = ({ name }: Entry) =>
    told.get(name)?.setting ?? (names.exact(name) ?? names.atPlace(name) ?? names.near(name))?.name;
  let outsiders: Outsiders | undefined;
  const mappings = entries.map((entry): Mapping => {
    const target = told.get(entry.name);
    if (target !== undefined) return storable({ entry, reason: 'mapped', moves: true, ...target });
    const setting = names.exact(entry.name);
    if (setting !== undefined) {
      const mapping = forSetting(entry, setting, 'setting', `is the setting ${setting.name}`);
      return storable(included(mapping, include));
    }
    const similar = bySimilarName(entry, names);
    if (similar !== undefined) return storable(included(similar, include));
    outsiders ??= new Outsiders(definition, new Set(entries.map(settingOf)));
    return storable(included(outsiders.map(entry), include));
  });
  return oneForEachPlace(mappings);
}

type Target = Pick<Mapping, 'explanation' | 'setting' | 'place'>;

function readMap(map: Readonly<Record<string, string>>, names: NearNames): ReadonlyMap<string, Target> {
  const entries = Object.entries(map).map(([name, to]): [string, Target] => {
    const setting = names.exact(to);
    const place = setting === undefined ? placeIn(to) : setting.place;
    if (place === undefined || isReserved(place)) {
      throw new StrongroomError(
        'DEFINITION_INVALID',
        `The option map sends ${name} to ${JSON.stringify(to)}: name a setting that has a place, or a place of the form group/key`,
      );
    }
    const what = setting === undefined ? to : `the setting ${to}`;
    return [name, { explanation: `was mapped to ${what}`, setting: setting?.name, place }];
  });
  return new Map(entries);
}

function forSetting(entry: Entry, setting: Setting, reason: Reason, explanation: string): Mapping {
  const { name, place, kind, lease } = setting;
  const left = (reason: Reason, why: string): Mapping => ({
    entry,
    reason,
    explanation: `${explanation}, ${why}`,
    setting: name,
    place,
    moves: false,
  });
  if (lease !== undefined) return left('leased', 'which Vault makes itself');
  if (place === undefined || isReserved(place)) {
    return { ...left('no-place', 'which has no place in Vault'), place: undefined };
  }
  if (kind === 'plain') return left('not-secret', 'which is no secret and stays where it is');
  return { entry, reason, explanation, setting: name, place, moves: true };
}

function bySimilarName(entry: Entry, names: NearNames): Mapping | undefined {
  const there = names.atPlace(entry.name);
  if (there !== undefined) return forSetting(entry, there, 'setting', `lies where ${there.name} does`);
  const setting = names.near(entry.name);
  if (setting !== undefined) {
    return forSetting(entry, setting, 'near-name', `stands for ${setting.name}, but for how it is written`);
  }
  const [, stem] = /^(.+)_FILE$/i.exec(entry.name) ?? [];
  const held = stem === undefined ? undefined : (names.exact(stem) ?? names.near(stem));
  if (held === undefined) return undefined;
  return {
    entry,
    reason: 'file',
    explanation: `names a file that holds ${held.name}: give that file's content as an entry`,
    setting: held.name,
    place: held.place,
    moves: false,
  };
}

function included(mapping: Mapping, include: (candidate: Candidate) => boolean): Mapping {
  const { entry, reason, setting, place, moves } = mapping;
  if (moves || place === undefined || reason === 'file') return mapping;
  if (!include({ entry: entry.name, origin: entry.origin, reason, setting, place })) return mapping;
  return {
    ...mapping,
    reason: 'included',
    explanation: `${mapping.explanation}; it was asked for`,
    moves: true,
  };
}

/** Leaves out what counts as unset, and what Vault could not give back. */
function storable(mapping: Mapping): Mapping {
  if (!mapping.moves) return mapping;
  const value = mapping.entry.reveal();
  if (value === '' || value === null || value === undefined) {
    return { ...mapping, moves: false, reason: 'empty', explanation: 'is empty, which counts as unset' };
  }
  if (canonicalText(value) !== undefined) return mapping;
  const explanation = 'is neither text nor JSON that Vault could give back as it is';
  return { ...mapping, moves: false, reason: 'not-storable', explanation };
}
