import type { Setting } from '../definition/definition.js';
import type { SourceError, SourceErrorCode } from '../errors/errors.js';

/** Why a source has no value for a setting. */
export type AbsenceReason =
  | 'not-set'
  | 'no-place'
  | 'no-such-path'
  | 'no-such-key'
  | 'version-deleted'
  | 'version-destroyed'
  | 'development-only'
  | 'turned-off'
  | 'shadow';

/** A source's answer: the raw value, and where it lay. */
export interface Found {
  readonly status: 'found';
  /** Text, or any JSON value; the resolver alone turns it into the setting's type. */
  readonly value: unknown;
  /** Where the value lay, for people: a variable, a file, or namespace, mount, path and key. */
  readonly locator: string;
  /** The version of the value, where the source counts versions. */
  readonly version?: number;
  /** Equal revisions of one locator mean equal values, so that one that was seen is not looked at again. */
  readonly revision?: string;
  /** When the source read it, in milliseconds since 1970. @default the moment of the answer */
  readonly readAt?: number;
  /** By which the other side's own audit log knows the read. */
  readonly requestId?: string;
  /**
   * Given when the source could not be asked and this is what it knew before: why. A running program keeps what
   * it has; one that starts takes the value, and is degraded. @default it was asked
   */
  readonly staleBecause?: SourceError;
}

/** A source's answer: it was asked, and it has nothing. */
export interface Absent {
  readonly status: 'absent';
  readonly reason: AbsenceReason;
  /** More on the reason, in words. Never a value. */
  readonly detail?: string;
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

/** A source's answer to a refresh: what it found last time, as {@link LookupContext.known} says, still holds. */
export interface Unchanged {
  readonly status: 'unchanged';
  /** When the source made sure of it, in milliseconds since 1970. @default the moment of the answer */
  readonly readAt?: number;
}

export type Lookup = Found | Absent | Failed | Misconfigured | Unchanged;

/** What a source found for a setting the last time. */
export interface Known {
  readonly locator: string;
  readonly version?: number;
  readonly revision: string;
}

/** What a source may know of the moment it is asked. */
export interface LookupContext {
  readonly application: string;
  readonly environment: string;
  /** The names of all settings of the definition, asked for or not. @default those asked for */
  readonly declared?: ReadonlySet<string>;
  /**
   * What this source found last time for the settings whose values come from it, by name. For these it may
   * answer `unchanged` when it can tell without reading them. @default nothing
   */
  readonly known?: ReadonlyMap<string, Known>;
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
   * Tells a listener what happens without being asked: that an answer is no longer so, and what it does to be
   * able to answer. A source of which nothing is to be told leaves it out.
   *
   * @returns a function that calls it off
   */
  onEvent?(listener: (event: SourceEvent) => void): () => void;
  /** Lets go of all handles. Called once. */
  close?(): Promise<void>;
}

/** What a source tells unasked. */
export type SourceEvent = SourceChanged | SourceActivity;

/** Something that this source answered is no longer so: the resolver looks again. */
export interface SourceChanged {
  readonly type: 'changed';
  /** The names of the settings that it touches. @default all */
  readonly settings?: readonly string[];
}

/** Something that a source did, or that was done to it. Never a value or a credential. */
export interface SourceActivity {
  /**
   * `login` and `renewal` are of its token, `lease` is of a leased secret; `refusal`: it was denied something;
   * `breaker`: an address is left alone (failure) or used again (success).
   */
  readonly type: 'login' | 'renewal' | 'lease' | 'refusal' | 'breaker';
  readonly outcome: 'success' | 'failure';
  /** What it was about: a path, an auth mount, an address. */
  readonly locator: string;
  /** How it failed. */
  readonly code?: SourceErrorCode;
  /** By which the other side's own audit log knows it. */
  readonly requestId?: string;
  /** How long what was obtained lasts, in milliseconds. */
  readonly ttlMs?: number;
}
