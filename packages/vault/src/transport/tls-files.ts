import type { ConnectionOptions, createSecureContext, SecureContextOptions } from 'node:tls';
import type { Logger } from '@strongroom/core';
import { VaultError } from '../vault-error.js';
import { networkFault } from './network-fault.js';
import type { TlsOptions } from './tls.js';

/** How a connection is secured, as node:tls takes it. */
type Security = Pick<ConnectionOptions, 'secureContext' | 'rejectUnauthorized' | 'minVersion'>;

/**
 * The files of the TLS options. Each new connection looks whether they have changed, as certificates do that are
 * renewed every few days; connections that are there already go on with what they were made with.
 */
export class TlsFiles {
  readonly #options: TlsOptions;
  readonly #address: string;
  readonly #makeContext: typeof createSecureContext;
  readonly #logger: Logger | undefined;
  #stamp: string | undefined;
  #security: Security | undefined;
  #looking: Promise<Security> | undefined;
  /** What is wrong with the files, as the logger was told last: connections may be made every second. */
  #complaint: string | undefined;

  constructor(
    options: TlsOptions,
    address: string,
    makeContext: typeof createSecureContext,
    logger: Logger | undefined,
  ) {
    this.#options = options;
    this.#address = address;
    this.#makeContext = makeContext;
    this.#logger = logger;
  }

  /**
   * How a connection that is made now is secured. Files that cannot be used, as in the middle of a renewal, leave
   * it as it was.
   *
   * @throws VaultError `SOURCE_UNAVAILABLE` for files that cannot be used when there was nothing before
   */
  current(): Promise<Security> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<Security> {
    try {
      const stamp = await this.#readStamp();
      if (this.#security === undefined || stamp !== this.#stamp) {
        this.#security = await this.#read();
        this.#stamp = stamp;
      }
      if (this.#complaint !== undefined) {
        this.#complaint = undefined;
        this.#logger?.info({ address: this.#address }, 'the TLS files for Vault can be used again');
      }
      return this.#security;
    } catch (error) {
      if (this.#security === undefined || !(error instanceof VaultError)) throw error;
      const { message, hint } = error;
      if (message !== this.#complaint) {
        this.#complaint = message;
        this.#logger?.warn({ address: this.#address, hint }, `${message}; what was read before stays`);
      }
      return this.#security;
    }
  }

  async #read(): Promise<Security> {
    const { ca, cert, key, skipVerify } = this.#options;
    const { caFile, certFile, keyFile, caFolder } = this.#options;
    const file = (name: string | undefined, what: string) =>
      name === undefined ? undefined : this.#readPem(name, what);
    const [caRead, certRead, keyRead] = await Promise.all([
      file(caFile, 'the file of authorities'),
      file(certFile, 'the client certificate'),
      file(keyFile, 'the key of the client certificate'),
    ]);
    const given: Record<string, unknown> = {
      ca: caRead ?? ca ?? (caFolder === undefined ? undefined : await this.#readFolder(caFolder)),
      cert: certRead ?? cert,
      key: keyRead ?? key,
    };
    this.#checkAuthorities(given['ca']);
    const chosen: SecureContextOptions = Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== undefined),
    );
    const minVersion = 'TLSv1.2';
    try {
      return {
        secureContext: this.#makeContext({ ...chosen, minVersion }),
        minVersion,
        // Said explicitly, so that NODE_TLS_REJECT_UNAUTHORIZED does not decide it.
        rejectUnauthorized: skipVerify !== true,
      };
    } catch (error) {
      const moment = { address: this.#address, path: '', answered: false, connected: false, reused: false };
      throw networkFault(error, moment);
    }
  }

  /** OpenSSL passes over what is no certificate, and then knows no authority at all: as if none had been named. */
  #checkAuthorities(given: unknown): void {
    if (given === undefined || wholeCertificate.test([given].flat().join('\n'))) return;
    const { caFile, ca, caFolder } = this.#options;
    const where = caFile ?? (ca === undefined ? caFolder : 'given as text');
    const address = this.#address;
    throw new VaultError(
      'SOURCE_UNAVAILABLE',
      `the authorities for ${address}, ${where}, hold no certificate in PEM`,
      { address, hint: correctOptions },
    );
  }

  /** Changes when a file does: by its time, its size, and for links the file that they lead to. */
  async #readStamp(): Promise<string> {
    const { caFile, certFile, keyFile, ca, caFolder } = this.#options;
    const files = [caFile, certFile, keyFile].filter((name) => name !== undefined);
    if (caFile === undefined && ca === undefined && caFolder !== undefined) {
      files.push(...(await this.#namesIn(caFolder)));
    }
    if (files.length === 0) return '';
    const { stat } = await import('node:fs/promises');
    const stamps = files.map((name) =>
      stat(name).then(
        ({ mtimeMs, size, ino }) => `${name} ${mtimeMs} ${size} ${ino}`,
        // Reading it tells what is wrong.
        () => `${name} none`,
      ),
    );
    return (await Promise.all(stamps)).join('\n');
  }

  async #readFolder(folder: string): Promise<string[]> {
    const names = await this.#namesIn(folder);
    return Promise.all(names.map((name) => this.#readPem(name, 'a file of authorities')));
  }

  async #namesIn(folder: string): Promise<string[]> {
    const { readdir } = await import('node:fs/promises');
    const entries = await readdir(folder, { withFileTypes: true }).catch((error) =>
      this.#unreadable(folder, 'the folder of authorities', error),
    );
    // Links, as Kubernetes mounts secrets, count as files.
    const files = entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('..'));
    return files.map(({ name }) => `${folder}/${name}`);
  }

  async #readPem(name: string, what: string): Promise<string> {
    const { readFile } = await import('node:fs/promises');
    return readFile(name, 'utf8').catch((error) => this.#unreadable(name, what, error));
  }

  #unreadable(name: string, what: string, { code }: NodeJS.ErrnoException): never {
    const address = this.#address;
    throw new VaultError('SOURCE_UNAVAILABLE', `${what} for ${address}, ${name}, cannot be read (${code})`, {
      address,
      hint: correctOptions,
    });
  }
}

const correctOptions =
  'Correct the TLS options, or the variables VAULT_CACERT, VAULT_CAPATH, VAULT_CLIENT_CERT, VAULT_CLIENT_KEY.';

/** One that is not cut off, as OpenSSL reads them too. */
const wholeCertificate = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[\w+/=\s]+-----END \1-----/;
