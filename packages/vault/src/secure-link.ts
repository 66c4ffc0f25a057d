import type { AgentOptions, request as httpRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import { clientClosed } from './exchange-failure.js';
import { IdleSockets } from './idle-sockets.js';
import type { Link, LinkOptions } from './link.js';
import { TlsFiles } from './tls-files.js';
import { openTunnel } from './tunnel.js';

type Connected = (error: Error | null, socket?: Duplex) => void;

/** Prepares the connections to an `https://` address, or by a proxy that is spoken to over TLS. */
export async function connectSecurely(
  { address, proxy, tls, limits, clock, logger }: LinkOptions,
  pool: AgentOptions,
): Promise<Link> {
  const [https, http, { connect, createSecureContext }] = await Promise.all([
    import('node:https'),
    import('node:http'),
    import('node:tls'),
  ]);
  const files = new TlsFiles(tls, address.text, createSecureContext, logger);
  // What cannot be read at all is told before anything is connected.
  await files.current();
  const making = new Set<Duplex>();
  let closed = false;

  const plainToVault = address.protocol === 'http:';
  // A session that is resumed would not be verified again with what the files hold by then.
  const agent = new https.Agent({ ...pool, maxCachedSessions: 0, rejectUnauthorized: true });
  const idle = new IdleSockets(agent);
  if (!plainToVault) {
    Object.assign(agent, {
      createConnection: (options: ConnectionOptions, connected: Connected) => {
        makeConnection(options).then((socket) => {
          if (!closed) return connected(null, socket);
          socket.destroy();
          connected(clientClosed(address.text));
        }, connected);
      },
    });
  }

  async function makeConnection(options: ConnectionOptions): Promise<Duplex> {
    const secured = await files.current();
    const servername = tls.serverName ?? (/^[\d.]+$|:/.test(address.hostname) ? '' : address.hostname);
    const security = { ...options, ...secured, servername };
    if (proxy === undefined) return connect(security);
    const request: typeof httpRequest = proxy.secure ? https.request : http.request;
    return openTunnel({ address, proxy, request, connect, security, limits, clock, making });
  }

  return {
    open: https.request,
    agent,
    host: plainToVault && proxy !== undefined ? proxy.hostname : address.hostname,
    port: plainToVault && proxy !== undefined ? proxy.port : address.port,
    socketPath: undefined,
    prefix: plainToVault ? address.text : address.prefix,
    headers: plainToVault ? proxy?.headers : undefined,
    secure: true,
    dropIdle: () => idle.drop(),
    close() {
      closed = true;
      agent.destroy();
      for (const socket of making) socket.destroy();
    },
  };
}
