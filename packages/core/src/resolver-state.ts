import type { ConfigurationError } from './errors.js';
import type { SettingChange } from './resolution.js';
import type { SourceFailure } from './source-failure.js';

/** Where a resolver stands. `degraded`: it serves, but not all that it should. `failed`: it does not. */
export interface ResolverState {
  readonly status: 'new' | 'loading' | 'ready' | 'degraded' | 'failed' | 'closed';
  /** Since when, in milliseconds since 1970. */
  readonly since: number;
  /** What the sources that could not be asked said; empty unless degraded or failed. */
  readonly failures: readonly SourceFailure[];
  /** What the last load or refresh found wrong, so that the snapshot before it still holds, or none. */
  readonly error?: ConfigurationError;
}

/** The events of a resolver, with their arguments. */
export interface ResolverEvents {
  /** Serving, although a source could not be asked, or what the sources say now is not valid. */
  degraded: [state: ResolverState];
  ready: [state: ResolverState];
  failed: [state: ResolverState, error: ConfigurationError];
  /** A refresh brought a new snapshot: the settings whose values are others than before. */
  change: [changes: readonly SettingChange[]];
}
