import type { ConfigurationError, Problem, SourceErrorCode, StrongroomError } from '../errors/errors.js';
import type { SourceAsked } from '../resolution/chain.js';
import type { SettingChange } from '../resolution/resolution.js';
import type { ShadowComparison } from '../shadow/shadow-report.js';
import type { SourceActivity } from '../source/source.js';
import type { SourceFailure } from '../source/source-failure.js';

/** Where a resolver stands. `degraded`: it serves, but not all that it should. `failed`: it does not. */
export interface ResolverState {
  readonly status: 'new' | 'loading' | 'ready' | 'degraded' | 'failed' | 'closed';
  /** Since when, in milliseconds since 1970. */
  readonly since: number;
  /** Why it is degraded or failed, in one line; never a value. */
  readonly reason?: string;
  /** What the sources that could not be asked said; empty unless degraded or failed. */
  readonly failures: readonly SourceFailure[];
  /** The settings that were deleted where they came from, and whose last values are kept. */
  readonly deleted: readonly string[];
  /** What the last load or refresh found wrong, so that the snapshot before it still holds, or none. */
  readonly error?: StrongroomError;
}

/** What one load or refresh came to. */
export interface RefreshReport {
  /** `load`: the first. `schedule`: it was time. `request`: somebody asked. `source`: a source said that it changed. */
  readonly trigger: 'load' | 'schedule' | 'request' | 'source';
  /** When it began, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** How many settings were asked for. */
  readonly settings: number;
  /**
   * `changed`: a new snapshot. `unchanged`: what is there is still so. `refused`: what the sources say now is
   * not valid, so nothing changed. `incomplete`: a source could not be asked about some settings, whatever the
   * others brought. `failed`: a first load that came to nothing.
   */
  readonly outcome: 'changed' | 'unchanged' | 'refused' | 'incomplete' | 'failed';
  readonly changed: readonly string[];
  readonly failures: readonly SourceFailure[];
  /** The sources that were asked, in order of precedence. */
  readonly asked: readonly SourceAsked[];
}

/** The events of a resolver, with their arguments. None holds a value. */
export interface ResolverEvents {
  /** Serving, although a source could not be asked, or what the sources say now is not valid. */
  degraded: [state: ResolverState];
  ready: [state: ResolverState];
  /** Nothing to serve: the first load came to nothing, or the last good values are too old. */
  failed: [state: ResolverState, error: StrongroomError];
  /** A refresh brought a new snapshot: the settings whose values are others than before. */
  change: [changes: readonly SettingChange[]];
  /** A refresh brought values that are not valid. Told once for each version of them. */
  refused: [error: ConfigurationError];
  /** Settings were deleted where they came from. Their last values are kept. Told once for each deletion. */
  deleted: [settings: readonly string[]];
  /** A load or a refresh is over. */
  refresh: [report: RefreshReport];
  /** What a source tells of itself. */
  source: [activity: SourceActivity & { readonly source: string }];
  /** It was decided whether this process uses a source, before the first load. */
  rollout: [decision: RolloutDecision];
  /** A source that is read beside the others, and not used, was compared with what is served. */
  shadow: [comparison: ShadowComparison];
  /** A bound resource could not be built anew, so that the old one goes on, or an old one not be disposed of. */
  bindFailed: [failure: BindFailure];
  closed: [];
}

/** Whether this process uses a source, and why. */
export interface RolloutDecision {
  readonly source: string;
  /** `shadow`: it is read and compared, and not used. */
  readonly mode: 'on' | 'shadow' | 'off';
  /** Who decided: a variable, the share of instances that a variable names, or the application's own function. */
  readonly decidedBy: 'variable' | 'share' | 'function';
  /** Why, in words. */
  readonly reason: string;
  /** The id of this instance, where it was asked for. */
  readonly instance?: string;
}

export interface BindFailure {
  /** The settings that the resource is built from. */
  readonly settings: readonly string[];
  readonly what: 'build' | 'dispose';
  /** The class of what was thrown, and where; never its message, which may quote a value. */
  readonly reason: string;
}

/** What a probe or a dashboard wants to know, small enough to be asked every second. */
export interface Health {
  readonly status: ResolverState['status'];
  /** Since when, in milliseconds since 1970. */
  readonly since: number;
  /** It has not been closed: a process that is not live is to be started again. */
  readonly live: boolean;
  /** There is a snapshot that may be served: traffic may come. */
  readonly ready: boolean;
  /** `stale` when some value could not be made sure of at the last refresh. */
  readonly freshness: 'fresh' | 'stale';
  /** How long ago every source was last asked with success, in milliseconds; undefined before the first time. */
  readonly ageMs: number | undefined;
  readonly failing: readonly { readonly source: string; readonly code: SourceErrorCode }[];
  readonly problems: readonly Pick<Problem, 'name' | 'code'>[];
  /** The settings that were deleted where they came from. */
  readonly deleted: readonly string[];
}
