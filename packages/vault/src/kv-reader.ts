import type { VaultAnswer } from './answer.js';
import type { Cancellation } from './cancellation.js';
import { encodePath, readPolicy } from './kv-path.js';
import { readSecret } from './kv-secret.js';
import { refusal } from './refusal.js';
import type { Transport, VaultRequest } from './transport.js';
import { VaultError } from './vault-error.js';
import { errorsOf, warningsOf } from './vault-messages.js';

/** One version of a KV secret. */
export interface KvFound {
  readonly status: 'found';
  /** Its keys and values, without a prototype: every name in it is a key, `__proto__` too. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly version: number;
  /** When the version was written, in milliseconds since 1970. */
  readonly createdTime: number;
}

/** There is no such secret, or not in this version. */
export interface KvAbsent {
  readonly status: 'absent';
  readonly reason: 'no-such-path' | 'version-deleted' | 'version-destroyed';
  /** The version that is deleted or destroyed. */
  readonly version?: number;
}

export interface KvReadOptions {
  /** @default the latest version */
  readonly version?: number;
  /** An `AbortSignal`: calls the read off. */
  readonly signal?: Cancellation;
}

/** Reads the secrets of one KV mount of version 2. */
export class KvReader {
  /** The mount's path, without slashes at its ends. */
  readonly mount: string;
  readonly #transport: Transport;
  readonly #prefix: string;

  /** @throws ConfigurationError for a mount that cannot be a path */
  constructor(transport: Transport, mount: string) {
    this.mount = mount.replace(/^\/+|\/+$/g, '');
    this.#transport = transport;
    this.#prefix = `/v1/${encodePath('mount', this.mount)}/data/`;
  }

  /**
   * Reads a secret: one request.
   *
   * @param path below the mount, without `data/`: `pake_system/production/database`
   * @throws VaultError when Vault could not answer, denied it, or has no KV mount of version 2 there
   * @throws ConfigurationError for a path with an empty segment, `.`, `..` or a control character
   */
  async read(path: string, { version, signal }: KvReadOptions = {}): Promise<KvFound | KvAbsent> {
    const encoded = this.#prefix + encodePath('path', path);
    const request: VaultRequest = {
      method: 'GET',
      path: version === undefined ? encoded : `${encoded}?version=${Number(version)}`,
      signal,
    };
    const answer = await this.#transport.send(request);
    if (answer.status === 200) return readSecret(answer.body) ?? this.#strange(answer, request);
    if (answer.status === 404) return this.#readMissing(answer, request);
    throw refusal(answer, request, this.#transport, { policy: readPolicy(`${this.mount}/data/${path}`) });
  }

  /** A 404 is no such path, a version that is no longer there, or a mount that is none. */
  #readMissing(answer: VaultAnswer, request: VaultRequest): KvAbsent {
    const { body } = answer;
    if (errorsOf(body).some((text) => text.startsWith('no handler for route'))) {
      throw this.#noMount(request, answer, `has no mount at ${this.mount}/`);
    }
    if (warningsOf(body).some((text) => text.startsWith('Invalid path for a versioned K/V'))) {
      throw this.#noMount(request, answer, `has its KV mount elsewhere than at ${this.mount}/`);
    }
    const missing = readSecret(body);
    if (missing?.status === 'absent') return missing;
    // The shape of Vault's 404, and nothing more: another service's would not have it.
    if (isEmptyErrors(body)) return { status: 'absent', reason: 'no-such-path' };
    if (errorsOf(body).length > 0) throw this.#noMount(request, answer, `has no KV mount at ${this.mount}/`);
    return this.#strange(answer, request);
  }

  #noMount({ path }: VaultRequest, { status }: VaultAnswer, what: string): VaultError {
    const { address } = this.#transport;
    return new VaultError('SOURCE_DENIED', `Vault at ${address} ${what}`, {
      address,
      path,
      status,
      hint: 'Name the mount (STRONGROOM_VAULT_MOUNT, or the option mount), and check the namespace; "vault secrets list" shows all mounts.',
    });
  }

  #strange({ status }: VaultAnswer, { path }: VaultRequest): never {
    const { address } = this.#transport;
    throw new VaultError(
      'SOURCE_MALFORMED',
      `Vault at ${address} answered ${status} to ${path}, but not with a secret of KV version 2`,
      {
        address,
        path,
        status,
        hint: `Check that ${this.mount}/ is a KV mount of version 2, and that the address is Vault itself.`,
      },
    );
  }
}

function isEmptyErrors(body: unknown): boolean {
  return (
    typeof body === 'object' &&
    body !== null &&
    'errors' in body &&
    Array.isArray(body.errors) &&
    body.errors.length === 0
  );
}
