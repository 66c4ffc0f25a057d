export type { ChildEnvironmentOptions } from './child-environment.js';
export { type LoadSettingsOptions, loadSettings } from './load-settings.js';
export { LoadedSettings } from './loaded-settings.js';
export type { DecideVaultMode, VaultModeContext } from './rollout.js';
export type { RunOptions, RunResult } from './run-options.js';
export type { VaultMode } from './use-vault.js';
export { type WireSettingsOptions, wireSettings } from './wire-settings.js';
