export {
  AuditReport,
  type AuditReportJson,
  type Scanned,
  type Skipped,
  type SkipReason,
} from './audit-report.js';
export type { AuditProgress } from './audit-run.js';
export { type AuditOptions, auditDefaults, auditTree } from './audit-tree.js';
export { Baseline, createBaseline, readBaseline, writeBaseline } from './baseline.js';
export { Finding, type FindingJson, type Proposal } from './finding.js';
export { printable } from './printable.js';
export { renderSarif, type SarifLog } from './render-sarif.js';
export { renderTable } from './render-table.js';
export type { RuleLevel } from './rule.js';
