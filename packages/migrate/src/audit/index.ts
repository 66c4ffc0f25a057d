export type { AuditReport, AuditReportJson, Scanned, Skipped, SkipReason } from './audit-report.js';
export { type AuditOptions, type AuditProgress, auditDefaults, auditTree } from './audit-tree.js';
export { type Baseline, createBaseline, readBaseline } from './baseline.js';
export { Finding, type FindingJson, type Proposal } from './finding.js';
export { printable } from './printable.js';
export { renderSarif, type SarifLog } from './render-sarif.js';
export { renderTable } from './render-table.js';
export type { RuleLevel } from './rule.js';
