export { type AuditEvent, type AuditRecord, auditEvents } from './audit-record.js';
export type { AuditSink } from './audit-sink.js';
export {
  type AuditedResolver,
  type AuditOptions,
  type AuditTrail,
  auditDefaults,
  auditTrail,
} from './audit-trail.js';
