import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '@strongroom/core';
import type { Address } from './address.js';
import { readAnswer, type VaultAnswer } from './answer.js';
import type { Breaker } from './breaker.js';
import { onAbort } from './cancellation.js';
import type { Chain, Place } from './chain.js';
import { answeredTooLate, calledOff, connectedTooLate, lineFull, tooLarge } from './exchange-failure.js';
import { noteOf } from './failure-note.js';
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
  readonly learnIndex: (header: string | readonly string[]) => void;
}

/**
 * Makes one HTTP request. Whatever happens, it settles within the limits, and its socket is then either back in
 * the pool or destroyed.
 *
 * This is the hot path of every read, so it is one function without promises or layers inside.
 *
 * @param extra headers of this attempt alone, names and values in one list
 * @param timeoutMs how long it may take over everything
 * @throws VaultError `SOURCE_UNAVAILABLE` or `SOURCE_MALFORMED`
 */
export function exchange(
  wire: Wire,
  link: Link,
  asked: VaultRequest,
  token: string | undefined,
  extra: readonly string[] | undefined,
  timeoutMs: number,
): Promise<VaultAnswer> {
  const { limits, clock, breaker, line, underWay } = wire;
  const { text: address } = wire.address;
  const { path, signal, anyText = false } = asked;
  return new Promise((resolve, reject) => {
    let settled = false;
    let request: ClientRequest | undefined;
    let response: IncomingMessage | undefined;
    let connecting: (() => void) | undefined;
    let connected = false;
    let connectedAt = 0;
    let probe = false;
    let place: Place<() => void> | undefined;
    let size = 0;
    const chunks: Buffer[] = [];

    if (signal?.aborted === true) return reject(calledOff(signal.reason, address, path));
    if (line.full) return reject(lineFull(address, path, limits));
    // Throws for a token that cannot be sent, before there is anything to clear away.
    const headers = wire.headers.with(token, asked, extra);
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
      const { agent, host, port, socketPath } = link;
      try {
        request = link.open(
          {
            method: asked.method,
            path: link.prefix + path,
            host,
            port,
            socketPath,
            agent,
            // node:http takes a flat list of names and values too; its types know it from Node.js 22 on.
            headers: (link.headers === undefined
              ? headers
              : [...headers, ...link.headers]) as unknown as NonNullable<RequestOptions['headers']>,
          },
          answered,
        );
      } catch (error) {
        return fault(error);
      }
      request.on('error', fault);
      // What neither answers nor fails, such as a switch of protocols, ends here.
      request.on('close', closed);
      // One from the pool is there, and connected, already.
      if (request.reusedSocket) isConnected();
      else request.on('socket', assigned);
      request.end(asked.body);
    }

    function assigned(socket: Socket) {
      // A socket from the pool is connected already.
      if (settled || !socket.connecting) return isConnected();
      const callOff = clock.after(limits.connectTimeoutMs, () =>
        lost(connectedTooLate(address, path, limits)),
      );
      const event = link.secure ? 'secureConnect' : 'connect';
      socket.once(event, isConnected);
      connecting = () => {
        callOff();
        socket.removeListener(event, isConnected);
      };
    }

    function isConnected(): void {
      connected = true;
      connecting?.();
      connecting = undefined;
      if (headersFirst) connectedAt = clock.now();
    }

    function answered(incoming: IncomingMessage) {
      response = incoming;
      if (!breaker.untroubled) breaker.succeeded();
      const { statusCode: status = 0, headers } = incoming;
      incoming.on('error', fault);
      const index = headers['x-vault-index'];
      if (index !== undefined) wire.learnIndex(index);
      if (status >= 300 && status < 400) return fail(redirected(address, path, status, headers.location));
      if (Number(headers['content-length']) > limits.maxBodyBytes) {
        return fail(tooLarge(address, path, limits));
      }
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > limits.maxBodyBytes) fail(tooLarge(address, path, limits));
        else chunks.push(chunk);
      });
      incoming.on('end', () => {
        if (!settle()) return;
        const text = (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size))?.toString() ?? '';
        try {
          resolve(readAnswer({ status, headers, text }, { address, path, anyText }));
        } catch (error) {
          reject(error);
        }
      });
    }

    function timeIsUp(): void {
      const answering = response !== undefined;
      let tookMs = timeoutMs;
      if (headersFirst) {
        const now = clock.now();
        const left = begun + timeoutMs - now;
        // Before there is a connection that time has not begun; connecting has a limit of its own.
        const headersLeft = limits.headersTimeoutMs - (connected && !answering ? now - connectedAt : 0);
        const next = answering ? left : Math.min(left, headersLeft);
        if (next > 0) {
          tooLate = clock.after(next, timeIsUp);
          return;
        }
        if (left > 0) tookMs = limits.headersTimeoutMs;
      }
      const late = answeredTooLate(address, path, { connected, answering, tookMs }, limits);
      // The other side may be gone without a word, and then it is for the idle connections too.
      if (request?.reusedSocket === true) link.dropIdle();
      // A request whose time the deadline of its call cut short proves nothing.
      if (connected && !answering && (headersFirst || timeoutMs >= limits.requestTimeoutMs)) lost(late);
      else fail(late);
    }

    function closed(): void {
      if (response === undefined) fault({ code: 'ECONNRESET' });
    }

    function abort(): void {
      fail(calledOff(signal?.reason, address, path));
    }

    function settle(): boolean {
      if (settled) return false;
      settled = true;
      tooLate();
      connecting?.();
      listened?.();
      underWay.leave(ending);
      line.leave(place);
      return true;
    }

    function fail(error: VaultError): void {
      if (settled) return;
      if (probe && response === undefined) breaker.gaveUp();
      settle();
      chunks.length = 0;
      request?.destroy();
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
      const moment = { address, path, answered: response !== undefined, connected };
      const reused = request?.reusedSocket === true;
      const failure = error instanceof VaultError ? error : networkFault(error, { ...moment, reused });
      const { stale = false } = noteOf(failure);
      if (response === undefined && failure.repeatable && !stale) lost(failure);
      else fail(failure);
    }
  });
}
