export { type ApplyOptions, applyPlan, type Migration, type WrittenPath } from './apply-plan.js';
export { type CleanUp, type CleanUpOptions, cleanUpDotenv, type KeptName } from './clean-up.js';
export { type BackupKey, prepareBackupKey, type RestoreOptions, restoreBackup } from './encrypted-backup.js';
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
export { type ProposedSetting, proposeSettings } from './propose-settings.js';
export { type ReadComposeOptions, readCompose } from './read-compose.js';
export { type ReadDotenvOptions, readDotenv } from './read-dotenv.js';
export { readEnvironment } from './read-environment.js';
export { readJson } from './read-json.js';
export { type ReadKubernetesSecretOptions, readKubernetesSecret } from './read-kubernetes-secret.js';
export { readSecretsFolder } from './read-secrets-folder.js';
export { type ReadSettingsOptions, readSettings } from './read-settings.js';
export type { TextSource } from './read-text.js';
export { type ReadVaultOptions, readVault } from './read-vault.js';
export { readYaml } from './read-yaml.js';
export type { Reading, ReadingWarning } from './reading.js';
export { type RollBack, type RollBackOptions, rollBack } from './roll-back.js';
export type { RolledBackPath } from './roll-back-path.js';
export type { Target } from './target.js';
export type { VerifiedEntry } from './verify-group.js';
export { type Verification, type VerifyOptions, verifyMigration } from './verify-migration.js';
export { type WriteDotenvOptions, writeDotenv } from './write-dotenv.js';
