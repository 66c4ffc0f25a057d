import type { Clock, Logger } from '@strongroom/core';
import type { VaultAnswer } from './answer.js';
import type { Endpoint } from './endpoint.js';
import { noteOf } from './failure-note.js';
import { asOutcome, type Outcome } from './retry.js';
import { VaultError } from './vault-error.js';
import { verdictOn } from './verdict.js';

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
    if (active.breaker.avoided) return this.#attemptAt(this.#order(active), attempt, undefined);
    return attempt.ask(active).then(
      (answer) =>
        verdictOn(answer) === 'stay' ? answer : this.#attemptAt(this.#order(active), attempt, answer),
      (error) => this.#attemptAt(this.#order(active), attempt, asOutcome(error)),
    );
  }

  /** @param outcome that of the first endpoint, where it was asked already */
  async #attemptAt(
    order: readonly Endpoint[],
    { repeatable, endsAt, ask }: Attempt,
    outcome: Outcome | undefined,
  ): Promise<VaultAnswer> {
    const left = [...order];
    let last = outcome;
    for (let endpoint = left.shift(); endpoint !== undefined; endpoint = left.shift()) {
      if (last === undefined || endpoint !== order[0]) {
        const reached = await ask(endpoint).catch(asOutcome);
        // Why an address cannot be asked now says less than what another one answered.
        if (last === undefined || !isOpen(reached)) last = reached;
        if (verdictOn(reached) === 'stay') {
          if (!(reached instanceof VaultError)) this.#active = endpoint;
          break;
        }
        if (isOpen(reached)) continue;
      }
      const verdict = verdictOn(last);
      if (verdict === 'stay' || (verdict === 'leave' && !repeatable)) break;
      endpoint.breaker.avoid();
      if (this.#clock.now() >= endsAt) break;
      bringForward(left, this.#targetOf(last, endpoint));
      if (left[0] !== undefined) this.#tell(endpoint, left[0], last);
    }
    if (last === undefined || last instanceof VaultError) throw last;
    return last;
  }

  /** From the given one on, round; those that are better left alone at the end. */
  #order(first: Endpoint): readonly Endpoint[] {
    const start = this.#endpoints.indexOf(first);
    const round = [...this.#endpoints.slice(start), ...this.#endpoints.slice(0, start)];
    const good = round.filter((endpoint) => endpoint === first || !endpoint.breaker.avoided);
    const order = first.breaker.avoided ? good.filter((endpoint) => endpoint !== first) : good;
    return [...order, ...round.filter((endpoint) => !order.includes(endpoint))];
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

const isOpen = (outcome: Outcome): boolean => outcome instanceof VaultError && noteOf(outcome).open === true;

/** Where the target was asked already, a redirect there leads round in a circle. */
function bringForward(left: Endpoint[], target: Endpoint | undefined): void {
  const index = target === undefined ? -1 : left.indexOf(target);
  if (index > 0) left.unshift(...left.splice(index, 1));
}
