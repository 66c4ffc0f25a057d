import { type Definition, nearMiss, type Setting } from '@strongroom/core';
import type { Entry } from '../entry.js';
import type { Mapping } from './mapping.js';
import { Proposals } from './mapping-proposal.js';
import { secretLook } from './mapping-secret-look.js';

/** Says of entries that the definition does not have where they could go. */
export class Outsiders {
  readonly #proposals: Proposals;
  readonly #missing: readonly string[];

  /** @param there the names of the settings that some entry stands for */
  constructor(definition: Definition, there: ReadonlySet<string | undefined>) {
    this.#proposals = new Proposals(definition);
    this.#missing = Object.values<Setting>(definition.settings).flatMap(({ kind, name }) =>
      kind === 'secret' && !there.has(name) ? [name] : [],
    );
  }

  map(entry: Entry): Mapping {
    const look = secretLook(entry.name, entry.reveal());
    const proposal = this.#proposals.placeFor(entry.name);
    const meant = nearMiss(entry.name, this.#missing);
    const mapping = { entry, setting: undefined, place: proposal?.place, moves: false };
    const perhaps = meant === undefined ? '' : `; was it meant to be ${meant}?`;
    if (look !== undefined) {
      return {
        ...mapping,
        reason: 'proposed',
        explanation: `is not in the definition, but looks like a secret: ${look}; ${proposal?.why ?? 'map it to a place'}${perhaps}`,
      };
    }
    return {
      ...mapping,
      reason: meant === undefined ? 'outside' : 'misspelt',
      explanation: `is not in the definition, and does not look like a secret${perhaps}`,
    };
  }
}
