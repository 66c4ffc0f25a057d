import { Agent, request as httpRequest } from 'node:http';
import type { Clock, Logger } from '@strongroom/core';
import type { Address } from './address.js';
import type { HttpProxy } from './http-proxy.js';
import { IdleSockets } from './idle-sockets.js';
import { connectSecurely } from './secure-link.js';
import type { TlsOptions } from './tls.js';
import type { TransportLimits } from './transport-defaults.js';

/** The connections to one address. */
export interface Link {
  /** `request` of node:http or node:https. */
  readonly open: typeof httpRequest;
  readonly agent: Agent;
  readonly host: string;
  readonly port: number;
  readonly socketPath: string | undefined;
  /** What stands before the path of each request. */
  readonly prefix: string;
  /** Headers of each request that are for a proxy. */
  readonly headers: readonly string[] | undefined;
  /** Whether a connection is made only when TLS is. */
  readonly secure: boolean;
  /** Closes the connections that wait for work: they may be dead. */
  dropIdle(): void;
  /** Closes every connection. */
  close(): void;
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

/** Prepares the connections to an address. Modules are loaded for https only, and files are read for it only. */
export function connect(options: LinkOptions): Link | Promise<Link> {
  const { address, proxy, limits } = options;
  const pool = {
    keepAlive: true,
    maxSockets: limits.maxSockets,
    maxFreeSockets: limits.maxSockets,
    timeout: limits.idleTimeoutMs,
  };
  if (address.protocol === 'https:' || proxy?.secure === true) return connectSecurely(options, pool);
  const agent = new Agent(pool);
  const idle = new IdleSockets(agent);
  return {
    open: httpRequest,
    agent,
    host: proxy?.hostname ?? address.hostname,
    port: proxy?.port ?? address.port,
    socketPath: address.socketPath,
    // A proxy is told the whole address of a request that it passes on.
    prefix: proxy === undefined ? address.prefix : address.text,
    headers: proxy?.headers,
    secure: false,
    dropIdle: () => idle.drop(),
    close: () => agent.destroy(),
  };
}
