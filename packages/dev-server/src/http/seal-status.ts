import type { VaultCore } from '../core/vault-core.js';
import { type Answer, jsonAnswer } from './answer.js';

/** The version that the server says it is. */
export const VERSION = '1.8.0-dev';

/** What the cluster is called; a sealed server does not say. */
export const clusterView = (core: VaultCore): { cluster_name?: string; cluster_id?: string } =>
  core.sealed ? {} : { cluster_name: core.cluster.name, cluster_id: core.cluster.id };

/** How far the server is from being unsealed. */
export const sealStatusAnswer = (core: VaultCore): Answer =>
  jsonAnswer(200, {
    type: 'shamir',
    initialized: core.initialised,
    sealed: core.sealed,
    t: core.seal.threshold,
    n: core.seal.shares,
    progress: core.seal.progress.count,
    nonce: core.seal.progress.nonce,
    version: VERSION,
    migration: false,
    ...clusterView(core),
    recovery_seal: false,
    storage_type: 'inmem',
  });
