// Over 250 lines: a request from its beginning to its end, which is one state.
import type { Clock } from '@strongroom/core';
import { AnswerBody } from '../http/answer-body.js';
import type { AnswerHead } from '../http/answer-head.js';
import type { Connection, ExchangeReceiver } from '../http/connection.js';
import { type RequestText, requestText } from '../http/request-text.js';
import { VaultError } from '../vault-error.js';
import type { Address } from './address.js';
import { readAnswer, type VaultAnswer } from './answer.js';
import type { Breaker } from './breaker.js';
import { onAbort } from './cancellation.js';
import type { Chain, Place } from './chain.js';
import { answeredTooLate, calledOff, connectedTooLate, lineFull, tooLarge } from './exchange-failure.js';
import { noteOf } from './failure-note.js';
import type { Link } from './link.js';
import { networkFault } from './network-fault.js';
import { proxyFault } from './proxy-fault.js';
import { redirected } from './redirect.js';
import type { RequestHeaders } from './request-headers.js';
import type { VaultRequest } from './transport.js';
import type { TransportLimits } from './transport-defaults.js';
import type { WaitingLine } from './waiting-line.js';

/** One address, as a request to it needs it. */
export interface Wire {
  readonly address: Address;
  readonly limits: TransportLimits;
  readonly clock: Clock;
  readonly headers: RequestHeaders;
  readonly breaker: Breaker;
  readonly line: WaitingLine;
  /** Where a request under way leaves the function that ends it. */
  readonly underWay: Chain<(error: VaultError) => void>;
  /** Told of an answer's header `X-Vault-Index`. */
  readonly learnIndex: (header: string) => void;
}

/**
 * Makes one HTTP request. Whatever happens, it settles within the limits, and its connection is then either free for
 * the next or destroyed.
 *
 * @param extra headers of this attempt alone, each with its line end
 * @param timeoutMs how long it may take over everything
 * @throws VaultError `SOURCE_UNAVAILABLE` or `SOURCE_MALFORMED`; `SOURCE_DENIED` for a token that cannot be sent
 * @throws ConfigurationError for what cannot be sent otherwise
 */
export function exchange(
  wire: Wire,
  link: Link,
  asked: VaultRequest,
  token: string | undefined,
  extra: string | undefined,
  timeoutMs: number,
): Promise<VaultAnswer> {
  return new Promise((resolve, reject) => {
    const { path, signal, method, headers, body } = asked;
    const address = wire.address.text;
    if (signal?.aborted === true) throw calledOff(signal.reason, address, path);
    if (wire.line.full) throw lineFull(address, path, wire.limits);
    const fields = wire.headers.with(token, headers, body) + link.headers + (extra ?? '');
    const text = requestText(method, link.prefix + path, fields, body);
    new Exchange(wire, link, asked, timeoutMs, { resolve, reject }).begin(text);
  });
}

interface Settling {
  readonly resolve: (answer: VaultAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** The hot path of every read: one object, and no promise on the way. */
class Exchange implements ExchangeReceiver {
  readonly #wire: Wire;
  readonly #link: Link;
  readonly #asked: VaultRequest;
  readonly #timeoutMs: number;
  readonly #settling: Settling;
  /** One timer is for both deadlines: that for the headers only matters where it is the shorter one. */
  readonly #headersFirst: boolean;
  readonly #begun: number;
  readonly #body = new AnswerBody();
  #settled = false;
  #callOffTimer: (() => void) | undefined;
  #callOffSignal: (() => void) | undefined;
  #callOffConnecting: (() => void) | undefined;
  #ending: Place<(error: VaultError) => void> | undefined;
  #place: Place<() => void> | undefined;
  #probe = false;
  #connection: Connection | undefined;
  #connectedAt: number | undefined;
  #reused = false;
  #head: AnswerHead | undefined;

  constructor(wire: Wire, link: Link, asked: VaultRequest, timeoutMs: number, settling: Settling) {
    this.#wire = wire;
    this.#link = link;
    this.#asked = asked;
    this.#timeoutMs = timeoutMs;
    this.#settling = settling;
    this.#headersFirst = wire.limits.headersTimeoutMs < timeoutMs;
    this.#begun = this.#headersFirst ? wire.clock.now() : 0;
  }

  begin(text: RequestText): void {
    const { limits, line, underWay } = this.#wire;
    const { signal } = this.#asked;
    this.#setTimer(this.#headersFirst ? limits.headersTimeoutMs : this.#timeoutMs);
    if (signal !== undefined) this.#callOffSignal = onAbort(signal, () => this.#abort());
    this.#ending = underWay.add((error) => this.#fail(error));
    this.#place = line.enter(() => this.#go(text));
  }

  head(head: AnswerHead): void {
    const { address, breaker, limits, learnIndex } = this.#wire;
    const { path } = this.#asked;
    const { status, headers, framing } = head;
    this.#head = head;
    if (!breaker.untroubled) breaker.succeeded();
    const index = headers.get('x-vault-index');
    if (index !== undefined) learnIndex(index);
    const { relay } = this.#link;
    if (status === 407 && relay !== undefined) {
      this.#fail(proxyFault(relay, `does not connect to it (${status})`, false));
    } else if (status >= 300 && status < 400) {
      this.#fail(redirected(address.text, path, status, headers.get('location')));
    } else if (typeof framing === 'number' && framing > limits.maxBodyBytes) {
      this.#fail(tooLarge(address.text, path, limits));
    }
  }

  data(chunk: Buffer): void {
    const { address, limits } = this.#wire;
    const body = this.#body;
    if (body.size + chunk.length <= limits.maxBodyBytes) body.add(chunk);
    else this.#fail(tooLarge(address.text, this.#asked.path, limits));
  }

  end(): void {
    if (this.#head === undefined || this.#settled) return;
    this.#settle();
    const { status, headers } = this.#head;
    const { path, anyText = false } = this.#asked;
    const context = { address: this.#wire.address.text, path, anyText };
    try {
      this.#settling.resolve(readAnswer({ status, headers, text: this.#body.text() }, context));
    } catch (error) {
      this.#settling.reject(error);
    }
  }

  failed(error: unknown): void {
    if (this.#settled) return;
    const failure = error instanceof VaultError ? error : this.#networkFault(error);
    const { stale = false } = noteOf(failure);
    if (this.#head === undefined && failure.repeatable && !stale) this.#lost(failure);
    else this.#fail(failure);
  }

  #go(text: RequestText): void {
    const { breaker } = this.#wire;
    const refused = breaker.admit(this.#asked.path);
    if (refused !== undefined) {
      this.#fail(refused);
      return;
    }
    this.#probe = breaker.probing;
    const idle = this.#link.connections.take();
    this.#reused = idle !== undefined;
    if (idle === undefined) this.#connect(text);
    else this.#sendOver(idle, text);
  }

  #connect(text: RequestText): void {
    const { address, limits, clock } = this.#wire;
    const stopWaiting = clock.after(limits.connectTimeoutMs, () =>
      this.#lost(connectedTooLate(address.text, this.#asked.path, limits)),
    );
    const callOff = this.#link.connections.make((error, made) => {
      stopWaiting();
      this.#callOffConnecting = undefined;
      if (made === undefined) this.failed(error);
      else this.#sendOver(made, text);
    });
    this.#callOffConnecting = () => {
      stopWaiting();
      callOff();
    };
  }

  #sendOver(connection: Connection, text: RequestText): void {
    this.#connection = connection;
    this.#connectedAt = this.#headersFirst ? this.#wire.clock.now() : 0;
    connection.send(text, this);
  }

  #setTimer(ms: number): void {
    this.#callOffTimer = this.#wire.clock.after(ms, () => this.#timeIsUp());
  }

  #timeIsUp(): void {
    const { address, limits } = this.#wire;
    const answering = this.#head !== undefined;
    const connected = this.#connectedAt !== undefined;
    let tookMs = this.#timeoutMs;
    if (this.#headersFirst) {
      const { left, next } = this.#timeLeft();
      if (next > 0) {
        this.#setTimer(next);
        return;
      }
      if (left > 0) tookMs = limits.headersTimeoutMs;
    }
    const late = answeredTooLate(address.text, this.#asked.path, { connected, answering, tookMs }, limits);
    // The other side may be gone without a word, and then it is for the idle connections too.
    if (this.#reused) this.#link.connections.drop();
    // A request whose time the deadline of its call cut short proves nothing.
    const whole = this.#headersFirst || this.#timeoutMs >= limits.requestTimeoutMs;
    if (connected && !answering && whole) this.#lost(late);
    else this.#fail(late);
  }

  /** How long there is for everything, and until the next of the two deadlines, in milliseconds. */
  #timeLeft(): { readonly left: number; readonly next: number } {
    const now = this.#wire.clock.now();
    const left = this.#begun + this.#timeoutMs - now;
    if (this.#head !== undefined) return { left, next: left };
    // Before there is a connection that time has not begun; connecting has a limit of its own.
    const waited = this.#connectedAt === undefined ? 0 : now - this.#connectedAt;
    return { left, next: Math.min(left, this.#wire.limits.headersTimeoutMs - waited) };
  }

  #abort(): void {
    const { signal, path } = this.#asked;
    this.#fail(calledOff(signal?.reason, this.#wire.address.text, path));
  }

  /** The address did not answer. */
  #lost(error: VaultError): void {
    if (this.#settled) return;
    this.#wire.breaker.failed(error);
    this.#probe = false;
    this.#fail(error);
  }

  #fail(error: VaultError): void {
    if (this.#settled) return;
    if (this.#probe && this.#head === undefined) this.#wire.breaker.gaveUp();
    this.#settle();
    this.#connection?.destroy();
    this.#settling.reject(error);
  }

  #settle(): void {
    this.#settled = true;
    this.#callOffTimer?.();
    this.#callOffConnecting?.();
    this.#callOffSignal?.();
    if (this.#ending !== undefined) this.#wire.underWay.leave(this.#ending);
    this.#wire.line.leave(this.#place);
  }

  #networkFault(error: unknown): VaultError {
    return networkFault(error, {
      address: this.#wire.address.text,
      path: this.#asked.path,
      answered: this.#head !== undefined,
      connected: this.#connectedAt !== undefined,
      reused: this.#reused,
    });
  }
}
