import type { Finding, FindingJson } from './finding.js';

/** Why a file, or a version of it in history, was not looked into. */
export type SkipReason =
  | 'binary'
  | 'too-large'
  | 'symbolic-link'
  | 'nested-repository'
  | 'no-file'
  | 'unreadable'
  | 'ignored';

export interface Skipped {
  readonly file: string;
  readonly reason: SkipReason;
  /** For a version of it in history. */
  readonly commit?: string;
}

/** What was looked at. */
export interface Scanned {
  readonly files: number;
  /** Versions of files in history, each once. */
  readonly versions: number;
  readonly commits: number;
  readonly bytes: number;
  /** Whether git said which files there are; otherwise the folder was walked through. */
  readonly git: boolean;
}

/** An audit's report as JSON: the shape is stable, and has no value. */
export interface AuditReportJson {
  readonly version: 1;
  readonly findings: readonly FindingJson[];
  /** How many findings the baseline accepts; they are not among `findings`. */
  readonly baselined: number;
  /** How many a comment in the code accepts; they are not among `findings`. */
  readonly ignored: number;
  readonly scanned: Scanned;
  readonly skipped: Readonly<Record<SkipReason, number>>;
  /** The names of known values that are too short or too common to be looked for. */
  readonly notLookedFor: readonly string[];
}

/** What an audit has found, and what it has not looked at. */
export class AuditReport {
  /** Those that neither the baseline nor a comment accepts: by file, line and column, those of history last. */
  readonly findings: readonly Finding[];
  /** Those that the baseline accepts. */
  readonly baselined: readonly Finding[];
  /** How many a comment `strongroom-ignore` in the code accepts. */
  readonly ignored: number;
  readonly scanned: Scanned;
  /** Every file that was not looked into, with the reason. */
  readonly skipped: readonly Skipped[];
  /** The names of known values that are too short or too common to be looked for: they would be found everywhere. */
  readonly notLookedFor: readonly string[];

  constructor(parts: Omit<AuditReport, 'toJSON'>) {
    this.findings = parts.findings;
    this.baselined = parts.baselined;
    this.ignored = parts.ignored;
    this.scanned = parts.scanned;
    this.skipped = parts.skipped;
    this.notLookedFor = parts.notLookedFor;
  }

  toJSON(): AuditReportJson {
    return {
      version: 1,
      findings: this.findings.map((finding) => finding.toJSON()),
      baselined: this.baselined.length,
      ignored: this.ignored,
      scanned: this.scanned,
      skipped: countSkipped(this.skipped),
      notLookedFor: this.notLookedFor,
    };
  }
}

/** How many files were skipped for each reason. */
export function countSkipped(skipped: readonly Skipped[]): Readonly<Record<SkipReason, number>> {
  const counts: Record<SkipReason, number> = {
    binary: 0,
    'too-large': 0,
    'symbolic-link': 0,
    'nested-repository': 0,
    'no-file': 0,
    unreadable: 0,
    ignored: 0,
  };
  for (const { reason } of skipped) counts[reason]++;
  return counts;
}
