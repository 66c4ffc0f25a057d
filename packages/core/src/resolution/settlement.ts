import type { OnSourceError } from '../definition/definition.js';
import type { Problem } from '../errors/errors.js';
import { invalid, misconfigured, missing, refused } from '../errors/problem.js';
import type { Patience } from '../patience.js';
import { settledAt, type Trail } from './trail.js';
import { type Validation, validate, validateDefault, validateNothing } from './validation.js';

/** What a trail comes to: a setting's value, or what keeps it from having one. */
export type Settlement = { readonly value: unknown } | { readonly problem: Problem };

/**
 * Decides about one setting from what every source said about it.
 *
 * @param onSourceError the rule for settings that have none of their own
 * @param patience ends a validation that takes too long
 * @returns a promise only where the setting's schema waits for something
 */
export function settle(
  trail: Trail,
  onSourceError: OnSourceError,
  patience: Patience,
): Settlement | Promise<Settlement> {
  const { setting, steps } = trail;
  const end = settledAt(trail);
  const mayFallBack = (setting.onSourceError ?? onSourceError) === 'fallback';
  if (!mayFallBack && steps.slice(0, end).some(({ lookup }) => lookup?.status === 'failed')) {
    return { problem: refused(trail) };
  }

  const { source = '', lookup } = steps[end] ?? {};
  if (lookup?.status === 'misconfigured') return { problem: misconfigured(trail, lookup) };
  if (lookup?.status !== 'found') {
    return judged(validateNothing(setting, patience), () => missing(trail));
  }
  // The declared defaults are always the last source; they are no raw values but of the schema's output type.
  const isDefault = end === steps.length - 1;
  const validation = (isDefault ? validateDefault : validate)(setting, lookup.value, patience);
  return judged(validation, (reason) => invalid(trail, { ...lookup, source }, reason));
}

function judged(
  validation: Validation,
  problemOf: (reason: string) => Problem,
): Settlement | Promise<Settlement> {
  if (validation instanceof Promise) return validation.then((validated) => judged(validated, problemOf));
  return validation.ok ? validation : { problem: problemOf(validation.reason) };
}
