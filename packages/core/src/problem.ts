import type { Trail } from './chain.js';
import type { Setting } from './definition.js';
import type { Problem } from './errors.js';
import { absenceWords } from './explanation.js';
import type { Lookup } from './source.js';

/** The setting has no value, or none that may be used: what was tried, and what to do. */
export function missing({ setting, steps }: Trail): Problem {
  const hints = new Set<string>();
  for (const { lookup } of steps) {
    const hint = lookup?.status === 'absent' ? lookup.hint?.() : undefined;
    if (hint !== undefined) hints.add(hint);
  }
  for (const hint of failureHints(steps)) hints.add(hint);
  hints.add(remedy(setting));
  return {
    code: 'SETTINGS_MISSING',
    name: setting.name,
    reason: `missing ${setting.kind === 'secret' ? 'secret' : 'setting'}`,
    tried: triedBy({ setting, steps }),
    hints: [...hints],
  };
}

/** The value that was found does not satisfy the schema. */
export function invalid(trail: Trail, source: string, locator: string, reason: string): Problem {
  return {
    code: 'SETTINGS_INVALID',
    name: trail.setting.name,
    reason: `the value ${reason}`,
    tried: [{ source, outcome: `found at ${locator}` }],
    hints: [],
  };
}

/** What the user gave contradicts itself. */
export function misconfigured(setting: Setting, reason: string, hint: string): Problem {
  return { code: 'SETTINGS_INVALID', name: setting.name, reason, tried: [], hints: [hint] };
}

/** A source could not be asked, and the setting must not fall back. */
export function refused(trail: Trail): Problem {
  return {
    code: 'SETTINGS_MISSING',
    name: trail.setting.name,
    reason: 'a source could not be asked, and falling back is not allowed',
    tried: triedBy(trail),
    hints: failureHints(trail.steps),
  };
}

function failureHints(steps: Trail['steps']): string[] {
  return steps.flatMap(({ lookup }) =>
    lookup?.status === 'failed' && lookup.error.hint !== undefined ? [lookup.error.hint] : [],
  );
}

function triedBy({ steps }: Trail): Problem['tried'] {
  return steps.flatMap(({ source, lookup }) =>
    lookup === undefined ? [] : [{ source, outcome: outcomeOf(lookup) }],
  );
}

function outcomeOf(lookup: Lookup): string {
  switch (lookup.status) {
    case 'found':
      return `found at ${lookup.locator}`;
    case 'absent':
      return lookup.locator === undefined || lookup.reason === 'not-set'
        ? absenceWords[lookup.reason]
        : `${absenceWords[lookup.reason]}: ${lookup.locator}`;
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
