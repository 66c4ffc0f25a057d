import { type Step, settledAt, type Trail } from '../resolution/trail.js';
import { absenceText } from '../source/absence.js';
import type { Found } from '../source/source.js';

/** What one source said about one setting. */
export interface SourceReport {
  readonly source: string;
  /**
   * `used`: the value comes from here. `overridden`: it has a value too, and an earlier source won.
   * `absent`: it has none. `failed`: it could not be asked. `not-asked`: an earlier source had answered.
   */
  readonly outcome: 'used' | 'overridden' | 'absent' | 'failed' | 'not-asked';
  /** Where the value lies: a variable, a file, or namespace, mount, path and key. */
  readonly locator?: string;
  readonly version?: number;
  /** When the source read it, in milliseconds since 1970. */
  readonly readAt?: number;
  /** By which the other side's own audit log knows the read. */
  readonly requestId?: string;
  /** Why it is absent, how the source failed, or why the value is an old one. */
  readonly reason?: string;
}

/** Where one setting's value comes from. Never the value. */
export interface SettingExplanation {
  readonly name: string;
  readonly kind: 'secret' | 'plain';
  /** The source that the value comes from; undefined for an optional setting that no source has. */
  readonly source: string | undefined;
  readonly locator: string | undefined;
  readonly version: number | undefined;
  /** When the source read it, in milliseconds since 1970. */
  readonly readAt: number | undefined;
  /**
   * `fallback`: an earlier source could not be asked, so this may not be the value that it holds. `stale`: at
   * the last refresh the source could not be asked or had it no more, and this is the value that held before.
   */
  readonly freshness: 'fresh' | 'fallback' | 'stale';
  /** The sources after it that hold a value too. */
  readonly overrides: readonly SourceReport[];
  /** What every source said, in order of precedence. */
  readonly sources: readonly SourceReport[];
}

/**
 * What says where a setting's value comes from: what the sources said; or, where the value is kept, also what they
 * said when it was given or last held; or what was explained elsewhere.
 */
export type Evidence = Good | { readonly trail: Trail; readonly good: Good };

type Good = Trail | SettingExplanation;

/** What a source said when it last gave the value or said that it still holds. */
export const goodOf = (evidence: Evidence): Good => ('good' in evidence ? evidence.good : evidence);

/** Explains where a setting's value comes from. */
export function explain(evidence: Evidence): SettingExplanation {
  const good = goodOf(evidence);
  const explained = 'steps' in good ? explainTrail(good) : good;
  return 'good' in evidence ? explainKept(evidence.trail, explained) : explained;
}

/** Explains where a setting's value comes from, by what the sources said. */
export function explainTrail(trail: Trail): SettingExplanation {
  const { setting, steps } = trail;
  const end = settledAt(trail);
  const sources = steps.map(({ source, lookup }, index) => report(source, lookup, index === end));
  const used = sources[end]?.outcome === 'used' ? sources[end] : undefined;
  const before = sources.slice(0, end);
  return Object.freeze({
    name: setting.name,
    kind: setting.kind,
    source: used?.source,
    locator: used?.locator,
    version: used?.version,
    readAt: used?.readAt,
    freshness: before.some(({ outcome }) => outcome === 'failed')
      ? 'fallback'
      : used?.reason === undefined
        ? 'fresh'
        : 'stale',
    overrides: Object.freeze(sources.filter(({ outcome }) => outcome === 'overridden')),
    sources: Object.freeze(sources),
  });
}

/** Why a setting keeps the value that it had: its source could not be asked, or has it no more. */
function explainKept(trail: Trail, kept: SettingExplanation): SettingExplanation {
  const sources = trail.steps.map(({ source, lookup }) => report(source, lookup, false));
  const freshness = kept.freshness === 'fallback' ? 'fallback' : 'stale';
  return Object.freeze({ ...kept, freshness, sources: Object.freeze(sources) });
}

function report(source: string, lookup: Step['lookup'], used: boolean): SourceReport {
  switch (lookup?.status) {
    case undefined:
      return Object.freeze({ source, outcome: 'not-asked' });
    case 'found':
    case 'unchanged': {
      const { locator, version, readAt } = lookup;
      const { staleBecause: stale, requestId }: Partial<Found> = lookup.status === 'found' ? lookup : {};
      return Object.freeze({
        source,
        outcome: used ? 'used' : 'overridden',
        locator,
        ...(version === undefined ? {} : { version }),
        ...(readAt === undefined ? {} : { readAt }),
        ...(requestId === undefined ? {} : { requestId }),
        ...(stale === undefined ? {} : { reason: stale.message }),
      });
    }
    case 'absent':
      return Object.freeze({
        source,
        outcome: 'absent',
        ...(lookup.locator === undefined ? {} : { locator: lookup.locator }),
        reason: absenceText(lookup),
      });
    case 'failed':
      return Object.freeze({ source, outcome: 'failed', reason: lookup.error.message });
    case 'misconfigured':
      return Object.freeze({ source, outcome: 'failed', reason: lookup.reason });
  }
}
