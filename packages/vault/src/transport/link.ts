import { connect } from 'node:net';
import type { Clock, Logger } from '@strongroom/core';
import { Connections } from '../http/connections.js';
import { type Dial, whenConnected } from '../http/dial.js';
import { fieldText } from '../http/request-text.js';
import type { Address } from './address.js';
import type { HttpProxy } from './http-proxy.js';
import { proxyFault, type Relay } from './proxy-fault.js';
import { secureDial } from './secure-dial.js';
import type { TlsOptions } from './tls.js';
import type { TransportLimits } from './transport-defaults.js';

/** The way to one address. */
export interface Link {
  readonly connections: Connections;
  /** What stands before the path of each request. */
  readonly prefix: string;
  /** Header fields of each request that are for a proxy, each with its line end. */
  readonly headers: string;
  /** A proxy that requests are passed on by, and that may answer them itself. */
  readonly relay: Relay | undefined;
}

/** What a link is made of. */
export interface LinkOptions {
  readonly address: Address;
  readonly proxy: HttpProxy | undefined;
  readonly tls: TlsOptions;
  readonly limits: TransportLimits;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
}

/** Prepares the way to an address. Modules are loaded for https only, and files are read for it only. */
export function openLink(options: LinkOptions): Link | Promise<Link> {
  const { address, proxy } = options;
  if (address.protocol !== 'https:' && proxy?.secure !== true) return linkBy(plainDial(options), options);
  return secureDial(options).then((dial) => linkBy(dial, options));
}

function linkBy(dial: Dial, { address, proxy, limits }: LinkOptions): Link {
  // A proxy is told the whole address of a request that it passes on; of one in a tunnel it sees nothing.
  const relay = proxy !== undefined && address.protocol === 'http:' ? { address, proxy } : undefined;
  const authorization = relay?.proxy.authorization;
  return {
    connections: new Connections(relay === undefined ? dial : dialOf(relay, dial), limits.idleTimeoutMs),
    prefix: relay === undefined ? address.prefix : address.text,
    headers: authorization === undefined ? '' : fieldText('proxy-authorization', authorization),
    relay,
  };
}

/** What fails on the way to the proxy says nothing of Vault. */
const dialOf =
  (relay: Relay, dial: Dial): Dial =>
  (made) =>
    dial((error, socket) => {
      if (socket !== undefined) return made(undefined, socket);
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      made(proxyFault(relay, `cannot be reached (${code})`, true));
    });

function plainDial({ address, proxy }: LinkOptions): Dial {
  const { socketPath: path } = address;
  const { hostname: host, port } = proxy ?? address;
  const target = path === undefined ? { host, port } : { path };
  return (made) => whenConnected(connect(target), 'connect', made);
}
