export { type AppRoleOptions, appRole } from './auth/app-role.js';
export type { AuthContext, AuthMethod, AuthResponse, PostOptions } from './auth/auth-method.js';
export { type AwsCredentials, type AwsOptions, aws } from './auth/aws.js';
export { type CertificateOptions, certificate } from './auth/certificate.js';
export type { Credential, CredentialFile } from './auth/credential.js';
export { type JwtOptions, jwt } from './auth/jwt.js';
export { type KubernetesOptions, kubernetes } from './auth/kubernetes.js';
export { loginPace } from './auth/login-gate.js';
export type { TokenReader } from './auth/token.js';
export { type TokenFiles, tokenFile } from './auth/token-file.js';
export { tokenPace } from './auth/token-plan.js';
export { type UserpassOptions, userpass } from './auth/userpass.js';
export { credentialVariables } from './environment/credential-variables.js';
export {
  readVaultEnvironment,
  type VaultEnvironment,
  type VaultSourceOptions,
  vaultFromEnvironment,
} from './environment/environment.js';
export type { KvDeleteOptions } from './kv/kv-delete.js';
export { type KvListAllOptions, type KvTree, listAllDefaults } from './kv/kv-list.js';
export type { KvMetadata, KvMetadataChange, KvNoMetadata, KvVersionMetadata } from './kv/kv-metadata.js';
export type { KvCallOptions, KvMount, KvOptions } from './kv/kv-mount.js';
export type { KvReadOptions } from './kv/kv-read.js';
export type { KvAbsent, KvFound } from './kv/kv-secret.js';
export type { KvVersion } from './kv/kv-version.js';
export type { KvWriteOptions, KvWritten } from './kv/kv-write.js';
export { mayHaveLostDigits } from './kv/lost-digits.js';
export type { Lease, LeaseListeners } from './lease/lease.js';
export { leaseTiming } from './lease/lease-timing.js';
export type { NodeVaultClient } from './node-vault.js';
export { bumpMarker, type MarkerPlace, markerName, markerPath } from './source/marker.js';
export { type KvPlacement, placementDefaults } from './source/placement.js';
export type { Cancellation } from './transport/cancellation.js';
export type { ProxyOptions } from './transport/http-proxy.js';
export type { TlsOptions } from './transport/tls.js';
export { type TransportLimits, transportDefaults } from './transport/transport-defaults.js';
export {
  createVault,
  type LeaseOptions,
  type Vault,
  type VaultBehaviour,
  type VaultOptions,
  vaultSource,
} from './vault.js';
export { type SystemFault, VaultError, type VaultErrorDetails } from './vault-error.js';
