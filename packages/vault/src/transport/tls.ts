/** How the connection to an `https://` address is secured. TLS is 1.2 or later. */
export interface TlsOptions {
  /** Accepted authorities, as PEM text, instead of those that Node.js knows. */
  readonly ca?: string;
  /** A file of accepted authorities, in PEM. Before `ca`. */
  readonly caFile?: string;
  /** A folder of such files. After `ca`. */
  readonly caFolder?: string;
  /** The client's certificate, as PEM text or as a file. With a key. */
  readonly cert?: string;
  readonly certFile?: string;
  /** The client certificate's key, as PEM text or as a file. */
  readonly key?: string;
  readonly keyFile?: string;
  /** The name that the server's certificate must have. @default the address's host */
  readonly serverName?: string;
  /** Accepts any certificate. The logger warns of it each time. @default false */
  readonly skipVerify?: boolean;
}
