/** Three running nodes of one cluster, unsealed, with KV version 2 at `secret/`. */
export interface TestCluster {
  /** Of all nodes, the one that is active at the start first. */
  readonly addresses: readonly string[];
  readonly rootToken: string;
  /**
   * Ends the active node at once, as a machine that loses power.
   *
   * @returns its address
   */
  killLeader(): Promise<string>;
  close(): Promise<void>;
}

/** The address of the active node as another node names it; empty while there is none. */
export async function leaderOf(address: string): Promise<string> {
  const response = await fetch(`${address}/v1/sys/leader`);
  const { leader_address } = (await response.json()) as { readonly leader_address?: string };
  return leader_address ?? '';
}
