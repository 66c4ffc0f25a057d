import type { Cancellation } from '../transport/cancellation.js';
import { Lease, type LeaseContext, type LeaseListeners } from './lease.js';
import { type LeaseQuestion, requestTerm } from './lease-requests.js';

/** The leases of one client. */
export class Leases {
  readonly #context: LeaseContext;
  readonly #revoke: boolean;
  readonly #open = new Set<Lease>();
  #closed = false;

  /** @param revoke whether closing revokes them */
  constructor(context: LeaseContext, revoke: boolean) {
    this.#context = context;
    this.#revoke = revoke;
  }

  get address(): string {
    return this.#context.transport.address;
  }

  /**
   * Asks Vault for something, and keeps its lease up until it is released.
   *
   * @returns undefined when there is no such path
   * @throws VaultError when Vault could not answer or denied it
   */
  async obtain(
    question: LeaseQuestion,
    listeners: LeaseListeners,
    signal: Cancellation | undefined,
  ): Promise<Lease | undefined> {
    const { transport, clock } = this.#context;
    const term = await requestTerm(transport, question, () => clock.now(), signal).catch((error: unknown) => {
      if (signal?.aborted !== true) {
        transport.activities.refused(error);
        transport.activities.failed('lease', question.path, error);
      }
      throw error;
    });
    if (term === undefined) return undefined;
    const lease = new Lease(this.#context, question, term, listeners, (ended) => this.#open.delete(ended));
    this.#open.add(lease);
    if (this.#closed) lease.release();
    return lease;
  }

  /**
   * Replaces every lease: Vault revokes what a token got when that token ends, so with a new token they are made
   * anew. One that cannot be replaced now tries again by itself.
   */
  replaceAll(): void {
    for (const lease of [...this.#open]) lease.replace().catch(() => undefined);
  }

  /** Releases leases, or revokes them when that is what was asked for. A revocation that fails is logged. */
  async end(leases: Iterable<Lease>): Promise<void> {
    const revoked = [...leases].map(async (lease) => {
      if (!this.#revoke) return lease.release();
      await lease.revoke().catch(() => {
        const { path } = lease;
        this.#context.logger?.warn({ path }, 'a lease could not be revoked: it ends by itself');
      });
    });
    await Promise.all(revoked);
  }

  /** Ends all leases. Nothing is left to wait for when none is to be revoked. */
  close(): Promise<void> | undefined {
    this.#closed = true;
    if (this.#open.size === 0) return undefined;
    const ended = this.end([...this.#open]);
    return this.#revoke ? ended : undefined;
  }
}
