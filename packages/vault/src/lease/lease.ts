import { type Clock, isSourceError, type Logger, type SourceError } from '@strongroom/core';
import { Canceller } from '../transport/cancellation.js';
import type { Transport } from '../transport/transport.js';
import { undisturbed } from '../undisturbed.js';
import { VaultError } from '../vault-error.js';
import { type LeaseQuestion, renewLease, requestTerm, revokeLease } from './lease-requests.js';
import type { LeaseTerm } from './lease-term.js';
import { untilRenewal, untilReplacement, untilRetry } from './lease-timing.js';

/** Who wants to know what becomes of a lease. What these throw surfaces as an uncaught exception. */
export interface LeaseListeners {
  /** It was renewed: the same data for longer. */
  readonly onRenewed?: (lease: Lease) => void;
  /** It could not be renewed any further: there is new data now. The old one stays valid until its own end. */
  readonly onReplaced?: (lease: Lease) => void;
  /** An attempt to renew or to replace it failed; it is repeated, and the data stays as it is. */
  readonly onFailed?: (error: SourceError, lease: Lease) => void;
}

export interface LeaseContext {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
}

/** A renewal that brings this part of the first duration, or less, has met the end that Vault sets. */
const cappedBelow = 0.9;

/**
 * Something that Vault made and leased: a user of a database, a certificate. It is renewed, or something new is
 * asked for in its place, before it ends.
 */
export class Lease {
  readonly path: string;
  readonly #context: LeaseContext;
  readonly #question: LeaseQuestion;
  readonly #listeners: LeaseListeners;
  readonly #ended: (lease: Lease) => void;
  readonly #canceller = new Canceller();
  #term: LeaseTerm;
  #readAt: number;
  #expiresAt: number;
  #capped = false;
  #failures = 0;
  /** Counts what was begun: of several things at one time only the last one counts. */
  #turn = 0;
  /** What was begun last by who asked for it. */
  #replacing: Promise<void> | undefined;
  #failure: SourceError | undefined;
  /** Of which kind of failure was told. */
  #complaint: string | undefined;
  #callOff: (() => void) | undefined;

  /** @param ended called when nothing is to be done for it any more */
  constructor(
    context: LeaseContext,
    question: LeaseQuestion,
    term: LeaseTerm,
    listeners: LeaseListeners,
    ended: (lease: Lease) => void,
  ) {
    this.path = question.path;
    this.#context = context;
    this.#question = question;
    this.#listeners = listeners;
    this.#ended = ended;
    this.#term = term;
    this.#readAt = context.clock.now() - term.overMs;
    this.#expiresAt = this.#readAt + (term.durationMs ?? Number.POSITIVE_INFINITY);
    this.#schedule();
  }

  /** What Vault gave, without a prototype; another object once the lease was replaced. */
  get data(): Readonly<Record<string, unknown>> {
    return this.#term.data;
  }

  /** Empty for what Vault gives without a lease. */
  get leaseId(): string {
    return this.#term.leaseId;
  }

  get renewable(): boolean {
    return this.#term.renewable;
  }

  /** For how long it was given, in milliseconds; undefined when it has no known end. */
  get durationMs(): number | undefined {
    return this.#term.durationMs;
  }

  /** When Vault gave the data, in milliseconds since 1970. */
  get readAt(): number {
    return this.#readAt;
  }

  /** When the data ends unless the lease is renewed, in milliseconds since 1970; Infinity for no known end. */
  get expiresAt(): number {
    return this.#expiresAt;
  }

  /** Why it is not renewed or replaced now. */
  get failure(): SourceError | undefined {
    return this.#failure;
  }

  /**
   * Asks for something new in its place now, as after a database refused the user. The one before ends by itself.
   *
   * @throws SourceError when that failed; it is tried again all the same, unless the lease was released, revoked or
   *   ended with its client: nothing new comes for such a one
   */
  async replace(): Promise<void> {
    const over = () => new VaultError('SOURCE_UNAVAILABLE', `the lease of ${this.path} is given up`, details);
    const details = {
      address: this.#context.transport.address,
      path: `/v1/${this.path}`,
      hint: 'Ask for another one: vault.lease().',
    };
    if (this.#canceller.aborted) throw over();
    this.#callOff?.();
    this.#replacing = this.#replace();
    // Another one may begin meanwhile, which counts in place of this one.
    for (let last: unknown; last !== this.#replacing; ) {
      last = this.#replacing;
      await last;
    }
    if (this.#canceller.aborted) throw over();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Stops to renew it, and lets it end by itself. */
  release(): void {
    if (this.#canceller.aborted) return;
    this.#callOff?.();
    this.#canceller.cancel();
    this.#ended(this);
  }

  /**
   * Ends it now: what was given is no longer valid.
   *
   * @throws VaultError when Vault could not answer, or the policy does not allow it
   */
  async revoke(): Promise<void> {
    this.release();
    if (this.leaseId !== '') await revokeLease(this.#context.transport, this.leaseId);
  }

  #schedule(): void {
    const { durationMs, overMs, renewable, rotates } = this.#term;
    if (durationMs === undefined) return;
    const left = durationMs - overMs;
    if (rotates) this.#after(left, () => this.#replace());
    else if (renewable && !this.#capped) this.#after(untilRenewal(left), () => this.#renew());
    else this.#after(untilReplacement(left), () => this.#replace());
  }

  #after(ms: number, act: () => Promise<void>): void {
    if (this.#canceller.aborted) return;
    this.#callOff = this.#context.clock.after(ms, () => void act());
  }

  async #renew(): Promise<void> {
    const { transport, clock } = this.#context;
    const turn = ++this.#turn;
    try {
      const { durationMs, body } = await renewLease(transport, this.leaseId, this.#canceller);
      if (this.#isOver(turn)) return;
      // Vault has nothing more to give.
      if (durationMs === undefined) return await this.#replace();
      this.#capped = durationMs < cappedBelow * (this.#term.durationMs ?? 0);
      // The first duration stays: the measure of what a whole one is.
      this.#expiresAt = clock.now() + durationMs;
      this.#succeeded();
      transport.activities.succeeded('lease', { locator: this.path, ttlMs: durationMs, body });
      if (this.#capped) this.#after(untilReplacement(durationMs), () => this.#replace());
      else this.#after(untilRenewal(durationMs), () => this.#renew());
      undisturbed(() => this.#listeners.onRenewed?.(this));
    } catch (error) {
      if (this.#isOver(turn)) return;
      // A lease that Vault refuses to renew may be gone already; one that cannot be renewed now may be later.
      if (isSourceError(error) && error.code === 'SOURCE_DENIED') {
        transport.activities.refused(error);
        transport.activities.failed('lease', this.path, error, this.#expiresAt - clock.now());
        this.#sayRefused(error);
        await this.#replace();
      } else this.#failed(error, () => this.#renew());
    }
  }

  async #replace(): Promise<void> {
    const { transport, clock } = this.#context;
    const turn = ++this.#turn;
    try {
      const question = { ...this.#question, anew: true };
      const term = await requestTerm(transport, question, () => clock.now(), this.#canceller);
      if (this.#isOver(turn)) return;
      if (term === undefined) throw noSuchPath(transport.address, this.path);
      this.#term = term;
      this.#capped = false;
      this.#readAt = clock.now() - term.overMs;
      this.#expiresAt = this.#readAt + (term.durationMs ?? Number.POSITIVE_INFINITY);
      this.#succeeded();
      this.#schedule();
      undisturbed(() => this.#listeners.onReplaced?.(this));
    } catch (error) {
      if (this.#isOver(turn)) return;
      this.#failed(error, () => this.#replace());
    }
  }

  #isOver(turn: number): boolean {
    return this.#canceller.aborted || turn !== this.#turn;
  }

  #succeeded(): void {
    this.#failures = 0;
    this.#failure = undefined;
    if (this.#complaint === undefined) return;
    this.#complaint = undefined;
    const { path } = this;
    undisturbed(() => this.#context.logger?.info({ path }, `the lease of ${path} is kept up again`));
  }

  #sayRefused({ code, message }: SourceError): void {
    const { path } = this;
    const text = `the lease of ${path} is not renewed any more, another is asked for: ${message}`;
    undisturbed(() => this.#context.logger?.info({ path, code }, text));
  }

  /** Once for each kind of failure, and once more when what was given has ended. */
  #complain(error: SourceError, left: number): void {
    const { code, message } = error;
    const complaint = `${code} ${error instanceof VaultError ? error.status : ''} ${left > 0}`;
    if (complaint === this.#complaint) return;
    this.#complaint = complaint;
    const { path } = this;
    const life = left > 0 ? `lasts until ${new Date(this.#expiresAt).toISOString()}` : 'has ended';
    const text = `the lease of ${path}, which ${life}, could not be kept up: ${message}`;
    undisturbed(() => this.#context.logger?.warn({ path, code }, text));
  }

  /** What was given is retained. Once it has ended, a renewal is of no use any more. */
  #failed(thrown: unknown, again: () => Promise<void>): void {
    const { transport, clock } = this.#context;
    const error = isSourceError(thrown) ? thrown : cannotBeKept(transport.address, this.path);
    this.#failures++;
    this.#failure = error;
    const left = this.#expiresAt - clock.now();
    transport.activities.refused(error);
    transport.activities.failed('lease', this.path, error, left);
    this.#after(untilRetry(this.#failures, left), left > 0 ? again : () => this.#replace());
    this.#complain(error, left);
    undisturbed(() => this.#listeners.onFailed?.(error, this));
  }
}

/** There is nothing to be had at a path. */
export function noSuchPath(address: string, path: string): VaultError {
  return new VaultError('SOURCE_DENIED', `Vault at ${address} has nothing at ${path}`, {
    address,
    path: `/v1/${path}`,
    status: 404,
    hint: 'Check the path: the mount, and the name of the role.',
  });
}

const cannotBeKept = (address: string, path: string): VaultError =>
  new VaultError('SOURCE_UNAVAILABLE', `the lease of ${path} could not be renewed`, { address, path });
