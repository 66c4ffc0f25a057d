import type { Setting } from '../definition/definition.js';
import { type Step, settledAt, type Trail } from '../resolution/trail.js';
import { absenceText } from '../source/absence.js';
import { environmentSourceName } from '../source/environment-source.js';
import type { Absent, Found, Misconfigured } from '../source/source.js';
import { isConfigurationError, type Problem } from './errors.js';

/** The setting has no value, or none that may be used: what was tried, and what to do. */
export function missing(trail: Trail): Problem {
  const { setting, steps } = trail;
  const hints = new Set<string>();
  for (const { lookup } of steps) {
    const hint = lookup?.status === 'absent' ? hintOf(lookup) : undefined;
    if (hint !== undefined) hints.add(hint);
  }
  const follows = hints.size === 0 ? rootsOf(steps) : {};
  for (const hint of failureHints(steps)) hints.add(hint);
  if (steps.some(({ source }) => source === environmentSourceName)) hints.add(remedy(setting));
  else if (hints.size === 0) hints.add('Store it in one of the sources above.');
  return {
    code: 'SETTINGS_MISSING',
    name: setting.name,
    reason: `missing ${setting.kind === 'secret' ? 'secret' : 'setting'}`,
    tried: triedUpTo(trail, steps.length),
    hints: [...hints],
    ...follows,
  };
}

/** The value that was found does not satisfy the schema. */
export function invalid(
  trail: Trail,
  { source, locator, version }: Found & { readonly source: string },
  reason: string,
): Problem {
  return {
    code: 'SETTINGS_INVALID',
    name: trail.setting.name,
    reason: `the value ${reason}`,
    at: { source, locator, ...(version === undefined ? {} : { version }) },
    tried: triedUpTo(trail, settledAt(trail)),
    hints: [`Correct the value at ${locator}.`],
  };
}

/** What the user gave contradicts itself. */
export function misconfigured(trail: Trail, { reason, hint }: Misconfigured): Problem {
  return {
    code: 'SETTINGS_INVALID',
    name: trail.setting.name,
    reason,
    tried: triedUpTo(trail, settledAt(trail) - 1),
    hints: [hint],
  };
}

/** A source could not be asked, and the setting must not fall back. */
export function refused(trail: Trail): Problem {
  return {
    code: 'SETTINGS_UNREADABLE',
    name: trail.setting.name,
    reason: 'could not be read, and falling back is not allowed',
    tried: triedUpTo(trail, settledAt(trail)),
    hints: [...new Set([...failureHints(trail.steps), remedy(trail.setting)])],
    ...rootsOf(trail.steps),
  };
}

/** The problems of the wiring that are the only reason why a source could not be asked. */
function rootsOf(steps: Trail['steps']): Pick<Problem, 'follows'> {
  const failed = steps.flatMap(({ lookup }) => (lookup?.status === 'failed' ? [lookup.error.cause] : []));
  if (failed.length === 0 || !failed.every(isConfigurationError)) return {};
  return { follows: failed.flatMap(({ problems }) => problems.map(({ name }) => name)) };
}

function failureHints(steps: Trail['steps']): string[] {
  return steps.flatMap(({ lookup }) =>
    lookup?.status === 'failed' && lookup.error.hint !== undefined ? [lookup.error.hint] : [],
  );
}

/** A hint is there to help: one that fails itself must not stand in the way of the error. */
function hintOf({ hint }: Absent): string | undefined {
  try {
    return hint?.();
  } catch {
    return undefined;
  }
}

/** What the sources said, up to and including the given step. */
function triedUpTo({ steps }: Trail, last: number): Problem['tried'] {
  return steps
    .slice(0, last + 1)
    .flatMap(({ source, lookup }) => (lookup === undefined ? [] : [{ source, outcome: outcomeOf(lookup) }]));
}

function outcomeOf(lookup: NonNullable<Step['lookup']>): string {
  switch (lookup.status) {
    case 'unchanged':
    case 'found':
      return `found at ${lookup.locator}`;
    case 'absent':
      return lookup.locator === undefined || lookup.reason === 'not-set'
        ? absenceText(lookup)
        : `${absenceText(lookup)}: ${lookup.locator}`;
    case 'failed':
      return `${failureWords[lookup.error.code]}: ${lookup.error.message}`;
    case 'misconfigured':
      return lookup.reason;
  }
}

const failureWords = {
  SOURCE_UNAVAILABLE: 'unavailable',
  SOURCE_DENIED: 'denied',
  SOURCE_MALFORMED: 'malformed',
} as const;

function remedy({ name, kind }: Setting): string {
  return kind === 'secret' ? `Set ${name}, or ${name}_FILE to a file that holds it.` : `Set ${name}.`;
}
