import type { ConnectionOptions } from 'node:tls';
import type { Dial } from '../http/dial.js';
import { whenConnected } from '../http/dial.js';
import type { LinkOptions } from './link.js';
import { TlsFiles } from './tls-files.js';
import { openTunnel } from './tunnel.js';

/**
 * How connections to an `https://` address are made, or by a proxy that is spoken to over TLS.
 *
 * @throws VaultError `SOURCE_UNAVAILABLE` for files that cannot be read, before anything is connected
 */
export async function secureDial({ address, proxy, tls, logger }: LinkOptions): Promise<Dial> {
  const { checkServerIdentity, connect, createSecureContext } = await import('node:tls');
  const files = new TlsFiles(tls, address.text, createSecureContext, logger);
  await files.current();
  const common = { ALPNProtocols: ['http/1.1'] };

  if (address.protocol === 'http:' && proxy !== undefined) {
    // The options are for Vault: what the proxy shows is judged as Node.js judges it.
    const { hostname: host, port } = proxy;
    const options = { ...common, host, port, servername: serverName(host), rejectUnauthorized: true };
    return (made) => whenConnected(connect(options), 'secureConnect', made);
  }

  const { hostname: host, port } = address;
  const { serverName: wanted = host } = tls;
  const servername = serverName(wanted);
  // An IP address is asked for by no name, and looked for in the certificate all the same.
  const identity: Pick<ConnectionOptions, 'checkServerIdentity'> =
    servername === '' && wanted !== host
      ? { checkServerIdentity: (_, shown) => checkServerIdentity(wanted, shown) }
      : {};
  const tunnel =
    proxy === undefined ? undefined : { address, proxy, connect, request: await requestOf(proxy.secure) };
  return (made) => {
    let callOff: (() => void) | undefined;
    let calledOff = false;
    files
      .current()
      .then((security) => {
        if (calledOff) return;
        const options = { ...common, ...security, ...identity, host, port, servername };
        callOff =
          tunnel === undefined
            ? whenConnected(connect(options), 'secureConnect', made)
            : openTunnel({ ...tunnel, security: options }, made);
      })
      .catch((error) => {
        if (!calledOff) made(error);
      });
    return () => {
      calledOff = true;
      callOff?.();
    };
  };
}

/** Of what a certificate has to be for, without a dot at its end; an IP address is no name that may be asked for. */
const serverName = (host: string): string => (/^[\d.]+$|:/.test(host) ? '' : host.replace(/\.$/, ''));

const requestOf = async (secure: boolean) =>
  secure ? (await import('node:https')).request : (await import('node:http')).request;
