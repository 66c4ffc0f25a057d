import type { AgentOptions } from 'node:https';
import { VaultError } from './vault-error.js';

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

/**
 * Reads the files of the TLS options.
 *
 * @throws VaultError `SOURCE_UNAVAILABLE` for a file that cannot be read
 */
export async function readTls(options: TlsOptions, address: string): Promise<AgentOptions> {
  const file = (name: string | undefined, what: string) =>
    name === undefined ? undefined : readPem(name, what, address);
  const [caFile, cert, key] = await Promise.all([
    file(options.caFile, 'the file of authorities'),
    file(options.certFile, 'the client certificate'),
    file(options.keyFile, 'the key of the client certificate'),
  ]);
  const given = {
    ca: caFile ?? options.ca ?? (await readFolder(options.caFolder, address)),
    cert: cert ?? options.cert,
    key: key ?? options.key,
    servername: options.serverName,
  };
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    minVersion: 'TLSv1.2',
    // Said explicitly, so that NODE_TLS_REJECT_UNAUTHORIZED does not decide it.
    rejectUnauthorized: options.skipVerify !== true,
  };
}

async function readFolder(folder: string | undefined, address: string): Promise<string[] | undefined> {
  if (folder === undefined) return undefined;
  const what = 'the folder of authorities';
  const { readdir } = await import('node:fs/promises');
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) =>
    unreadable(folder, what, error, address),
  );
  // Links, as Kubernetes mounts secrets, count as files.
  const files = entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('..'));
  return Promise.all(files.map(({ name }) => readPem(`${folder}/${name}`, 'a file of authorities', address)));
}

async function readPem(name: string, what: string, address: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return readFile(name, 'utf8').catch((error) => unreadable(name, what, error, address));
}

function unreadable(name: string, what: string, error: unknown, address: string): never {
  const { code } = error as NodeJS.ErrnoException;
  throw new VaultError('SOURCE_UNAVAILABLE', `${what} for ${address}, ${name}, cannot be read (${code})`, {
    address,
    hint: 'Correct the TLS options, or the variables VAULT_CACERT, VAULT_CAPATH, VAULT_CLIENT_CERT, VAULT_CLIENT_KEY.',
  });
}
