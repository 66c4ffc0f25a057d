import type { Clock, Logger } from '@strongroom/core';
import { VaultError } from '../vault-error.js';
import { verdictOn } from '../verdict.js';
import type { VaultAnswer } from './answer.js';
import type { Endpoint } from './endpoint.js';
import { noteOf } from './failure-note.js';
import { asOutcome, type Outcome } from './retry.js';

/** One attempt of a call, at whatever address. */
export interface Attempt {
  /** Whether the request may be made twice. */
  readonly repeatable: boolean;
  /** When it has to be over. */
  readonly endsAt: number;
  readonly ask: (endpoint: Endpoint) => Promise<VaultAnswer>;
}

/**
 * Several addresses of one cluster. The one that answered last is asked; when it cannot answer, the others are, at
 * once and in their order, those that have failed lately after the rest. What is left is come back to when all
 * others have failed, or when an active node says so by a redirect.
 */
export class Failover {
  readonly #endpoints: readonly Endpoint[];
  readonly #clock: Clock;
  readonly #logger: Logger | undefined;
  #active: Endpoint;

  constructor(endpoints: readonly [Endpoint, ...Endpoint[]], clock: Clock, logger: Logger | undefined) {
    this.#endpoints = endpoints;
    this.#clock = clock;
    this.#logger = logger;
    this.#active = endpoints[0];
  }

  /** Makes an attempt. What is thrown or returned is the last outcome. */
  attempt(attempt: Attempt): Promise<VaultAnswer> {
    const active = this.#active;
    // What is known to be away, or suspected, is not asked before others.
    if (active.breaker.avoided) return this.#goRound(this.#order(active), attempt, undefined);
    return attempt.ask(active).then(
      (answer) => (verdictOn(answer) === 'stay' ? answer : this.#goOn(active, attempt, answer)),
      (error) => this.#goOn(active, attempt, asOutcome(error)),
    );
  }

  /** After one endpoint was asked. */
  #goOn(asked: Endpoint, attempt: Attempt, outcome: Outcome): Promise<VaultAnswer> {
    const others = this.#order(asked).filter((endpoint) => endpoint !== asked);
    if (!this.#leave(asked, others, attempt, outcome)) return settled(outcome);
    return this.#goRound(others, attempt, outcome);
  }

  async #goRound(
    order: readonly Endpoint[],
    attempt: Attempt,
    outcome: Outcome | undefined,
  ): Promise<VaultAnswer> {
    const left = [...order];
    let last = outcome;
    for (let endpoint = left.shift(); endpoint !== undefined; endpoint = left.shift()) {
      const reached = await attempt.ask(endpoint).catch(asOutcome);
      const open = reached instanceof VaultError && noteOf(reached).open === true;
      // Why an address cannot be asked now says less than what another one answered.
      if (last === undefined || !open) last = reached;
      if (open) continue;
      if (verdictOn(reached) === 'stay' && !(reached instanceof VaultError)) this.#active = endpoint;
      if (!this.#leave(endpoint, left, attempt, reached)) break;
    }
    return settled(last);
  }

  /** Leaves an endpoint for the next one of those that are left, where that may help. */
  #leave(endpoint: Endpoint, left: Endpoint[], { repeatable, endsAt }: Attempt, outcome: Outcome): boolean {
    const verdict = verdictOn(outcome);
    if (verdict === 'stay') return false;
    endpoint.breaker.avoid();
    if ((verdict === 'leave' && !repeatable) || this.#clock.now() >= endsAt) return false;
    bringForward(left, this.#targetOf(outcome, endpoint));
    if (left[0] !== undefined) this.#tell(endpoint, left[0], outcome);
    return true;
  }

  /** From the given one on, round; those that are better left alone at the end. */
  #order(first: Endpoint): readonly Endpoint[] {
    const start = this.#endpoints.indexOf(first);
    const round = [...this.#endpoints.slice(start), ...this.#endpoints.slice(0, start)];
    const avoided = round.filter(({ breaker }) => breaker.avoided);
    return [...round.filter((endpoint) => !avoided.includes(endpoint)), ...avoided];
  }

  /** Where a standby node points to, if that is one of the addresses, and no less secure than its own. */
  #targetOf(outcome: Outcome, from: Endpoint): Endpoint | undefined {
    const location = outcome instanceof VaultError ? noteOf(outcome).location : undefined;
    if (location === undefined || !URL.canParse(location)) return undefined;
    const { origin, protocol } = new URL(location);
    if (from.address.protocol === 'https:' && protocol !== 'https:') return undefined;
    return this.#endpoints.find(
      ({ address }) => address.socketPath === undefined && new URL(address.text).origin === origin,
    );
  }

  #tell({ address }: Endpoint, next: Endpoint, outcome: Outcome): void {
    const why = outcome instanceof VaultError ? outcome.message : `it answered ${outcome.status}`;
    this.#logger?.info(
      { address: address.text, next: next.address.text },
      `Vault is asked elsewhere: ${why}`,
    );
  }
}

function settled(outcome: Outcome | undefined): Promise<VaultAnswer> {
  return outcome === undefined || outcome instanceof VaultError
    ? Promise.reject(outcome)
    : Promise.resolve(outcome);
}

/** Where the target was asked already, a redirect there leads round in a circle. */
function bringForward(left: Endpoint[], target: Endpoint | undefined): void {
  const index = target === undefined ? -1 : left.indexOf(target);
  if (index > 0) left.unshift(...left.splice(index, 1));
}
