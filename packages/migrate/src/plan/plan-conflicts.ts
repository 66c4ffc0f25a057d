import { StrongroomError } from '@strongroom/core';
import type { Conflict, OnConflict } from './plan.js';

/** Says who wins where Vault holds something else than the source. */
export class Conflicts {
  readonly #rule: OnConflict | 'ask';
  /** By place and what Vault holds there: asked once, however many entries there are for it. */
  readonly #winners = new Map<string, Promise<'vault' | 'source' | undefined>>();
  /** One question at a time, since it may be a person who answers. */
  #asked: Promise<unknown> = Promise.resolve();

  /** @param rule `ask` stands for a function that is not here any more */
  constructor(rule: OnConflict | 'ask') {
    this.#rule = rule;
  }

  /** @returns undefined where neither may win */
  winner(conflict: Conflict): Promise<'vault' | 'source' | undefined> {
    const { path, key, fingerprints } = conflict;
    const question = JSON.stringify([path, key, fingerprints.vault]);
    const winner = this.#winners.get(question) ?? this.#ask(conflict);
    this.#winners.set(question, winner);
    return winner;
  }

  #ask(conflict: Conflict): Promise<'vault' | 'source' | undefined> {
    const rule = this.#rule;
    if (rule === 'vault' || rule === 'source') return Promise.resolve(rule);
    if (typeof rule !== 'function') return Promise.resolve(undefined);
    const answer = this.#asked.then(async () => {
      const winner = await rule(conflict);
      if (winner === 'vault' || winner === 'source') return winner;
      throw new StrongroomError('DEFINITION_INVALID', 'onConflict answered neither vault nor source');
    });
    this.#asked = answer.catch(() => undefined);
    return answer;
  }
}

/** @throws StrongroomError `DEFINITION_INVALID` for what is no such rule */
export function checkOnConflict(rule: OnConflict): void {
  if (typeof rule === 'function' || ['vault', 'source', 'fail'].includes(rule)) return;
  throw new StrongroomError(
    'DEFINITION_INVALID',
    'The option onConflict is neither vault, source, fail nor a function',
  );
}

export function conflictError(conflicts: readonly Conflict[]): StrongroomError {
  const places = conflicts.map(({ entry, path, key }) => `${entry} at ${path}#${key}`);
  return new StrongroomError(
    'PLAN_CONFLICT',
    `Vault holds something else than the source for ${places.join(', ')}. Decide with onConflict: ` +
      'vault keeps what is there, source replaces it.',
  );
}
