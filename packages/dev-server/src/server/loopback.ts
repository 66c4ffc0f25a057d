import { isIP } from 'node:net';
import { DevServerError } from './dev-server-error.js';

/** The host as `listen` takes it. @throws DevServerError when it is not a loopback address */
export function loopbackHost(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const loopback =
    bare.toLowerCase() === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
  if (!loopback) {
    throw new DevServerError(
      'NOT_LOOPBACK',
      `Refused to listen on "${host}": the dev server listens on loopback addresses only (127.0.0.1, ::1, localhost). It keeps its secrets unprotected and must not be reachable from elsewhere.`,
    );
  }
  return bare;
}
