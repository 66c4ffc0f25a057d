import type { CertificateOptions } from '../tls/certificate-options.js';

/** Secrets of KV version 2 below `secret/`, by path without the mount. */
export type SeedSecrets = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** How to start a server that stands by another one. */
export interface StandbyOptions extends Pick<DevServerOptions, 'host' | 'port' | 'tls'> {
  /**
   * How long all servers are without an active one when that is gone, in milliseconds of real time; the last
   * standby that was started says so for all. @default 0
   */
  readonly electionMs?: number;
}

/** How to start a server. */
export interface DevServerOptions {
  /** Host to listen on: a loopback address. @default '127.0.0.1' */
  readonly host?: string;
  /** Port to listen on; 0 takes a free one. @default 0 */
  readonly port?: number;
  /** The root token. @default a random one */
  readonly rootToken?: string;
  /**
   * File that keeps the state across restarts, readable by its owner only and written atomically.
   * @default none: all is in memory and gone when the server closes
   */
  readonly dataFile?: string;
  /**
   * Secrets to begin with, such as `{ 'pake_system/development/database': { url: '…' } }`. With a data file
   * each start writes a new version of them.
   * @default none
   */
  readonly seed?: SeedSecrets;
  /**
   * False for a server that is not in dev mode: it has to be initialised and unsealed over HTTP first, has no
   * `secret/` and no user interface. It has no root token before that, and takes no seed.
   * @default true
   */
  readonly initialised?: boolean;
  /**
   * Serve HTTPS: `true` with a certificate that the server makes for localhost, an object that says what the
   * certificate is to be (an expired one, one for another host), or a certificate and its key in PEM.
   * @default none: plain HTTP
   */
  readonly tls?: true | CertificateOptions | { readonly cert: string; readonly key: string };
  /** The clock: milliseconds since 1970. Tests pass one that they move. @default Date.now */
  readonly now?: () => number;
}
