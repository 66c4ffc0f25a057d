import type { Setting } from './definition.js';
import type { SourceError } from './errors.js';

/** Why a source has no value for a setting. */
export type AbsenceReason =
  | 'not-set'
  | 'no-place'
  | 'no-such-path'
  | 'no-such-key'
  | 'version-deleted'
  | 'version-destroyed'
  | 'development-only'
  | 'turned-off';

/** A source's answer: the raw value, and where it lay. */
export interface Found {
  readonly status: 'found';
  /** Text, or any JSON value; the resolver alone turns it into the setting's type. */
  readonly value: unknown;
  /** Where the value lay, for people: a variable, a file, or namespace, mount, path and key. */
  readonly locator: string;
  /** The version of the value, where the source counts versions. */
  readonly version?: number;
  /** When the source read it, in milliseconds since 1970. @default the moment of the answer */
  readonly readAt?: number;
}

/** A source's answer: it was asked, and it has nothing. */
export interface Absent {
  readonly status: 'absent';
  readonly reason: AbsenceReason;
  /** Where it was looked for. */
  readonly locator?: string;
  /** Called only when the absence turns into an error: what the user may have meant, or the next step. */
  readonly hint?: () => string | undefined;
}

/** A source's answer for one setting: it could not ask. Never the same as absent. */
export interface Failed {
  readonly status: 'failed';
  readonly error: SourceError;
}

/**
 * A source's answer for one setting: what the user gave contradicts itself. Unlike `failed` this is never
 * papered over by a later source or a default.
 */
export interface Misconfigured {
  readonly status: 'misconfigured';
  /** What is wrong, in words. Never a value. */
  readonly reason: string;
  readonly hint: string;
}

export type Lookup = Found | Absent | Failed | Misconfigured;

/** What a source may know of the moment it is asked. */
export interface LookupContext {
  readonly application: string;
  readonly environment: string;
  /** The names of all settings of the definition, asked for or not. @default those asked for */
  readonly declared?: ReadonlySet<string>;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** A place that settings are read from. The one seam of the library: everything else is built on it. */
export interface Source {
  /** Short and unique among the sources of a resolver; it stands in provenance and in errors. */
  readonly name: string;
  /**
   * It answers from memory, at once. So the resolver asks about every setting, not only those still open, and
   * `explain()` can say what was overridden; and it asks even when the deadline has passed. @default false
   */
  readonly local?: boolean;
  /**
   * Answers for each of the given settings, by name.
   *
   * @throws SourceError when it could not ask at all; it may also answer `failed` for some settings only
   * @throws ConfigurationError when its own wiring is wrong, which keeps the program from starting
   */
  lookup(settings: readonly Setting[], context: LookupContext): Promise<ReadonlyMap<string, Lookup>>;
  /**
   * Tells a listener whenever something that this source answered is no longer so: a lease was replaced, a file
   * changed. The resolver then asks all sources again. A source that cannot know leaves it out.
   *
   * @returns a function that calls it off
   */
  onChange?(listener: () => void): () => void;
  /** Lets go of all handles. Called once. */
  close?(): Promise<void>;
}
