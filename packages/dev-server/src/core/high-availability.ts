import type { VaultCore } from './vault-core.js';

/** The node of a cluster that answers. */
export interface ActiveNode {
  readonly address: string;
  readonly core: VaultCore;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** What a node knows of the cluster that it belongs to. */
export interface HighAvailability {
  /** Whether another node answers, or none does. */
  readonly standby: boolean;
  /** Undefined while none was elected. */
  readonly active: ActiveNode | undefined;
  /** Leaves the answering to another node. */
  stepDown(): void;
}
