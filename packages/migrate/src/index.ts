export { type ApplyOptions, applyPlan, type Migration, type WrittenPath } from './apply/apply-plan.js';
export type { VerifiedEntry } from './apply/verify-group.js';
export { type Verification, type VerifyOptions, verifyMigration } from './apply/verify-migration.js';
export { type CleanUp, type CleanUpOptions, cleanUpDotenv, type KeptName } from './clean-up/clean-up.js';
export {
  type BackupKey,
  prepareBackupKey,
  type RestoreOptions,
  restoreBackup,
} from './clean-up/encrypted-backup.js';
export { type WriteDotenvOptions, writeDotenv } from './clean-up/write-dotenv.js';
export { Entry, type Origin } from './entry.js';
export { readJournal } from './journal/journal-reader.js';
export type {
  JournalRecord,
  NotWrittenRecord,
  RestoredRecord,
  RunRecord,
  WriteRecord,
  WrittenRecord,
} from './journal/journal-record.js';
export type { Candidate, MappingOptions } from './mapping/mapping.js';
export { type ProposedSetting, proposeSettings } from './mapping/propose-settings.js';
export type { PlacementOptions } from './placement.js';
export type { Action, Conflict, OnConflict, Plan, PlanJson, Reason, Step } from './plan/plan.js';
export { type LoadPlanOptions, loadPlan, savePlan } from './plan/plan-file.js';
export { type PlanOptions, planMigration } from './plan/plan-migration.js';
export { leastPolicy } from './policy/policy.js';
export { type CheckPolicyOptions, checkPolicy, type PathPermission } from './policy/policy-check.js';
export type { PolicyOptions } from './policy/policy-grants.js';
export { type RoleOptions, roleCommands } from './policy/policy-role.js';
export type { ParallelOptions, Progress } from './progress.js';
export { type ReadComposeOptions, readCompose } from './reading/read-compose.js';
export { type ReadDotenvOptions, readDotenv } from './reading/read-dotenv.js';
export { readEnvironment } from './reading/read-environment.js';
export { readJson } from './reading/read-json.js';
export { type ReadKubernetesSecretOptions, readKubernetesSecret } from './reading/read-kubernetes-secret.js';
export { readSecretsFolder } from './reading/read-secrets-folder.js';
export { type ReadSettingsOptions, readSettings } from './reading/read-settings.js';
export type { TextSource } from './reading/read-text.js';
export { type ReadVaultOptions, readVault } from './reading/read-vault.js';
export { readYaml } from './reading/read-yaml.js';
export type { Reading, ReadingWarning } from './reading/reading.js';
export { type RollBack, type RollBackOptions, rollBack } from './roll-back/roll-back.js';
export type { RolledBackPath } from './roll-back/roll-back-path.js';
export type { Target } from './target.js';
