import type { Clock, Logger } from '@strongroom/core';
import { VaultError } from '../vault-error.js';
import { verdictOn } from '../verdict.js';
import type { VaultAnswer } from './answer.js';
import { type Reached, withElsewhere, wordsOf } from './elsewhere.js';
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
  /** Those that were left and have not answered since, with what was said of each. */
  readonly #left = new Map<Endpoint, string>();
  #active: Endpoint;

  constructor(endpoints: readonly [Endpoint, ...Endpoint[]], clock: Clock, logger: Logger | undefined) {
    this.#endpoints = endpoints;
    this.#clock = clock;
    this.#logger = logger;
    this.#active = endpoints[0];
  }

  /** Makes an attempt. What is thrown or returned is the last outcome; where none can answer, with the others' words. */
  attempt(attempt: Attempt): Promise<VaultAnswer> {
    const active = this.#active;
    // What is known to be away, or suspected, is not asked before others.
    if (active.breaker.avoided) return this.#goRound(this.#order(active), attempt, []);
    return attempt.ask(active).then(
      (answer) => {
        if (verdictOn(answer) !== 'stay') return this.#goOn(active, attempt, answer);
        this.#left.delete(active);
        return answer;
      },
      (error) => this.#goOn(active, attempt, asOutcome(error)),
    );
  }

  /** After one endpoint was asked. */
  #goOn(asked: Endpoint, attempt: Attempt, outcome: Outcome): Promise<VaultAnswer> {
    const others = this.#order(asked).filter((endpoint) => endpoint !== asked);
    if (!this.#leave(asked, others, attempt, outcome)) return settled(outcome);
    return this.#goRound(others, attempt, [{ address: asked.address.text, outcome }]);
  }

  /** @param before what came of those that were asked before */
  async #goRound(
    order: readonly Endpoint[],
    attempt: Attempt,
    before: readonly Reached[],
  ): Promise<VaultAnswer> {
    const left = [...order];
    const reached = [...before];
    for (let endpoint = left.shift(); endpoint !== undefined; endpoint = left.shift()) {
      const outcome = await attempt.ask(endpoint).catch(asOutcome);
      if (verdictOn(outcome) === 'stay') {
        if (!(outcome instanceof VaultError)) {
          this.#active = endpoint;
          this.#left.delete(endpoint);
        }
        return settled(outcome);
      }
      reached.push({ address: endpoint.address.text, outcome });
      if (!isLeftAlone(outcome) && !this.#leave(endpoint, left, attempt, outcome)) break;
    }
    // Why an address cannot be asked now says less than what another one answered.
    const last = reached.findLast(({ outcome }) => !isLeftAlone(outcome)) ?? reached[0];
    const others = reached.filter((one) => one !== last);
    return settled(last && withElsewhere(last.outcome, others));
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

  /** Says once why an address is left, until it answers or is out of reach for another reason. */
  #tell(endpoint: Endpoint, next: Endpoint, outcome: Outcome): void {
    const address = endpoint.address.text;
    const why = wordsOf({ address, outcome });
    // The same fault is told in changing words: each way of not being reached is one.
    const reason = outcome instanceof VaultError ? 'no answer' : why;
    if (this.#left.get(endpoint) === reason) return;
    this.#left.set(endpoint, reason);
    this.#logger?.info({ address, next: next.address.text }, `Vault is asked elsewhere: ${why}`);
  }
}

const isLeftAlone = (outcome: Outcome): boolean =>
  outcome instanceof VaultError && noteOf(outcome).open === true;

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
