import type { ActiveNode, HighAvailability } from '../core/high-availability.js';
import type { VaultCore } from '../core/vault-core.js';

/** A server as its cluster sees it. */
export interface ClusterNode {
  readonly address: string;
  readonly core: VaultCore;
  /** Makes the core anew from the state, which another node has changed. */
  reload(): void;
}

/**
 * Servers with one state, of which one is active. When that closes, is sealed or steps down, the next one that can
 * takes over, after a time without any. A server that stands alone is a cluster of one that does nothing of this.
 */
export class Cluster {
  readonly #now: () => number;
  readonly #nodes: ClusterNode[] = [];
  #active: ClusterNode | undefined;
  #since = 0;
  #election: NodeJS.Timeout | undefined;
  #electionMs: number | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * The first node is the active one.
   *
   * @param electionMs how long the cluster is without an active one when that is gone; undefined for the first node
   */
  join(node: ClusterNode, electionMs: number | undefined): void {
    this.#nodes.push(node);
    if (electionMs === undefined) {
      this.#active = node;
      this.#since = this.#now();
      return;
    }
    this.#electionMs = electionMs;
    for (const each of this.#nodes) each.core.ha = this.#viewOf(each);
  }

  leave(node: ClusterNode): void {
    this.#nodes.splice(this.#nodes.indexOf(node), 1);
    if (this.#nodes.length === 0) clearTimeout(this.#election);
    else this.check();
  }

  /** To be called after whatever may have sealed or unsealed a node. */
  check(): void {
    const active = this.#active;
    const gone = active === undefined || active.core.sealed || !this.#nodes.includes(active);
    if (gone && this.#election === undefined) this.#elect(active);
  }

  #viewOf(node: ClusterNode): HighAvailability {
    const isActive = () => this.#active === node;
    const active = (): ActiveNode | undefined => {
      const found = this.#active;
      return found && { address: found.address, core: found.core, since: this.#since };
    };
    return {
      get standby() {
        return !isActive();
      },
      get active() {
        return active();
      },
      stepDown: () => {
        if (isActive()) this.#elect(node);
      },
    };
  }

  /** @param before the node that was active; it is taken again only when there is no other */
  #elect(before: ClusterNode | undefined): void {
    if (this.#electionMs === undefined) return;
    this.#active = undefined;
    this.#election = setTimeout(() => {
      this.#election = undefined;
      const able = this.#nodes.filter(({ core }) => !core.sealed);
      const next = able.find((node) => node !== before) ?? able[0];
      if (next === undefined) return;
      next.reload();
      next.core.ha = this.#viewOf(next);
      this.#active = next;
      this.#since = this.#now();
    }, this.#electionMs);
    this.#election.unref();
  }
}
