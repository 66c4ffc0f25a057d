import type { Clock, Logger } from '@strongroom/core';
import type { Activities } from '../activities.js';
import type { VaultError } from '../vault-error.js';
import type { Address } from './address.js';
import type { VaultAnswer } from './answer.js';
import { type Cancellation, orAborted } from './cancellation.js';
import { Chain } from './chain.js';
import { Consistency } from './consistency.js';
import { Endpoint } from './endpoint.js';
import { calledOff, clientClosed, noTokenInTime } from './exchange-failure.js';
import { Failover } from './failover.js';
import type { HttpProxy } from './http-proxy.js';
import { pause, within } from './pause.js';
import { logged } from './request-log.js';
import { asOutcome, isBehind, mayPass, type Outcome, type RetryRules, repeat } from './retry.js';
import type { TlsOptions } from './tls.js';
import type { TransportLimits } from './transport-defaults.js';

/** A request to Vault. */
export interface VaultRequest {
  readonly method: string;
  /** From `/v1` on, encoded. */
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
  /** Headers beside those that every request has, by lower-case name; they win. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether a body that is not JSON is handed on as text. @default false */
  readonly anyText?: boolean;
  /** Given for a write that may be made again whatever became of it; called each time before it is. */
  readonly onRepeat?: (() => void) | undefined;
  /** The token to send. @default none */
  readonly token?: string;
  readonly signal?: Cancellation | undefined;
}

/** An address, and the proxy on the way to it. */
export interface Route {
  readonly address: Address;
  readonly proxy?: HttpProxy | undefined;
}

export interface TransportOptions {
  readonly activities: Activities;
  /** The addresses of one cluster, that to begin with first. */
  readonly routes: readonly [Route, ...Route[]];
  readonly namespace: string | undefined;
  readonly tls: TlsOptions;
  readonly limits: TransportLimits;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
}

/** Methods that change nothing, so that a request may be repeated whatever became of it. */
const repeatableMethods = new Set(['GET', 'HEAD', 'LIST']);

/** The way to Vault: addresses, namespace, limits. Of tokens it knows no more than what a request brings. */
export class Transport {
  /** Where what happens to requests is told. */
  readonly activities: Activities;
  readonly #options: TransportOptions;
  readonly #rules: RetryRules;
  readonly #consistency = new Consistency();
  readonly #endpoint: Endpoint;
  readonly #others: readonly Endpoint[];
  readonly #failover: Failover | undefined;
  readonly #underWay = new Chain<(error: VaultError) => void>();
  #closed = false;

  constructor(options: TransportOptions) {
    const { limits, clock, logger, routes } = options;
    this.#options = options;
    this.activities = options.activities;
    this.#rules = { ...limits, clock };
    const shared = { ...options, consistency: this.#consistency, underWay: this.#underWay };
    const open = ({ address, proxy }: Route) => new Endpoint(address, proxy, shared);
    const [first, ...others] = routes;
    this.#endpoint = open(first);
    this.#others = others.map(open);
    if (others.length > 0) this.#failover = new Failover([this.#endpoint, ...this.#others], clock, logger);
  }

  /** Where Vault is, for messages; of several addresses the first. */
  get address(): string {
    return this.#endpoint.address.text;
  }

  /**
   * Asks Vault, and repeats what may be repeated.
   *
   * @param token beside the request, so that a request need not be copied for it @default the request's
   * @returns whatever Vault answered, refusals included
   * @throws VaultError when there was no answer of Vault
   */
  send(request: VaultRequest, token = request.token): Promise<VaultAnswer> {
    const repeatable = repeatableMethods.has(request.method) || request.onRepeat !== undefined;
    const begun = this.#rules.clock.now();
    const extra = this.#consistency.headers;
    const sent = extra !== undefined && repeatableMethods.has(request.method) ? extra : undefined;
    const first = this.#attempt(request, token, repeatable, begun, sent);
    const next = (outcome: Outcome) => this.#repeat(request, token, repeatable, outcome, begun);
    if (!repeatable) return first.then((answer) => (isBehind(answer) ? next(answer) : answer));
    // What went well, as nearly all does, goes through no more than this.
    return first.then(
      (answer) => (mayPass(answer) ? next(answer) : answer),
      (error) => next(asOutcome(error)),
    );
  }

  /** Whether a text holds the token, so that nobody may see it. */
  holdsToken(text: string): boolean {
    return [this.#endpoint, ...this.#others].some(({ headers }) => headers.holdToken(text));
  }

  /** Ends what is under way and closes every connection. Final. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const endpoint of [this.#endpoint, ...this.#others]) endpoint.close();
    this.#underWay.drain((end) => end(clientClosed(this.address)));
  }

  /** Waits for a token, no longer than a call may take, its signal allows, and the client is open. */
  protected waitForToken<T>(token: Promise<T>, { signal, path }: VaultRequest): Promise<T> {
    const { clock, deadlineMs } = this.#rules;
    const late = () => noTokenInTime(this.address, deadlineMs);
    const inTime = within(token, deadlineMs, late, { clock, underWay: this.#underWay });
    if (signal === undefined) return inTime;
    return orAborted(inTime, signal, () => calledOff(signal.reason, this.address, path));
  }

  #repeat(
    request: VaultRequest,
    token: string | undefined,
    repeatable: boolean,
    outcome: Outcome,
    begun: number,
  ): Promise<VaultAnswer> {
    const { path, signal } = request;
    const aborted = () => calledOff(signal?.reason, this.address, path);
    return repeat(
      outcome,
      begun,
      (after) => {
        request.onRepeat?.();
        const behind = isBehind(after);
        const reads = repeatableMethods.has(request.method);
        const { forwarding, headers } = this.#consistency;
        return this.#attempt(
          request,
          token,
          repeatable,
          begun,
          behind ? forwarding : reads ? headers : undefined,
        );
      },
      this.#rules,
      (ms) => pause(ms, { clock: this.#rules.clock, signal, aborted, underWay: this.#underWay }),
      repeatable ? mayPass : isBehind,
    );
  }

  /** @param extra headers of this attempt alone */
  #attempt(
    request: VaultRequest,
    token: string | undefined,
    repeatable: boolean,
    begun: number,
    extra: string | undefined,
  ): Promise<VaultAnswer> {
    const failover = this.#failover;
    if (failover === undefined) return this.#ask(this.#endpoint, request, token, begun, extra);
    const endsAt = begun + this.#rules.deadlineMs;
    return failover.attempt({
      repeatable,
      endsAt,
      ask: (endpoint) => this.#ask(endpoint, request, token, begun, extra),
    });
  }

  /** No step of a request waits for what is there already. */
  #ask(
    endpoint: Endpoint,
    request: VaultRequest,
    token: string | undefined,
    begun: number,
    extra: string | undefined,
  ): Promise<VaultAnswer> {
    const { clock, logger } = this.#options;
    const { requestTimeoutMs, deadlineMs } = this.#rules;
    // What is left of the deadline of the whole call, for the last of its attempts.
    const timeoutMs = Math.max(1, Math.min(requestTimeoutMs, begun + deadlineMs - clock.now()));
    const answer = endpoint.ask(request, token, extra, timeoutMs);
    return logger === undefined ? answer : logged(request, answer, clock, logger);
  }
}
