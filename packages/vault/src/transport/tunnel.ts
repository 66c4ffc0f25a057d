import type { request as httpRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionOptions, connect as tlsConnect } from 'node:tls';
import { type Made, whenConnected } from '../http/dial.js';
import type { Address } from './address.js';
import type { HttpProxy } from './http-proxy.js';
import { proxyFault } from './proxy-fault.js';

/** What a tunnel needs. */
export interface TunnelOptions {
  readonly address: Address;
  readonly proxy: HttpProxy;
  /** `request` of node:http, or of node:https for a proxy that is spoken to over TLS. */
  readonly request: typeof httpRequest;
  readonly connect: typeof tlsConnect;
  /** How the connection inside the tunnel is secured. */
  readonly security: ConnectionOptions;
}

/**
 * Has a proxy connect to Vault (CONNECT), and speaks TLS to Vault through that.
 *
 * @param made gets a socket that is connected and secured, or an error: VaultError `SOURCE_UNAVAILABLE`, without the
 *   credentials for the proxy, or that of Node.js
 * @returns a function that calls it off
 */
export function openTunnel(options: TunnelOptions, made: Made): () => void {
  const { address, proxy, request, connect, security } = options;
  const target = `${address.hostname.includes(':') ? `[${address.hostname}]` : address.hostname}:${address.port}`;
  const asking = request({
    method: 'CONNECT',
    host: proxy.hostname,
    port: proxy.port,
    path: target,
    agent: false,
    headers: {
      host: target,
      ...(proxy.authorization === undefined ? {} : { 'proxy-authorization': proxy.authorization }),
    },
  });
  let callOff = () => {
    asking.removeAllListeners().on('error', ignore);
    asking.destroy();
  };
  const fail = (what: string, repeatable: boolean) => {
    callOff();
    made(proxyFault(options, what, repeatable));
  };
  const refuse = (status = 0) => fail(`does not connect to it (${status})`, status >= 500);

  // It is the proxy that cannot be reached, not Vault.
  asking.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) =>
    fail(`cannot be reached (${code})`, true),
  );
  asking.on('response', ({ statusCode }) => refuse(statusCode));
  asking.on('connect', ({ statusCode }: IncomingMessage, tunnel: Socket) => {
    // The request, and all that it leads to, is not to live as long as the tunnel.
    asking.removeAllListeners().on('error', ignore);
    const closeTunnel = () => tunnel.destroy();
    if (statusCode !== 200) {
      closeTunnel();
      return refuse(statusCode);
    }
    const secured = connect({ ...security, socket: tunnel });
    closeWith(tunnel, secured);
    const callOffSecured = whenConnected(secured, 'secureConnect', made);
    callOff = () => {
      callOffSecured();
      closeTunnel();
    };
  });
  asking.end();
  return () => callOff();
}

/** Made here, it leads to nothing: Node.js keeps the request as long as the connection to the proxy. */
const ignore = () => undefined;

/** Not with a function that leads to more than the two: it lives as long as they do. */
function closeWith(tunnel: Socket, secured: Socket): void {
  tunnel.once('close', () => secured.destroy());
}
