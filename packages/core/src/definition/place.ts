import { StrongroomError } from '../errors/errors.js';
import type { LeasedPlace } from './leased-place.js';
import { checkSegment } from './segment.js';

/** Where a setting lies in a store of secrets: a group, and the key inside it. */
export interface Place {
  readonly group: string;
  readonly key: string;
}

/** `group/key`; the group may itself have several segments. */
export type PlaceText = `${string}/${string}`;

/**
 * Reads where a setting lies.
 *
 * @throws StrongroomError `DEFINITION_INVALID` for what is neither `group/key` nor a leased place
 */
export function readPlace(given: PlaceText | LeasedPlace): {
  readonly place: Place | undefined;
  readonly lease: LeasedPlace | undefined;
} {
  if (typeof given === 'string') return { place: parsePlace(given), lease: undefined };
  if (typeof given?.path === 'string' && typeof given.key === 'string') {
    return { place: undefined, lease: given };
  }
  throw invalid('The place is neither a text of the form group/key nor made by leased()');
}

function parsePlace(text: string): Place {
  const slash = text.lastIndexOf('/');
  if (slash < 1) throw invalid(`The place ${JSON.stringify(text)} is not of the form group/key`);
  const group = text.slice(0, slash);
  const key = text.slice(slash + 1);
  for (const segment of [...group.split('/'), key]) checkSegment('A segment of a place', segment);
  return Object.freeze({ group, key });
}

const invalid = (message: string): StrongroomError => new StrongroomError('DEFINITION_INVALID', message);
