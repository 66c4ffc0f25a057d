import type { AuditReport } from './audit-report.js';

/** The report as text for a terminal or a log: one line a finding, then what was looked at and what was not. */
export declare function renderTable(report: AuditReport): string;
