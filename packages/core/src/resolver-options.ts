import type { Clock } from './clock.js';
import type { Definition, OnSourceError } from './definition.js';
import { ConfigurationError, StrongroomError } from './errors.js';
import type { Logger } from './logger.js';
import type { Source } from './source.js';

/** The numbers that a resolver goes by, each an option. */
export const resolverDefaults = {
  /** How long a load may take over everything, in milliseconds. */
  startDeadlineMs: 15_000,
  /** What happens when a source could not be asked. */
  onSourceError: 'fallback',
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
  /** A logger with pino's methods. Nothing is logged without one. */
  readonly logger?: Logger;
  /** @default the system's time */
  readonly clock?: Clock;
}

/** @throws StrongroomError `DEFINITION_INVALID` for two sources of one name */
export function checkSourceNames(sources: readonly Source[]): void {
  const names = sources.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new StrongroomError(
    'DEFINITION_INVALID',
    `Two sources are called ${JSON.stringify(twice)}: provenance could not tell them apart`,
  );
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
