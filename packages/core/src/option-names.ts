import { StrongroomError } from './errors/errors.js';
import { isLogger } from './logger.js';
import { nearMiss } from './near-miss.js';

/** Every option of a type, so that the compiler sees when one is forgotten. */
export type OptionNames<T> = { readonly [K in keyof Required<T>]: true };

/** What is wrong with the options of a function, in words. Never a value. */
export interface OptionFault {
  /** The option; or, where what was given are no options at all, the function. */
  readonly name: string;
  readonly reason: string;
  readonly hint: string;
}

/**
 * Finds the options that a function does not have, and a logger that is none: plain JavaScript would let a mistyped one
 * pass without a word.
 *
 * @param owner the function, as people write it: `plain()`
 * @param names every option that it has
 */
export function optionFaults<T extends object>(
  owner: string,
  given: T,
  names: OptionNames<NoInfer<T>>,
): readonly OptionFault[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return [{ name: owner, reason: 'wants its options as an object', hint: choice(names) }];
  }
  const unknown = Object.keys(given)
    .filter((name) => !Object.hasOwn(names, name))
    .map((name) => {
      const meant = nearMiss(name, Object.keys(names));
      const hint = meant === undefined ? choice(names) : `Was it meant to be ${meant}?`;
      return { name, reason: `is no option of ${owner}`, hint };
    });
  const { logger } = given as { readonly logger?: unknown };
  // Wherever it is given: one that is none would be missed only when there is something to say.
  return logger === undefined || !Object.hasOwn(names, 'logger') || isLogger(logger)
    ? unknown
    : [...unknown, { name: 'logger', reason: 'is no logger', hint: loggerHint }];
}

/**
 * Refuses options that a function does not have, and a logger that is none.
 *
 * @throws StrongroomError `DEFINITION_INVALID` with all of them, each with what it was most likely meant to be
 */
export function checkOptions<T extends object>(
  owner: string,
  given: T,
  names: OptionNames<NoInfer<T>>,
): void {
  const faults = optionFaults(owner, given, names);
  if (faults.length === 0) return;
  const texts = faults.map(({ name, reason, hint }) => `${name} ${reason}. ${hint}`);
  throw new StrongroomError('DEFINITION_INVALID', texts.join(' '));
}

const loggerHint = 'Give one with the methods debug, info, warn and error, as pino and console have them.';

const choice = (names: object): string => `The options are ${Object.keys(names).join(', ')}.`;
