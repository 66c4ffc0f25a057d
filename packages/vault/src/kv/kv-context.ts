import { refusal } from '../refusal.js';
import type { VaultAnswer } from '../transport/answer.js';
import type { Cancellation } from '../transport/cancellation.js';
import type { Transport, VaultRequest } from '../transport/transport.js';
import { errorsOf, warningsOf } from '../vault-messages.js';
import { noMount, onlyVersion2 } from './kv-fault.js';
import { encodePath, policyLine } from './kv-path.js';
import type { KvVersion, KvVersions } from './kv-version.js';

/** The parts of KV version 2's paths that stand before that of a secret. */
export type KvPart = 'data' | 'metadata' | 'delete' | 'undelete' | 'destroy';

/** One KV mount as what is done to it sees it. */
export class KvContext {
  /** Without slashes at its ends. */
  readonly mount: string;
  /** From `/v1` on, encoded, with a slash at its end. */
  readonly #base: string;

  /**
   * @param assumed what is taken for the version until it is known
   * @throws ConfigurationError for a mount that cannot be a path
   */
  constructor(
    readonly transport: Transport,
    readonly versions: KvVersions,
    mount: string,
    readonly assumed: KvVersion,
  ) {
    this.mount = mount.replace(/^\/+|\/+$/g, '');
    this.#base = `/v1/${encodePath('mount', this.mount)}/`;
  }

  /** The path of a request for a secret, from `/v1` on. */
  requestPath(version: KvVersion, part: KvPart, path: string): string {
    return this.folderPath(version, part, '') + encodePath('path', path);
  }

  /** The path of a request for a folder, with a slash at its end; empty for the mount. */
  folderPath(version: KvVersion, part: KvPart, folder: string): string {
    const base = version === 2 ? `${this.#base}${part}/` : this.#base;
    return folder === '' ? base : `${base}${encodePath('path', folder)}/`;
  }

  /** The line of a policy that a request needs. */
  policy(version: KvVersion, part: KvPart, path: string, ...capabilities: readonly string[]): string {
    const base = version === 2 ? `${this.mount}/${part}` : this.mount;
    return policyLine(`${base}/${path}`, ...capabilities);
  }

  /**
   * The version, asked for if need be. A write to the paths of the wrong version would do something else, so
   * nothing but a read goes by a mere assumption while Vault can be asked.
   */
  async version(signal: Cancellation | undefined): Promise<KvVersion> {
    const { mount, versions, assumed } = this;
    return versions.known(mount) ?? (await versions.ask(mount, signal)) ?? assumed;
  }

  /** @throws VaultError where the mount is of version 1 */
  async requireVersion2(what: string, signal: Cancellation | undefined): Promise<void> {
    if ((await this.version(signal)) === 1) throw onlyVersion2(this.transport, this.mount, what);
  }

  /** Says what a 404 means when it is none of a KV mount of this version: nothing is there, or something else. */
  checkMissing(answer: VaultAnswer, request: VaultRequest, version: KvVersion): void {
    const { mount } = this;
    const { path } = request;
    const { body } = answer;
    if (errorsOf(body).some((text) => text.startsWith('no handler for route'))) {
      throw noMount(answer, path, `has no mount at ${mount}/`);
    }
    if (isWrongForm(body)) {
      const what =
        version === 2
          ? `has its KV mount elsewhere than at ${mount}/`
          : `has a KV mount of version 2 at or above ${mount}/, not one of version 1`;
      throw noMount(answer, path, what);
    }
    // Of OpenBao; told by `refusal`, as for any other path.
    if (errorsOf(body).includes('namespace not found'))
      throw refusal(answer, request, this.transport, noPolicy);
    if (errorsOf(body).length > 0) throw noMount(answer, path, `has no KV mount at ${mount}/`);
  }

  /** Why Vault did not do what it was asked. */
  refused(answer: VaultAnswer, request: VaultRequest, policy: string): Error {
    if (answer.status === 404) this.checkMissing(answer, request, this.versions.known(this.mount) ?? 2);
    const error = refusal(answer, request, this.transport, { policy });
    this.transport.activities.refused(error);
    return error;
  }
}

/** Where no policy is what is missing. */
const noPolicy = { policy: '' };

/** What KV version 2 says of a path that has none of its parts. */
export const isWrongForm = (body: unknown): boolean =>
  warningsOf(body).some((text) => text.startsWith('Invalid path for a versioned K/V'));

/** The shape of Vault's 404, and nothing more: another service's would not have it. */
export const isPlainMissing = (body: unknown): boolean =>
  typeof body === 'object' &&
  body !== null &&
  'errors' in body &&
  Array.isArray(body.errors) &&
  body.errors.length === 0;
