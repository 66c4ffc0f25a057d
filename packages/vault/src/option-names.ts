import type { OptionNames } from '@strongroom/core';
import type { VaultSourceOptions } from './environment/environment.js';
import type { KvPlacement } from './source/placement.js';
import type { VaultBehaviour, VaultOptions } from './vault.js';

/** The options of a source: where settings lie. */
export const placementNames: OptionNames<KvPlacement> = {
  mount: true,
  layout: true,
  kvVersion: true,
  refreshBy: true,
  marker: true,
  fullLookEveryMs: true,
};

const behaviourNames: OptionNames<VaultBehaviour> = {
  allowInsecureHttp: true,
  revokeLeases: true,
  revokeTokens: true,
  logger: true,
  clock: true,
  maxSockets: true,
  maxWaiting: true,
  idleTimeoutMs: true,
  connectTimeoutMs: true,
  headersTimeoutMs: true,
  requestTimeoutMs: true,
  deadlineMs: true,
  maxBodyBytes: true,
  retries: true,
  retryMinWaitMs: true,
  retryMaxWaitMs: true,
  breakerFailures: true,
  probeMinWaitMs: true,
  probeMaxWaitMs: true,
};

/** The options of a client. */
export const vaultNames: OptionNames<VaultOptions> = {
  address: true,
  auth: true,
  token: true,
  namespace: true,
  authNamespace: true,
  tls: true,
  proxy: true,
  ...behaviourNames,
};

/** What of a source that is wired by environment variables is said in code. */
export const vaultSourceNames: OptionNames<VaultSourceOptions> = {
  auth: true,
  ...placementNames,
  ...behaviourNames,
};
