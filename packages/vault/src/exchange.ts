import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { type Clock, isSourceError } from '@strongroom/core';
import { readAnswer, type VaultAnswer } from './answer.js';
import { type Cancellation, onAbort } from './cancellation.js';
import { networkFault } from './network-fault.js';
import { redirected } from './redirect.js';
import type { TransportLimits } from './transport-defaults.js';
import { VaultError } from './vault-error.js';

/** One request and its answer, with what limits them. */
export interface ExchangeOptions {
  /** `request` of node:http or node:https. */
  readonly open: (options: RequestOptions, answered: (response: IncomingMessage) => void) => ClientRequest;
  /** Method, path, agent and headers. */
  readonly options: RequestOptions;
  readonly body: string | undefined;
  readonly secure: boolean;
  readonly address: string;
  /** The path as people read it. */
  readonly path: string;
  /** Whether a body that is not JSON is handed on as text. */
  readonly anyText: boolean;
  readonly limits: TransportLimits;
  readonly clock: Clock;
  readonly signal: Cancellation | undefined;
  /** Where a request under way leaves the function that ends it. */
  readonly underWay: Set<(error: VaultError) => void>;
}

/**
 * Makes one HTTP request. Whatever happens, it settles within the limits, and its socket is then either back in
 * the pool or destroyed.
 *
 * This is the hot path of every read, so it is one function without promises or layers inside.
 *
 * @throws VaultError `SOURCE_UNAVAILABLE` or `SOURCE_MALFORMED`
 */
export function exchange(given: ExchangeOptions): Promise<VaultAnswer> {
  const { address, path, limits, clock, signal, underWay } = given;
  return new Promise((resolve, reject) => {
    let settled = false;
    let response: IncomingMessage | undefined;
    let connecting: (() => void) | undefined;
    let size = 0;
    const chunks: Buffer[] = [];

    const request = open(given, (incoming) => {
      response = incoming;
      const { statusCode: status = 0, headers } = incoming;
      incoming.on('error', fault);
      if (status >= 300 && status < 400) {
        return fail(redirected(address, path, status, headers.location));
      }
      if (Number(headers['content-length']) > limits.maxBodyBytes) return fail(tooLarge(given));
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > limits.maxBodyBytes) fail(tooLarge(given));
        else chunks.push(chunk);
      });
      incoming.on('end', () => {
        if (!settle()) return;
        const text = (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size))?.toString() ?? '';
        try {
          resolve(readAnswer({ status, headers, text }, given));
        } catch (error) {
          reject(error);
        }
      });
    });
    request.on('error', fault);
    // What neither answers nor fails, such as a switch of protocols, ends here.
    request.on('close', () => {
      if (response === undefined) fault({ code: 'ECONNRESET' });
    });
    request.on('socket', (socket) => {
      // A socket from the pool is connected already.
      if (settled || !socket.connecting) return;
      connecting = clock.after(limits.connectTimeoutMs, () => fail(connectedTooLate(given)));
      socket.once(given.secure ? 'secureConnect' : 'connect', connecting);
    });

    const tooLate = clock.after(limits.requestTimeoutMs, () => fail(answeredTooLate(given)));
    const abort = () => fail(calledOff(signal?.reason, address, path));
    const listened = signal === undefined ? undefined : onAbort(signal, abort);
    underWay.add(fail);
    request.end(given.body);

    function settle(): boolean {
      if (settled) return false;
      settled = true;
      tooLate();
      connecting?.();
      listened?.();
      underWay.delete(fail);
      return true;
    }

    function fail(error: VaultError): void {
      if (!settle()) return;
      chunks.length = 0;
      request.destroy();
      reject(error);
    }

    function fault(error: unknown): void {
      if (settled) return;
      const answered = response !== undefined;
      fail(networkFault(error, { address, path, answered, reused: request.reusedSocket }));
    }
  });
}

/** Opens a request. What node:http and node:tls refuse to begin with, such as an unreadable PEM, they throw. */
function open(
  { open, options, address, path }: ExchangeOptions,
  answered: (response: IncomingMessage) => void,
): ClientRequest {
  try {
    return open(options, answered);
  } catch (error) {
    throw networkFault(error, { address, path, answered: false, reused: false });
  }
}

/** Nobody waits for the answer any more. Of the reason only our own errors go on: a stranger's may hold anything. */
export function calledOff(reason: unknown, address: string, path: string): VaultError {
  const why = isSourceError(reason) ? `: ${reason.message}` : '';
  return new VaultError('SOURCE_UNAVAILABLE', `the request to Vault at ${address} was called off${why}`, {
    address,
    path,
  });
}

function tooLarge({ address, path, limits }: ExchangeOptions): VaultError {
  const mebibytes = limits.maxBodyBytes / 1024 / 1024;
  return new VaultError('SOURCE_MALFORMED', `Vault at ${address} answered with more than ${mebibytes} MiB`, {
    address,
    path,
    hint: 'Check that the address is Vault itself, or raise maxBodyBytes.',
  });
}

function connectedTooLate({ address, path, limits }: ExchangeOptions): VaultError {
  const seconds = limits.connectTimeoutMs / 1000;
  return new VaultError(
    'SOURCE_UNAVAILABLE',
    `Vault at ${address} did not accept the connection within ${seconds} s`,
    { address, path, hint: 'Check the address, the network and the firewalls on the way.', repeatable: true },
  );
}

function answeredTooLate({ address, path, limits }: ExchangeOptions): VaultError {
  const seconds = limits.requestTimeoutMs / 1000;
  return new VaultError('SOURCE_UNAVAILABLE', `Vault at ${address} did not answer within ${seconds} s`, {
    address,
    path,
    hint: 'Check that Vault is well, or allow it more time (VAULT_CLIENT_TIMEOUT).',
    repeatable: true,
  });
}
