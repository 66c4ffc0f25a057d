import type { request as httpRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions, connect as tlsConnect } from 'node:tls';
import type { Clock } from '@strongroom/core';
import type { Address } from './address.js';
import { connectedTooLate } from './exchange-failure.js';
import { withNote } from './failure-note.js';
import type { HttpProxy } from './http-proxy.js';
import type { TransportLimits } from './transport-defaults.js';
import { VaultError } from './vault-error.js';

/** What a tunnel needs. */
export interface TunnelOptions {
  readonly address: Address;
  readonly proxy: HttpProxy;
  /** `request` of node:http, or of node:https for a proxy that is spoken to over TLS. */
  readonly request: typeof httpRequest;
  readonly connect: typeof tlsConnect;
  /** How the connection inside the tunnel is secured. */
  readonly security: ConnectionOptions;
  readonly limits: TransportLimits;
  readonly clock: Clock;
  /** Where sockets are until the tunnel is there, so that they can be closed. */
  readonly making: Set<Duplex>;
}

/**
 * Has a proxy connect to Vault (CONNECT), and speaks TLS to Vault through that.
 *
 * @returns a socket that is connected and secured
 * @throws VaultError `SOURCE_UNAVAILABLE`, without the credentials for the proxy; or the error of Node.js
 */
export function openTunnel(options: TunnelOptions): Promise<Duplex> {
  const { address, proxy, request, connect, security, limits, clock, making } = options;
  const target = `${address.hostname.includes(':') ? `[${address.hostname}]` : address.hostname}:${address.port}`;
  return new Promise((resolve, reject) => {
    const asking = request({
      method: 'CONNECT',
      host: proxy.hostname,
      port: proxy.port,
      path: target,
      agent: false,
      headers: { host: target, ...Object.fromEntries(proxy.headers ? [proxy.headers] : []) },
    });
    let socket: Duplex | undefined;
    const callOff = clock.after(limits.connectTimeoutMs, () =>
      fail(connectedTooLate(address.text, '', limits)),
    );
    const track = (made: Duplex) => {
      if (socket !== undefined) making.delete(socket);
      socket = made;
      making.add(made);
    };
    const done = () => {
      callOff();
      if (socket !== undefined) making.delete(socket);
    };
    const fail = (error: unknown) => {
      done();
      asking.destroy();
      socket?.destroy();
      reject(error);
    };
    // It is the proxy that cannot be reached, not Vault.
    const outOfReach = ({ code = 'unknown' }: NodeJS.ErrnoException) =>
      fail(proxyFault(options, `cannot be reached (${code})`, true));

    asking.on('socket', track);
    asking.on('error', outOfReach);
    asking.on('response', ({ statusCode }) => refuse(statusCode));
    asking.on('connect', ({ statusCode }: IncomingMessage, tunnel: Duplex) => {
      asking.off('error', outOfReach);
      asking.on('error', () => undefined);
      track(tunnel);
      if (statusCode !== 200) return refuse(statusCode);
      const secured = connect({ ...security, socket: tunnel });
      track(secured);
      secured.once('error', fail);
      secured.once('close', () => fail({ code: 'ECONNRESET' }));
      secured.once('secureConnect', () => {
        secured.removeAllListeners('error').removeAllListeners('close');
        tunnel.once('close', () => secured.destroy());
        done();
        resolve(secured);
      });
    });
    asking.end();

    function refuse(status = 0): void {
      fail(proxyFault(options, `does not connect to it (${status})`, status >= 500));
    }
  });
}

function proxyFault({ address, proxy }: TunnelOptions, what: string, repeatable: boolean): VaultError {
  const error = new VaultError(
    'SOURCE_UNAVAILABLE',
    `Vault at ${address.text} cannot be reached: its proxy ${proxy.text} ${what}`,
    {
      address: address.text,
      hint: 'Check VAULT_PROXY_ADDR, HTTPS_PROXY and NO_PROXY, the credentials for the proxy, and that it allows this address.',
      repeatable,
    },
  );
  return withNote(error, { unsent: true });
}
