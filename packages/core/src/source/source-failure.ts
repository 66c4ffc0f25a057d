import type { Setting } from '../definition/definition.js';
import type { SourceErrorCode } from '../errors/errors.js';
import { failuresOn, type Trail } from '../resolution/trail.js';

/** One way in which a source could not be asked, and the settings that it touched. */
export interface SourceFailure {
  readonly source: string;
  readonly code: SourceErrorCode;
  readonly message: string;
  readonly settings: readonly string[];
}

/**
 * One entry for each source and way of failing, however many settings it touched. A source that failed after
 * an earlier one had answered has touched nothing.
 */
export function failuresOf(trails: readonly Trail[]): readonly SourceFailure[] {
  const groups = new Map<string, SourceFailure & { readonly settings: string[] }>();
  for (const trail of trails) {
    for (const { source, error } of failuresOn(trail)) {
      const { code, message } = error;
      const key = JSON.stringify([source, code, message]);
      const group = groups.get(key) ?? { source, code, message, settings: [] };
      group.settings.push(trail.setting.name);
      groups.set(key, group);
    }
  }
  return Object.freeze(
    [...groups.values()].map((group) => Object.freeze({ ...group, settings: Object.freeze(group.settings) })),
  );
}

/** What the failures of before come to when these settings are asked for anew. */
export function failuresWithout(
  failures: readonly SourceFailure[],
  settings: readonly Setting[],
): readonly SourceFailure[] {
  if (failures.length === 0) return failures;
  const asked = new Set(settings.map(({ name }) => name));
  return failures.flatMap((failure) => {
    const left = failure.settings.filter((name) => !asked.has(name));
    return left.length === 0 ? [] : [Object.freeze({ ...failure, settings: Object.freeze(left) })];
  });
}
