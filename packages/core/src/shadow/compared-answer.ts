import {
  type ErrorCode,
  type Found,
  isConfigurationError,
  isSourceError,
  type Known,
  type Lookup,
  type Setting,
} from '../index.js';
import type { Patience } from '../patience.js';
import { validate } from '../resolution/validation.js';
import { absenceText } from '../source/absence.js';
import { threw } from '../threw.js';
import type { Fingerprints } from './fingerprint.js';

type Where = Partial<Pick<Found, 'locator' | 'version' | 'revision'>>;

/** What a source that is compared said about one setting, without the value. */
export type ComparedAnswer = Where &
  (
    | { readonly status: 'value'; readonly fingerprint: string }
    | { readonly status: 'invalid'; readonly fingerprint?: string; readonly reason: string }
    | { readonly status: 'absent'; readonly reason: string }
    | { readonly status: 'unavailable'; readonly code: ErrorCode; readonly reason: string }
  );

/** What has no place in the source, or is off there, is no difference. */
const noAnswers = new Set(['no-place', 'turned-off']);

/**
 * What a source's answer comes to: its value as it would be validated.
 *
 * @param before what it came to the last time
 * @returns undefined for a setting that is not compared
 */
export async function comparedAnswer(
  setting: Setting,
  lookup: Lookup | undefined,
  before: ComparedAnswer | undefined,
  fingerprints: Fingerprints,
  patience: Patience,
): Promise<ComparedAnswer | undefined> {
  switch (lookup?.status) {
    case 'unchanged':
      if (before?.revision !== undefined) return before;
      break;
    case 'found':
      if (lookup.value === undefined) break;
      return lookup.staleBecause === undefined
        ? ofFound(setting, lookup, fingerprints, patience)
        : unavailable(lookup.staleBecause);
    case 'absent':
      if (noAnswers.has(lookup.reason)) return undefined;
      return {
        status: 'absent',
        reason: absenceText(lookup),
        ...(lookup.locator === undefined ? {} : { locator: lookup.locator }),
      };
    case 'misconfigured':
      return { status: 'invalid', reason: lookup.reason };
    case 'failed':
      return unavailable(lookup.error);
  }
  return { status: 'unavailable', code: 'SOURCE_MALFORMED', reason: 'gave no answer that can be understood' };
}

async function ofFound(
  setting: Setting,
  { value, locator, version, revision }: Found,
  fingerprints: Fingerprints,
  patience: Patience,
): Promise<ComparedAnswer> {
  const where = {
    locator,
    ...(version === undefined ? {} : { version }),
    ...(revision === undefined ? {} : { revision }),
  };
  const validated = await validate(setting, value, patience);
  if (patience.ended) {
    return {
      status: 'unavailable',
      code: 'SOURCE_UNAVAILABLE',
      reason: 'the value was not validated in time',
    };
  }
  return validated.ok
    ? { status: 'value', fingerprint: fingerprints.of(setting.name, validated.value, value), ...where }
    : {
        status: 'invalid',
        reason: `the value ${validated.reason}`,
        fingerprint: fingerprints.of(setting.name, value, value),
        ...where,
      };
}

/** Of a stranger's error only its class goes on: all else may quote a value. */
export function unavailable(thrown: unknown): ComparedAnswer {
  if (isConfigurationError(thrown)) {
    const problems = thrown.problems.map(({ name, reason }) => `${name} ${reason}`).join('; ');
    return { status: 'unavailable', code: thrown.code, reason: `it is not set up: ${problems}` };
  }
  if (isSourceError(thrown)) return { status: 'unavailable', code: thrown.code, reason: thrown.message };
  return { status: 'unavailable', code: 'SOURCE_UNAVAILABLE', reason: threw(thrown) };
}

/** What the source need not read again if it can tell that it is the same. */
export function knownOf(answers: ReadonlyMap<string, ComparedAnswer>): ReadonlyMap<string, Known> {
  const known = new Map<string, Known>();
  for (const [name, { status, locator, version, revision }] of answers) {
    if (status === 'unavailable' || locator === undefined || revision === undefined) continue;
    known.set(name, { locator, revision, ...(version === undefined ? {} : { version }) });
  }
  return known;
}
