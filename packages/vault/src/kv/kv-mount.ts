import { checkOptions, notAskable } from '../configuration-problem.js';
import type { Cancellation } from '../transport/cancellation.js';
import type { Transport } from '../transport/transport.js';
import { KvContext } from './kv-context.js';
import { deleteKv, deleteMetadata, type KvDeleteOptions, onVersions } from './kv-delete.js';
import { type KvListAllOptions, type KvTree, listAllKv, listKv } from './kv-list.js';
import {
  type KvMetadata,
  type KvMetadataChange,
  type KvNoMetadata,
  readMetadata,
  writeMetadata,
} from './kv-metadata.js';
import { patchKv } from './kv-patch.js';
import { type KvReadOptions, readKv } from './kv-read.js';
import type { KvAbsent, KvFound } from './kv-secret.js';
import { type KvVersion, type KvVersions, noKvVersion } from './kv-version.js';
import { type KvWriteOptions, type KvWritten, writeKv } from './kv-write.js';

export interface KvOptions {
  /**
   * What the mount is taken for until Vault has told its version, and where Vault does not tell it. With 1, a
   * mount of version 1 costs no question. @default 2
   */
  readonly version?: KvVersion;
}

/** An `AbortSignal` that calls the request off. */
export interface KvCallOptions {
  readonly signal?: Cancellation;
}

/**
 * The secrets of one KV mount, of version 1 or 2: Vault says which, and it is remembered. Paths are below the
 * mount, without `data/`: `pake_system/production/database`.
 *
 * Every method throws a VaultError when Vault could not answer, denied it, or has no KV mount there, and a
 * ConfigurationError for a path that is empty or has an empty segment, `.`, `..` or a control character, and for an
 * option that there is not. What only version 2 has
 * is `SOURCE_DENIED` on a mount of version 1, before anything is sent.
 */
export class KvMount {
  /** The mount's path, without slashes at its ends. */
  readonly mount: string;
  readonly #context: KvContext;

  /** @throws ConfigurationError for a mount that cannot be a path */
  constructor(transport: Transport, versions: KvVersions, mount: string, options: KvOptions = {}) {
    checkOptions('vault.kv()', options, { version: true });
    const { version = 2 } = options;
    if (version !== 1 && version !== 2) throw notAskable([noKvVersion('version')]);
    this.#context = new KvContext(transport, versions, mount, version);
    this.mount = this.#context.mount;
  }

  /** The version of the mount: known already, or asked for now. Undefined where Vault does not tell. */
  async version(options: KvCallOptions = {}): Promise<KvVersion | undefined> {
    const signal = signalOf('kv.version()', options);
    const { versions } = this.#context;
    return versions.known(this.mount) ?? versions.ask(this.mount, signal);
  }

  /** Reads a secret: one request, and another one a mount where the answer leaves its version in doubt. */
  read(path: string, options: KvReadOptions = {}): Promise<KvFound | KvAbsent> {
    return readKv(this.#context, path, options);
  }

  /**
   * Writes a secret, in version 2 as a new version of it. A write with `cas` is repeated like a read.
   *
   * @throws StrongroomError `CAS_MISMATCH` when the secret is not at the version that `cas` names
   */
  write(
    path: string,
    data: Readonly<Record<string, unknown>>,
    options: KvWriteOptions = {},
  ): Promise<KvWritten> {
    return writeKv(this.#context, path, data, options);
  }

  /**
   * Changes some keys of a secret, as a JSON merge patch: null removes a key, what is not named stays. Where the
   * server or the policy has no patching, the secret is read and written with CAS instead. Version 2 only.
   *
   * @throws StrongroomError `CAS_MISMATCH` when the secret is not at the version that `cas` names
   */
  patch(
    path: string,
    changes: Readonly<Record<string, unknown>>,
    options: KvWriteOptions = {},
  ): Promise<KvWritten | KvAbsent> {
    return patchKv(this.#context, path, changes, options);
  }

  /** The names below a path, sorted as Vault does; those of folders end with a slash. Empty when there are none. */
  async list(path = '', options: KvCallOptions = {}): Promise<readonly string[]> {
    return listKv(this.#context, path, signalOf('kv.list()', options));
  }

  /** The paths of all secrets below a path, within limits. */
  listAll(path = '', options: KvListAllOptions = {}): Promise<KvTree> {
    return listAllKv(this.#context, path, options);
  }

  /** What is known of a secret beside its data. Version 2 only. */
  async metadata(path: string, options: KvCallOptions = {}): Promise<KvMetadata | KvNoMetadata> {
    return readMetadata(this.#context, path, signalOf('kv.metadata()', options));
  }

  /** Changes what is named of a secret's metadata, and nothing else. Version 2 only. */
  async writeMetadata(path: string, change: KvMetadataChange, options: KvCallOptions = {}): Promise<void> {
    return writeMetadata(this.#context, path, change, signalOf('kv.writeMetadata()', options));
  }

  /** Deletes the latest version, or those named; `undelete` brings them back. In version 1 the secret is gone. */
  delete(path: string, options: KvDeleteOptions = {}): Promise<void> {
    return deleteKv(this.#context, path, options);
  }

  /** Brings deleted versions back. Version 2 only. */
  async undelete(path: string, versions: readonly number[], options: KvCallOptions = {}): Promise<void> {
    return onVersions(this.#context, 'undelete', path, versions, signalOf('kv.undelete()', options));
  }

  /** Removes the data of versions for good. Version 2 only. */
  async destroy(path: string, versions: readonly number[], options: KvCallOptions = {}): Promise<void> {
    return onVersions(this.#context, 'destroy', path, versions, signalOf('kv.destroy()', options));
  }

  /** Removes a secret with all its versions for good. Version 2 only. */
  async deleteMetadata(path: string, options: KvCallOptions = {}): Promise<void> {
    return deleteMetadata(this.#context, path, signalOf('kv.deleteMetadata()', options));
  }
}

function signalOf(owner: string, options: KvCallOptions): Cancellation | undefined {
  checkOptions(owner, options, { signal: true });
  return options.signal;
}
