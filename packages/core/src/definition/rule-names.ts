import { StrongroomError } from '../errors/errors.js';
import type { OnDeletion, OnSourceError } from './definition.js';

const names = { onSourceError: ['fallback', 'throw'], onDeletion: ['keep', 'drop'] } as const;

/**
 * Refuses rules that there are not, which plain JavaScript would let pass for the stricter one.
 *
 * @throws StrongroomError `DEFINITION_INVALID`
 */
export function checkRuleNames(given: {
  readonly onSourceError?: OnSourceError | undefined;
  readonly onDeletion?: OnDeletion | undefined;
}): void {
  for (const [option, choices] of Object.entries(names)) {
    const rule = given[option as keyof typeof names];
    if (rule === undefined || (choices as readonly string[]).includes(rule)) continue;
    throw new StrongroomError('DEFINITION_INVALID', `${option} is neither ${choices.join(' nor ')}`);
  }
}
