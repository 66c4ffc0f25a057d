import type { Clock } from '@strongroom/core';
import { leftUntil } from '../left-until.js';
import { type SystemFault, VaultError } from '../vault-error.js';
import { withNote } from './failure-note.js';
import type { TransportLimits } from './transport-defaults.js';

/** What a breaker goes by. */
export interface BreakerRules extends TransportLimits {
  readonly clock: Clock;
  /** Called when the address begins to be left alone, and when it answers again. */
  readonly changed: (open: boolean, cause: VaultError | undefined) => void;
}

/**
 * Leaves an address alone that does not answer, so that it costs one probe now and then rather than a timeout
 * for each read. The next request after the wait is the probe: there is no timer, and nothing is asked for that
 * nobody wants.
 */
export class Breaker {
  readonly #rules: BreakerRules;
  /** Connection failures and timeouts in a row. */
  #failures = 0;
  #since = 0;
  #wait = 0;
  #probeAt = 0;
  #probing = false;
  #cause: VaultError | undefined;

  constructor(rules: BreakerRules) {
    this.#rules = rules;
  }

  /** Whether nothing is held against the address, as mostly. */
  get untroubled(): boolean {
    return this.#probeAt === 0;
  }

  /** Whether a probe is under way. */
  get probing(): boolean {
    return this.#probing;
  }

  /** Whether another address, if there is one, should rather be asked. */
  get avoided(): boolean {
    if (this.untroubled) return false;
    return this.#probing || leftUntil(this.#probeAt, this.#rules.clock.now(), this.#wait) > 0;
  }

  /** Whether the address is not to be asked now. */
  get open(): boolean {
    return this.#failures >= this.#rules.breakerFailures && this.avoided;
  }

  /** Before a request: it may be made, maybe as the probe, or why it may not. */
  admit(path: string): VaultError | undefined {
    if (this.#failures < this.#rules.breakerFailures) return undefined;
    if (this.avoided) return this.#refusal(path);
    this.#probing = true;
    return undefined;
  }

  /** The address answered, whatever it said. */
  succeeded(): void {
    if (this.untroubled) return;
    const open = this.#failures >= this.#rules.breakerFailures;
    this.#failures = this.#wait = this.#probeAt = 0;
    this.#probing = false;
    if (open) this.#rules.changed(false, this.#cause);
    this.#cause = undefined;
  }

  /** The address could not be reached, or did not answer in time. */
  failed(cause: VaultError): void {
    const { breakerFailures, probeMinWaitMs, probeMaxWaitMs, clock, changed } = this.#rules;
    // What was under way while it opened says nothing new.
    if (this.open && !this.#probing) return;
    if (this.#failures === 0) this.#since = clock.now();
    this.#failures++;
    this.#cause = cause;
    const open = this.#failures >= breakerFailures;
    this.#wait = open && this.#probing ? Math.min(this.#wait * 2, probeMaxWaitMs) : probeMinWaitMs;
    this.#holdOff();
    this.#probing = false;
    if (open && this.#failures === breakerFailures) changed(true, cause);
  }

  /** The address answered, but it is not the one to ask now: sealed, or a standby node without an active one. */
  avoid(): void {
    this.#wait = Math.max(this.#wait, this.#rules.probeMinWaitMs);
    this.#holdOff();
  }

  /** A request came to no end that says anything of the address. */
  gaveUp(): void {
    this.#probing = false;
  }

  #holdOff(): void {
    this.#probeAt = this.#rules.clock.now() + this.#wait * (0.5 + Math.random() / 2);
  }

  #refusal(path: string): VaultError {
    const cause = this.#cause;
    const address = cause?.address ?? '';
    const words = cause?.message.replace(`Vault at ${address} `, '') ?? 'it did not answer';
    const next = this.#probing ? 'being tried again now' : `not asked again before ${time(this.#probeAt)}`;
    const error = new VaultError(
      'SOURCE_UNAVAILABLE',
      `Vault at ${address} ${words} (out of reach since ${time(this.#since)}, ${next})`,
      {
        address,
        path,
        ...(cause?.hint === undefined ? {} : { hint: cause.hint }),
        // The cause of a VaultError is what is kept of an error of Node.js.
        ...(cause?.cause === undefined ? {} : { cause: cause.cause as SystemFault }),
      },
    );
    const outage = cause === undefined ? {} : { outage: { cause, since: this.#since } };
    return withNote(error, { open: true, unsent: true, ...outage });
  }
}

const time = (ms: number): string => new Date(ms).toISOString();
