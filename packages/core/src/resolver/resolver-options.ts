import type { Clock } from '../clock.js';
import type { Definition, OnDeletion, OnSourceError } from '../definition/definition.js';
import { checkRuleNames } from '../definition/rule-names.js';
import { ConfigurationError, StrongroomError } from '../errors/errors.js';
import type { Logger } from '../logger.js';
import { checkOptions } from '../option-names.js';
import type { Source } from '../source/source.js';
import { checkTimes } from '../times.js';

/** The numbers that a resolver goes by, each an option. */
export const resolverDefaults = {
  /** How long a load may take over everything, in milliseconds. */
  startDeadlineMs: 15_000,
  /** What happens when a source could not be asked. */
  onSourceError: 'fallback',
  /** What happens when a value was deleted where it came from. */
  onDeletion: 'keep',
  /** How long after a refresh the next one begins, in milliseconds. */
  refreshEveryMs: 60_000,
  /** By how much of that time it may be earlier or later. */
  refreshJitter: 0.1,
  /** How long after a refresh that failed the next one begins at first, in milliseconds. */
  refreshRetryMs: 2_000,
  /** How long the last good values are served while a source cannot be asked, in milliseconds. */
  lastGoodForMs: Number.POSITIVE_INFINITY,
} as const satisfies Partial<ResolverOptions>;

/**
 * What may stand for an environment: one that the definition names, or a text of which the compiler knows
 * nothing (from a variable), which is checked when the resolver is made.
 */
export type EnvironmentOf<E extends string, Given extends string> = string extends Given ? string : E;

export interface ResolverOptions<E extends string = string> {
  /** One of the definition's environments. */
  readonly environment: E;
  /** The sources in order of precedence. The definition's defaults follow them as the last one. */
  readonly sources: readonly Source[];
  /** How long a load may take over everything, in milliseconds. @default 15000 */
  readonly startDeadlineMs?: number;
  /**
   * What happens at the start when a source could not be asked (it was unreachable, refused, or answered
   * nonsense): `fallback` takes a later source or the default where there is one, and the resolver is
   * degraded; `throw` refuses to start. A setting may choose for itself. @default 'fallback'
   */
  readonly onSourceError?: OnSourceError;
  /**
   * What happens when a source was asked and has a value no more that came from it: `keep` serves the last one,
   * and says so; `drop` goes on to the later sources and the default, as at a start. A setting may choose for
   * itself. @default 'keep'
   */
  readonly onDeletion?: OnDeletion;
  /**
   * How long after a refresh the next one begins in the background, in milliseconds; `false` for never.
   * @default 60000
   */
  readonly refreshEveryMs?: number | false;
  /** By how much of `refreshEveryMs` it may be earlier or later, from 0 to 1. @default 0.1 */
  readonly refreshJitter?: number;
  /**
   * How long after a refresh for which a source could not be asked the next one begins, in milliseconds; up to
   * half of it is left out by chance, and it doubles up to `refreshEveryMs`. @default 2000
   */
  readonly refreshRetryMs?: number;
  /**
   * How long the last good values are served while a source cannot be asked, in milliseconds. After that the
   * resolver has failed and `current()` throws, until a refresh succeeds. @default Infinity
   */
  readonly lastGoodForMs?: number;
  /** A logger with pino's methods. Nothing is logged without one. */
  readonly logger?: Logger;
  /** @default the system's time */
  readonly clock?: Clock;
}

/** @throws StrongroomError `DEFINITION_INVALID` for an option that there is not, and for sources that are none */
export function checkResolverOptions(options: ResolverOptions): void {
  checkOptions('createResolver()', options, {
    environment: true,
    sources: true,
    startDeadlineMs: true,
    onSourceError: true,
    onDeletion: true,
    refreshEveryMs: true,
    refreshJitter: true,
    refreshRetryMs: true,
    lastGoodForMs: true,
    logger: true,
    clock: true,
  });
  const { sources } = options;
  if (Array.isArray(sources) && sources.every((source) => typeof source?.lookup === 'function')) return;
  throw invalid('createResolver() wants its sources as a list of sources');
}

/** @throws StrongroomError `DEFINITION_INVALID` for two sources of one name */
export function checkSourceNames(sources: readonly Source[]): void {
  const names = sources.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw invalid(`Two sources are called ${JSON.stringify(twice)}: provenance could not tell them apart`);
}

/** @throws ConfigurationError for an environment that the definition does not name */
export function checkEnvironment({ application, environments }: Definition, environment: string): void {
  if (environments.includes(environment)) return;
  throw new ConfigurationError(
    `${application} does not know the environment ${JSON.stringify(environment)}`,
    [
      {
        code: 'SETTINGS_INVALID',
        name: 'environment',
        reason: `is none of ${environments.join(', ')}`,
        tried: [],
        hints: ['Name one of these, or add the environment to the definition.'],
      },
    ],
  );
}

/** What a resolver goes by: every option of {@link resolverDefaults}, given or not. */
export type ResolverRules = Required<Pick<ResolverOptions, keyof typeof resolverDefaults>>;

/** @throws StrongroomError `DEFINITION_INVALID` for a number that cannot be, or a rule that there is not */
export function rulesOf(options: ResolverOptions): ResolverRules {
  const rules: ResolverRules = {
    startDeadlineMs: options.startDeadlineMs ?? resolverDefaults.startDeadlineMs,
    onSourceError: options.onSourceError ?? resolverDefaults.onSourceError,
    onDeletion: options.onDeletion ?? resolverDefaults.onDeletion,
    refreshEveryMs: options.refreshEveryMs ?? resolverDefaults.refreshEveryMs,
    refreshJitter: options.refreshJitter ?? resolverDefaults.refreshJitter,
    refreshRetryMs: options.refreshRetryMs ?? resolverDefaults.refreshRetryMs,
    lastGoodForMs: options.lastGoodForMs ?? resolverDefaults.lastGoodForMs,
  };
  checkRuleNames(rules);
  const { startDeadlineMs, refreshEveryMs, refreshRetryMs, lastGoodForMs } = rules;
  checkTimes({ startDeadlineMs, refreshRetryMs, lastGoodForMs });
  if (refreshEveryMs !== false) checkTimes({ refreshEveryMs });
  if (!(rules.refreshJitter >= 0 && rules.refreshJitter <= 1))
    throw invalid('refreshJitter is not between 0 and 1');
  return rules;
}

const invalid = (message: string): StrongroomError => new StrongroomError('DEFINITION_INVALID', message);
