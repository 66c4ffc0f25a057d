import { AsyncResource } from 'node:async_hooks';
import type { Clock, Logger } from '@strongroom/core';
import type { Activities } from '../activities.js';
import type { VaultError } from '../vault-error.js';
import type { Address } from './address.js';
import type { VaultAnswer } from './answer.js';
import { Breaker } from './breaker.js';
import type { Chain } from './chain.js';
import type { Consistency } from './consistency.js';
import { exchange, type Wire } from './exchange.js';
import { clientClosed } from './exchange-failure.js';
import type { HttpProxy } from './http-proxy.js';
import { type Link, openLink } from './link.js';
import { RequestHeaders } from './request-headers.js';
import type { TlsOptions } from './tls.js';
import type { VaultRequest } from './transport.js';
import type { TransportLimits } from './transport-defaults.js';
import { WaitingLine } from './waiting-line.js';

/** What all addresses of a client share. */
export interface EndpointOptions {
  readonly activities: Activities;
  readonly namespace: string | undefined;
  readonly tls: TlsOptions;
  readonly limits: TransportLimits;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
  readonly consistency: Consistency;
  readonly underWay: Chain<(error: VaultError) => void>;
}

/** One address of Vault: its connections, its line, and what is held against it. */
export class Endpoint {
  readonly address: Address;
  readonly breaker: Breaker;
  readonly headers: RequestHeaders;
  readonly #wire: Wire;
  readonly #open: () => Link | Promise<Link>;
  #link: Link | Promise<Link> | undefined;
  #closed = false;

  constructor(address: Address, proxy: HttpProxy | undefined, options: EndpointOptions) {
    const { limits, clock, namespace, consistency, underWay, logger, activities } = options;
    this.address = address;
    // Not in the context of the first request: connections outlive it.
    this.#open = AsyncResource.bind(() => openLink({ ...options, address, proxy }));
    this.headers = new RequestHeaders(address, namespace);
    this.breaker = new Breaker({
      ...limits,
      clock,
      changed: (open, cause) => {
        logChange(logger, address.text, open, cause);
        if (open) activities.failed('breaker', address.text, cause);
        else activities.succeeded('breaker', { locator: address.text });
      },
    });
    this.#wire = {
      address,
      limits,
      clock,
      headers: this.headers,
      breaker: this.breaker,
      line: new WaitingLine(limits.maxSockets, limits.maxWaiting),
      underWay,
      learnIndex: (header) => consistency.learn(header),
    };
  }

  /**
   * Makes one request. No step of it waits for what is there already.
   *
   * @param extra headers of this attempt alone
   * @throws VaultError when there was no answer of Vault
   */
  ask(
    request: VaultRequest,
    token: string | undefined,
    extra: string | undefined,
    timeoutMs: number,
  ): Promise<VaultAnswer> {
    const link = this.#link;
    if (link === undefined || 'then' in link) return this.#connectAndAsk(request, token, extra, timeoutMs);
    if (this.#closed) return Promise.reject(clientClosed(this.address.text));
    return exchange(this.#wire, link, request, token, extra, timeoutMs);
  }

  /** Closes every connection, those that are being made too. Final. */
  close(): void {
    this.#closed = true;
    void Promise.resolve(this.#link).then(
      (link) => link?.connections.drop(),
      () => undefined,
    );
  }

  async #connectAndAsk(
    request: VaultRequest,
    token: string | undefined,
    extra: string | undefined,
    timeoutMs: number,
  ): Promise<VaultAnswer> {
    if (this.#closed) throw clientClosed(this.address.text);
    this.#link ??= this.#connect();
    this.#link = await this.#link;
    return this.ask(request, token, extra, timeoutMs);
  }

  #connect(): Link | Promise<Link> {
    const link = this.#open();
    if ('then' in link) {
      link.catch(() => {
        // The files that it needs may be there the next time.
        this.#link = undefined;
      });
    }
    return link;
  }
}

function logChange(
  logger: Logger | undefined,
  address: string,
  open: boolean,
  cause: VaultError | undefined,
): void {
  if (open) {
    logger?.warn({ address, code: cause?.code }, `${cause?.message}; it is left alone but for probes`);
  } else {
    logger?.info({ address }, 'Vault answers again');
  }
}
