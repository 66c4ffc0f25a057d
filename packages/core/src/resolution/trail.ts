import type { Setting } from '../definition/definition.js';
import type { SourceError } from '../errors/errors.js';
import type { Known, Lookup, Unchanged } from '../source/source.js';

/** What every source said about one setting, in order of precedence. */
export interface Trail {
  readonly setting: Setting;
  /** One step a source; `undefined` where the source was not asked, since an earlier one had answered. */
  readonly steps: readonly Step[];
}

export interface Step {
  readonly source: string;
  readonly lookup: Exclude<Lookup, Unchanged> | StillFound | undefined;
}

/** A value that was found last time still holds: the answer, and where the value lies. */
export type StillFound = Unchanged & Pick<Known, 'locator' | 'version'>;

/** The step that decides about a setting: the first that found a value or a contradiction; else the end. */
export function settledAt({ steps }: Trail): number {
  const index = steps.findIndex(({ lookup }) => isFinal(lookup));
  return index === -1 ? steps.length : index;
}

export const isFinal = (lookup: Step['lookup']): boolean =>
  lookup?.status === 'found' || lookup?.status === 'unchanged' || lookup?.status === 'misconfigured';

interface Failure {
  readonly source: string;
  readonly error: SourceError;
}

/** The sources that could not be asked on the way to the answer, or for the answer itself. */
export function failuresOn(trail: Trail): readonly Failure[] {
  const end = settledAt(trail);
  let failures: Failure[] | undefined;
  // A loop, for nearly always there is none, and there may be thousands of settings.
  for (let index = 0; index <= end; index += 1) {
    const step = trail.steps[index];
    const error = step === undefined ? undefined : failureOf(step);
    if (step === undefined || error === undefined) continue;
    failures ??= [];
    failures.push({ source: step.source, error });
  }
  return failures ?? none;
}

const none: readonly Failure[] = Object.freeze([]);

function failureOf({ lookup }: Step): SourceError | undefined {
  if (lookup?.status === 'failed') return lookup.error;
  return lookup?.status === 'found' ? lookup.staleBecause : undefined;
}
