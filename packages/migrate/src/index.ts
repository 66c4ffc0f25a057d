export { type ApplyOptions, applyPlan, type Migration, type WrittenPath } from './apply-plan.js';
export { Entry, type Origin } from './entry.js';
export { readJournal } from './journal-reader.js';
export type {
  JournalRecord,
  NotWrittenRecord,
  RestoredRecord,
  RunRecord,
  WriteRecord,
  WrittenRecord,
} from './journal-record.js';
export type { Candidate, MappingOptions } from './mapping.js';
export type { PlacementOptions } from './placement.js';
export type { Action, Conflict, OnConflict, Plan, PlanJson, Reason, Step } from './plan.js';
export { type LoadPlanOptions, loadPlan, savePlan } from './plan-file.js';
export { type PlanOptions, planMigration } from './plan-migration.js';
export { leastPolicy } from './policy.js';
export { type CheckPolicyOptions, checkPolicy, type PathPermission } from './policy-check.js';
export type { PolicyOptions } from './policy-grants.js';
export { type RoleOptions, roleCommands } from './policy-role.js';
export type { ParallelOptions, Progress } from './progress.js';
export { type RollBack, type RollBackOptions, rollBack } from './roll-back.js';
export type { RolledBackPath } from './roll-back-path.js';
export type { Target } from './target.js';
export type { VerifiedEntry } from './verify-group.js';
export { type Verification, type VerifyOptions, verifyMigration } from './verify-migration.js';
