import { Agent, request as httpRequest, type RequestOptions } from 'node:http';
import { type Clock, isSourceError, type Logger } from '@strongroom/core';
import type { Address } from './address.js';
import type { VaultAnswer } from './answer.js';
import type { Cancellation } from './cancellation.js';
import { calledOff, type ExchangeOptions, exchange } from './exchange.js';
import { pause } from './pause.js';
import { RequestHeaders } from './request-headers.js';
import { logged } from './request-log.js';
import { asOutcome, mayPass, type Outcome, type RetryRules, repeat } from './retry.js';
import { readTls, type TlsOptions } from './tls.js';
import type { TokenReader } from './token.js';
import type { TransportLimits } from './transport-defaults.js';
import { VaultError } from './vault-error.js';

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
  readonly signal?: Cancellation | undefined;
}

export interface TransportOptions {
  readonly address: Address;
  readonly token: TokenReader;
  readonly namespace: string | undefined;
  readonly tls: TlsOptions;
  readonly limits: TransportLimits;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
}

interface Connection {
  readonly agent: Agent;
  readonly open: ExchangeOptions['open'];
}

/** Methods that change nothing, so that a request may be repeated whatever became of it. */
const repeatableMethods = new Set(['GET', 'HEAD', 'LIST']);

/** The way to one address of Vault: connections, token, namespace, limits. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #rules: RetryRules;
  readonly #headers: RequestHeaders;
  readonly #underWay = new Set<(error: VaultError) => void>();
  #connection: Connection | Promise<Connection> | undefined;
  #closed = false;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#rules = { ...options.limits, clock: options.clock };
    this.#headers = new RequestHeaders(options.address, options.namespace);
  }

  /** Where Vault is, for messages. */
  get address(): string {
    return this.#options.address.text;
  }

  /**
   * Asks Vault, and repeats what may be repeated.
   *
   * @returns whatever Vault answered, refusals included
   * @throws VaultError when there was no answer of Vault
   */
  send(request: VaultRequest): Promise<VaultAnswer> {
    const first = this.#attempt(request);
    if (!repeatableMethods.has(request.method) && request.onRepeat === undefined) return first;
    const begun = this.#rules.clock.now();
    const next = (outcome: Outcome) => this.#repeat(request, outcome, begun);
    // What went well, as nearly all does, goes through no more than this.
    return first.then(
      (answer) => (mayPass(answer) ? next(answer) : answer),
      (error) => next(asOutcome(error)),
    );
  }

  /** Whether a text holds the token, so that nobody may see it. */
  holdsToken(text: string): boolean {
    return this.#headers.holdToken(text);
  }

  /** Ends what is under way and closes every connection. Final. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const end of [...this.#underWay]) end(this.#closedError());
    void Promise.resolve(this.#connection).then(
      (connection) => connection?.agent.destroy(),
      () => undefined,
    );
  }

  #repeat(request: VaultRequest, outcome: Outcome, begun: number): Promise<VaultAnswer> {
    const { path, signal } = request;
    const aborted = () => calledOff(signal?.reason, this.address, path);
    return repeat(
      outcome,
      begun,
      () => {
        request.onRepeat?.();
        return this.#attempt(request);
      },
      this.#rules,
      (ms) => pause(ms, { clock: this.#rules.clock, signal, aborted, underWay: this.#underWay }),
    );
  }

  /** No step of a request waits for what is there already. */
  #attempt(request: VaultRequest): Promise<VaultAnswer> {
    const connection = this.#connection;
    if (connection === undefined || 'then' in connection) return this.#connectAndAttempt(request);
    const token = this.#tokenNow();
    return typeof token === 'object'
      ? token.then((text) => this.#exchange(request, connection, text))
      : this.#exchange(request, connection, token);
  }

  async #connectAndAttempt(request: VaultRequest): Promise<VaultAnswer> {
    this.#connection ??= this.#connect();
    this.#connection = await this.#connection;
    return this.#attempt(request);
  }

  async #exchange(
    request: VaultRequest,
    { agent, open }: Connection,
    token: string | undefined,
  ): Promise<VaultAnswer> {
    const { address, limits, clock, logger } = this.#options;
    const { method, path, signal, body } = request;
    if (this.#closed) throw this.#closedError();
    if (signal?.aborted === true) throw calledOff(signal.reason, address.text, path);
    const headers = this.#headers.with(token, request);
    const given: ExchangeOptions = {
      open,
      options: {
        method,
        path: address.prefix + path,
        host: address.hostname,
        port: address.port,
        agent,
        // node:http takes a flat list of names and values too; its types know it from Node.js 22 on.
        headers: headers as unknown as NonNullable<RequestOptions['headers']>,
      },
      body,
      secure: address.protocol === 'https:',
      address: address.text,
      path,
      anyText: request.anyText === true,
      limits,
      clock,
      signal,
      underWay: this.#underWay,
    };
    return logger === undefined ? exchange(given) : logged(request, exchange(given), clock, logger);
  }

  /** An application may give a function that reads the token: what that throws may hold anything. */
  #tokenNow(): string | undefined | Promise<string | undefined> {
    const refused = (error: unknown): never => {
      if (isSourceError(error)) throw error;
      throw new VaultError('SOURCE_DENIED', `the token for Vault at ${this.address} could not be read`, {
        address: this.address,
        hint: 'Correct the function that was given as the token: it threw.',
      });
    };
    try {
      const token = this.#options.token();
      return typeof token === 'object' ? token.catch(refused) : token;
    } catch (error) {
      return Promise.reject(error).catch(refused);
    }
  }

  /** Files and node:https are read and loaded at the first request, and only for https. */
  #connect(): Connection | Promise<Connection> {
    const { address, limits, tls } = this.#options;
    const pool = { keepAlive: true, maxSockets: limits.maxSockets, maxFreeSockets: limits.maxSockets };
    if (address.protocol === 'http:') return { agent: new Agent(pool), open: httpRequest };
    const connection = Promise.all([import('node:https'), readTls(tls, address.text)]).then(
      ([https, secured]) => ({ agent: new https.Agent({ ...pool, ...secured }), open: https.request }),
    );
    connection.catch(() => {
      // The file may be there the next time.
      this.#connection = undefined;
    });
    return connection;
  }

  #closedError(): VaultError {
    return new VaultError('SOURCE_UNAVAILABLE', `the client of Vault at ${this.address} was closed`, {
      address: this.address,
    });
  }
}
