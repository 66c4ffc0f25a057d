import type { Clock } from '@strongroom/core';
import type { Address } from './address.js';
import { readAnswer, type VaultAnswer } from './answer.js';
import type { Breaker } from './breaker.js';
import { onAbort } from './cancellation.js';
import type { Chain, Place } from './chain.js';
import { answeredTooLate, calledOff, connectedTooLate, lineFull, tooLarge } from './exchange-failure.js';
import { noteOf } from './failure-note.js';
import type { AnswerHead, AnswerHeaders } from './http/answer-head.js';
import { Body } from './http/body.js';
import type { Connection } from './http/connection.js';
import { requestText } from './http/request-text.js';
import type { Link } from './link.js';
import { networkFault } from './network-fault.js';
import { redirected } from './redirect.js';
import type { RequestHeaders } from './request-headers.js';
import type { VaultRequest } from './transport.js';
import type { TransportLimits } from './transport-defaults.js';
import { VaultError } from './vault-error.js';
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
 * Makes one HTTP request. Whatever happens, it settles within the limits, and its socket is then either back in
 * the pool or destroyed.
 *
 * This is the hot path of every read, so it is one function without promises or layers inside.
 *
 * @param extra headers of this attempt alone, each with its line end
 * @param timeoutMs how long it may take over everything
 * @throws VaultError `SOURCE_UNAVAILABLE` or `SOURCE_MALFORMED`
 */
export function exchange(
  wire: Wire,
  link: Link,
  asked: VaultRequest,
  token: string | undefined,
  extra: string | undefined,
  timeoutMs: number,
): Promise<VaultAnswer> {
  const { limits, clock, breaker, line, underWay } = wire;
  const { text: address } = wire.address;
  const { path, signal, anyText = false } = asked;
  return new Promise((resolve, reject) => {
    let settled = false;
    let connection: Connection | undefined;
    let callOffConnecting: (() => void) | undefined;
    let reused = false;
    let connectedAt: number | undefined;
    let status = 0;
    let headers: AnswerHeaders | undefined;
    let probe = false;
    let place: Place<() => void> | undefined;
    let body: Body | undefined;

    if (signal?.aborted === true) return reject(calledOff(signal.reason, address, path));
    if (line.full) return reject(lineFull(address, path, limits));
    // Throws for what cannot be sent, before there is anything to clear away.
    const fields = wire.headers.with(token, asked.headers, asked.body) + link.headers + (extra ?? '');
    const text = requestText(asked.method, link.prefix + path, fields, asked.body);
    // One timer for both deadlines: that for the headers only matters where it is the shorter one.
    const headersFirst = limits.headersTimeoutMs < timeoutMs;
    const begun = headersFirst ? clock.now() : 0;
    let tooLate = clock.after(headersFirst ? limits.headersTimeoutMs : timeoutMs, timeIsUp);
    const listened = signal === undefined ? undefined : onAbort(signal, abort);
    const ending = underWay.add(fail);
    place = line.enter(go);

    function go() {
      const refused = breaker.admit(path);
      if (refused !== undefined) return fail(refused);
      probe = breaker.probing;
      const idle = link.connections.take();
      if (idle === undefined) connect();
      else {
        reused = true;
        sendOver(idle);
      }
    }

    function connect() {
      const stopWaiting = clock.after(limits.connectTimeoutMs, () =>
        lost(connectedTooLate(address, path, limits)),
      );
      const callOff = link.connections.make((error, made) => {
        stopWaiting();
        callOffConnecting = undefined;
        if (made === undefined) fault(error);
        else sendOver(made);
      });
      callOffConnecting = () => {
        stopWaiting();
        callOff();
      };
    }

    function sendOver(made: Connection) {
      connection = made;
      connectedAt = headersFirst ? clock.now() : 0;
      made.send(text, { head: answered, data: received, end: completed, failed: fault });
    }

    function answered(head: AnswerHead) {
      ({ status, headers } = head);
      if (!breaker.untroubled) breaker.succeeded();
      const index = headers.get('x-vault-index');
      if (index !== undefined) wire.learnIndex(index);
      if (status >= 300 && status < 400) {
        return fail(redirected(address, path, status, headers.get('location')));
      }
      if (typeof head.framing === 'number' && head.framing > limits.maxBodyBytes) {
        fail(tooLarge(address, path, limits));
      }
    }

    function received(chunk: Buffer) {
      body ??= new Body();
      if (body.size + chunk.length > limits.maxBodyBytes) fail(tooLarge(address, path, limits));
      else body.add(chunk);
    }

    function completed() {
      if (headers === undefined || !settle()) return;
      const text = body?.toString() ?? '';
      try {
        resolve(readAnswer({ status, headers, text }, { address, path, anyText }));
      } catch (error) {
        reject(error);
      }
    }

    function timeIsUp(): void {
      const answering = headers !== undefined;
      const connected = connectedAt !== undefined;
      let tookMs = timeoutMs;
      if (headersFirst) {
        const now = clock.now();
        const left = begun + timeoutMs - now;
        // Before there is a connection that time has not begun; connecting has a limit of its own.
        const headersLeft =
          limits.headersTimeoutMs - (connectedAt !== undefined && !answering ? now - connectedAt : 0);
        const next = answering ? left : Math.min(left, headersLeft);
        if (next > 0) {
          tooLate = clock.after(next, timeIsUp);
          return;
        }
        if (left > 0) tookMs = limits.headersTimeoutMs;
      }
      const late = answeredTooLate(address, path, { connected, answering, tookMs }, limits);
      // The other side may be gone without a word, and then it is for the idle connections too.
      if (reused) link.connections.drop();
      // A request whose time the deadline of its call cut short proves nothing.
      if (connected && !answering && (headersFirst || timeoutMs >= limits.requestTimeoutMs)) lost(late);
      else fail(late);
    }

    function abort(): void {
      fail(calledOff(signal?.reason, address, path));
    }

    function settle(): boolean {
      if (settled) return false;
      settled = true;
      tooLate();
      callOffConnecting?.();
      listened?.();
      underWay.leave(ending);
      line.leave(place);
      return true;
    }

    function fail(error: VaultError): void {
      if (settled) return;
      if (probe && headers === undefined) breaker.gaveUp();
      settle();
      body = undefined;
      connection?.destroy();
      reject(error);
    }

    /** The address did not answer. */
    function lost(error: VaultError): void {
      if (settled) return;
      breaker.failed(error);
      probe = false;
      fail(error);
    }

    function fault(error: unknown): void {
      if (settled) return;
      const moment = { address, path, answered: headers !== undefined };
      const failure =
        error instanceof VaultError
          ? error
          : networkFault(error, { ...moment, connected: connectedAt !== undefined, reused });
      const { stale = false } = noteOf(failure);
      if (headers === undefined && failure.repeatable && !stale) lost(failure);
      else fail(failure);
    }
  });
}
