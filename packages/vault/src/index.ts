export type { Cancellation } from './cancellation.js';
export {
  readVaultEnvironment,
  type VaultEnvironment,
  type VaultSourceOptions,
  vaultFromEnvironment,
} from './environment.js';
export type { KvAbsent, KvFound, KvReader, KvReadOptions } from './kv-reader.js';
export type { NodeVaultClient } from './node-vault.js';
export { type KvPlacement, placementDefaults } from './placement.js';
export type { TlsOptions } from './tls.js';
export type { TokenReader } from './token.js';
export { type TransportLimits, transportDefaults } from './transport-defaults.js';
export { createVault, type Vault, type VaultBehaviour, type VaultOptions, vaultSource } from './vault.js';
export { type SystemFault, VaultError, type VaultErrorDetails } from './vault-error.js';
