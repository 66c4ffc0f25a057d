import type { AuditReport } from './audit-report.js';

/** A log of SARIF 2.1.0, for `JSON.stringify`. */
export interface SarifLog {
  readonly $schema: string;
  readonly version: '2.1.0';
  readonly runs: readonly object[];
}

/** The report as SARIF 2.1.0, which code scanning services read. */
export declare function renderSarif(report: AuditReport): SarifLog;
