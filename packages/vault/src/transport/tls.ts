import type { Logger } from '@strongroom/core';
import { checkOptions, notBoolean, notConfigured, problem } from '../configuration-problem.js';

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

/** @throws ConfigurationError for what is no option, of another kind, or one half of a pair */
export function checkTls(tls: TlsOptions): void {
  checkOptions('tls', tls, {
    ca: true,
    caFile: true,
    caFolder: true,
    cert: true,
    certFile: true,
    key: true,
    keyFile: true,
    serverName: true,
    skipVerify: true,
  });
  const { skipVerify, ...texts } = tls;
  const wrong = Object.entries(texts).filter(([, text]) => text !== undefined && typeof text !== 'string');
  const problems = wrong.map(([name]) => problem(`tls.${name}`, 'is not given as text'));
  problems.push(...notBoolean('tls.skipVerify', skipVerify));
  const [cert, key] = [tls.cert ?? tls.certFile, tls.key ?? tls.keyFile];
  if ((cert === undefined) !== (key === undefined)) {
    const [missing, there] = cert === undefined ? ['cert', 'key'] : ['key', 'cert'];
    // Node.js would show no certificate, and say nothing.
    problems.push(problem(`tls.${missing}`, `is not given, but the ${there} is`, 'Give both, or neither.'));
  }
  if (problems.length > 0) throw notConfigured(problems);
}

/** The one thing that is said even without a logger, as Node.js itself does. */
export function warnUnverified(address: string, logger: Logger | undefined): void {
  const warning =
    'the certificate of Vault is not verified: anybody on the way can read and change everything';
  if (logger !== undefined) logger.warn({ address }, warning);
  else process.emitWarning(`${warning} (${address})`, { type: 'StrongroomWarning' });
}
