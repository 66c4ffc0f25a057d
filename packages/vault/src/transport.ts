import type { Agent, RequestOptions } from 'node:http';
import { type Clock, isSourceError, type Logger } from '@strongroom/core';
import type { Address } from './address.js';
import { readAnswer, type VaultAnswer } from './answer.js';
import { calledOff, type ExchangeOptions, exchange } from './exchange.js';
import { pause } from './pause.js';
import { withRetries } from './retry.js';
import { readTls, type TlsOptions } from './tls.js';
import { checkToken, type TokenReader } from './token.js';
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
  readonly signal?: AbortSignal | undefined;
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
  readonly #underWay = new Set<(error: VaultError) => void>();
  #connection: Connection | Promise<Connection> | undefined;
  #closed = false;
  // The headers of every request with one token, as node:http takes them without a look at each.
  #headers: readonly string[] = [];
  #headersToken: string | undefined | null = null;

  constructor(options: TransportOptions) {
    this.#options = options;
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
    if (!repeatableMethods.has(request.method)) return this.#attempt(request);
    const { limits, clock } = this.#options;
    const { path, signal } = request;
    return withRetries(
      () => this.#attempt(request),
      { ...limits, clock },
      (ms) => this.#pause(ms, path, signal),
    );
  }

  /** Whether a text holds the token, so that nobody may see it. */
  holdsToken(text: string): boolean {
    return typeof this.#headersToken === 'string' && text.includes(this.#headersToken);
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

  async #attempt(request: VaultRequest): Promise<VaultAnswer> {
    const { address, limits, clock, logger } = this.#options;
    const { method, path, signal } = request;
    if (this.#closed) throw this.#closedError();
    if (signal?.aborted === true) throw calledOff(signal.reason, address.text, path);
    this.#connection ??= this.#connect();
    const connection = await this.#connection;
    const headers = this.#headersFor(await this.#readToken(), request);
    if (this.#closed) throw this.#closedError();
    const begun = logger === undefined ? 0 : clock.now();
    const raw = await exchange({
      open: connection.open,
      options: {
        method,
        path: address.prefix + path,
        host: address.hostname,
        port: address.port,
        agent: connection.agent,
        // node:http takes a flat list of names and values too; its types know it from Node.js 22 on.
        headers: headers as unknown as NonNullable<RequestOptions['headers']>,
      },
      body: request.body,
      secure: address.protocol === 'https:',
      address: address.text,
      path,
      limits,
      clock,
      signal,
      underWay: this.#underWay,
    });
    const answer = readAnswer(raw, address.text, path, request.anyText === true);
    logger?.debug(
      { method, path, status: answer.status, ms: clock.now() - begun, requestId: requestIdOf(answer.body) },
      'Vault answered',
    );
    return answer;
  }

  /** An application may give a function that reads the token: what that throws may hold anything. */
  async #readToken(): Promise<string | undefined> {
    try {
      return await this.#options.token();
    } catch (error) {
      if (isSourceError(error)) throw error;
      throw new VaultError('SOURCE_DENIED', `the token for Vault at ${this.address} could not be read`, {
        address: this.address,
        hint: 'Correct the function that was given as the token: it threw.',
      });
    }
  }

  #headersFor(token: string | undefined, { headers, body }: VaultRequest): readonly string[] {
    if (token !== this.#headersToken) {
      const { address, namespace } = this.#options;
      this.#headers = [
        ...['Host', address.host, 'Accept', 'application/json', 'X-Vault-Request', 'true'],
        ...(namespace === undefined ? [] : ['X-Vault-Namespace', namespace]),
        ...(token === undefined ? [] : ['X-Vault-Token', checkToken(token, 'the token', address.text)]),
      ];
      this.#headersToken = token;
    }
    if (headers === undefined && body === undefined) return this.#headers;
    return withHeaders(this.#headers, headers ?? {}, body);
  }

  /** What is loaded and read for a connection waits for the first request, and only https needs files. */
  #connect(): Connection | Promise<Connection> {
    const { address, limits, tls } = this.#options;
    const pool = { keepAlive: true, maxSockets: limits.maxSockets, maxFreeSockets: limits.maxSockets };
    if (address.protocol === 'http:') {
      const http = process.getBuiltinModule('node:http');
      return { agent: new http.Agent(pool), open: http.request };
    }
    const connection = readTls(tls, address.text).then((secured) => {
      const https = process.getBuiltinModule('node:https');
      return { agent: new https.Agent({ ...pool, ...secured }), open: https.request };
    });
    connection.catch(() => {
      // The file may be there the next time.
      this.#connection = undefined;
    });
    return connection;
  }

  async #pause(ms: number, path: string, signal: AbortSignal | undefined): Promise<void> {
    const end = new AbortController();
    const close = (error: VaultError) => end.abort(error);
    this.#underWay.add(close);
    const either = signal === undefined ? end.signal : AbortSignal.any([end.signal, signal]);
    try {
      await pause(ms, this.#options.clock, either, () => calledOff(either.reason, this.address, path));
    } finally {
      this.#underWay.delete(close);
    }
  }

  #closedError(): VaultError {
    return new VaultError('SOURCE_UNAVAILABLE', `the client of Vault at ${this.address} was closed`, {
      address: this.address,
    });
  }
}

/** A call's own headers replace those of every request; what frames the message is ours alone. */
function withHeaders(
  base: readonly string[],
  extra: Readonly<Record<string, string>>,
  body: string | undefined,
): readonly string[] {
  const headers: string[] = [];
  for (let index = 0; index < base.length; index += 2) {
    const [name = '', value = ''] = base.slice(index, index + 2);
    if (!Object.hasOwn(extra, name.toLowerCase())) headers.push(name, value);
  }
  for (const [name, value] of Object.entries(extra)) {
    if (!ownHeaders.has(name)) headers.push(name, value);
  }
  if (body === undefined) return headers;
  if (!Object.hasOwn(extra, 'content-type')) headers.push('Content-Type', 'application/json');
  return [...headers, 'Content-Length', String(Buffer.byteLength(body))];
}

const ownHeaders = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'x-vault-request']);

function requestIdOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('request_id' in body)) return undefined;
  const { request_id: id } = body;
  return typeof id === 'string' && /^[\w-]{1,64}$/.test(id) ? id : undefined;
}
