import type { Finding, FindingJson } from './finding.js';

/** Why a file, or a version of it in history, was not looked into. */
export type SkipReason = 'binary' | 'too-large' | 'symbolic-link' | 'no-file' | 'unreadable' | 'ignored';

export interface Skipped {
  readonly file: string;
  readonly reason: SkipReason;
}

/** What was looked at. */
export interface Scanned {
  readonly files: number;
  /** Versions of files in history, each once. */
  readonly versions: number;
  readonly commits: number;
  readonly bytes: number;
}

/** An audit's report as JSON: the shape is stable, and has no value. */
export interface AuditReportJson {
  readonly version: 1;
  readonly findings: readonly FindingJson[];
  /** How many findings the baseline knew; they are not among `findings`. */
  readonly baselined: number;
  /** How many findings a comment in the code ignores; they are not among `findings`. */
  readonly ignored: number;
  readonly scanned: Scanned;
  readonly skipped: Readonly<Record<SkipReason, number>>;
}

/** What an audit has found, and what it has not looked at. */
export interface AuditReport {
  /** Those that neither the baseline nor a comment accepts: by file, line and column, those of history last. */
  readonly findings: readonly Finding[];
  /** Those that the baseline accepts. */
  readonly baselined: readonly Finding[];
  /** How many a comment `strongroom-ignore` in the code accepts. */
  readonly ignored: number;
  readonly scanned: Scanned;
  /** Every file that was not looked into, with the reason. */
  readonly skipped: readonly Skipped[];
  toJSON(): AuditReportJson;
}
