import type { ErrorCode } from '../errors/errors.js';

/** Where one side of a comparison has its value. */
export interface ShadowSide {
  /** Undefined on the side of the application for a setting that no source has. */
  readonly source: string | undefined;
  readonly locator?: string;
  readonly version?: number;
  /**
   * For `differs` only: twelve digits that tell whether two values of this setting are equal. They are made with
   * a key that no other process has, and worthless outside this run.
   */
  readonly fingerprint?: string;
}

/** One setting on which a source differs from what the application is served. Never a value. */
export interface ShadowDifference {
  readonly setting: string;
  /**
   * `missing`: the source has no value, and the one served comes from elsewhere and is no default. `extra`: only
   * the source has a value. `differs`: both have one, another. `invalid`: the source's would not be accepted.
   * `unavailable`: the source could not be asked.
   */
  readonly kind: 'missing' | 'extra' | 'differs' | 'invalid' | 'unavailable';
  /** What the application is served. */
  readonly served: ShadowSide;
  /** What the source has that is compared. */
  readonly compared: ShadowSide & { readonly source: string };
  /** How the source failed, for `unavailable`. */
  readonly code?: ErrorCode;
  /** Why it is missing, what is not valid, or how it failed, in words. */
  readonly reason?: string;
  /** Since when they differ in this way, in milliseconds since 1970. */
  readonly since: number;
}

/** What one comparison came to. */
export interface ShadowComparison {
  /** The source that is compared. */
  readonly source: string;
  /** When it began, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** How many settings were compared. */
  readonly settings: number;
  /** On how many of them the source differs. */
  readonly differing: number;
  /** The differences that were not told before: each is told once for each version of either side. */
  readonly differences: readonly ShadowDifference[];
  /** The settings on which the source differed before and agrees now. */
  readonly agreed: readonly string[];
}

/** What all comparisons since the start came to. Holds no value, and can be written down as JSON. */
export interface ShadowReport {
  readonly application: string;
  readonly environment: string;
  /** The source that is compared. */
  readonly source: string;
  /** When comparing began, in milliseconds since 1970. */
  readonly since: number;
  /** When the last comparison ended, in milliseconds since 1970; undefined before the first. */
  readonly lastComparedAt: number | undefined;
  /** How many comparisons there were. */
  readonly comparisons: number;
  /** In how many of them the source could not be asked about some setting. */
  readonly unavailable: number;
  /** The settings on which the source differs now. */
  readonly differing: readonly ShadowDifference[];
  /** The settings on which the source differed before and agrees now. */
  readonly agreedAgain: readonly string[];
  /** The settings on which the source agreed each time that it could be asked. */
  readonly alwaysAgreed: readonly string[];
  /** The settings that the source has no place for, or that it would have to make: what is leased is never equal. */
  readonly notCompared: readonly string[];
}
