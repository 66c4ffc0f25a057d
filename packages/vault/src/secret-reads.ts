import { type Cancellation, orAborted } from './cancellation.js';
import { calledOff } from './exchange-failure.js';
import type { KvMetadata, KvNoMetadata } from './kv/kv-metadata.js';
import type { KvMount } from './kv/kv-mount.js';
import { currentOf, revisionOf } from './kv/kv-revision.js';
import type { KvAbsent, KvFound } from './kv/kv-secret.js';
import { MetadataAccess } from './metadata-access.js';
import { SingleFlight } from './single-flight.js';
import { VaultError } from './vault-error.js';

/** What a look at a secret brought: what lies there, or that it is what was seen before. */
export type Look = KvFound | KvAbsent | KvUnchanged;

interface KvUnchanged extends Pick<KvFound, 'version' | 'createdTime'> {
  readonly status: 'unchanged';
}

/**
 * The reads of one source in one KV mount, never two of one secret at a time. What was seen before is looked at by
 * its metadata, where that is allowed; only a read of the data ever says anything else than that nothing changed.
 */
export class SecretReads {
  readonly #kv: KvMount;
  readonly #address: string;
  readonly #now: () => number;
  readonly #access: MetadataAccess;
  readonly #data = new SingleFlight<KvFound | KvAbsent>();
  readonly #metadata = new SingleFlight<KvMetadata | KvNoMetadata>();

  constructor(kv: KvMount, address: string, now: () => number) {
    this.#kv = kv;
    this.#address = address;
    this.#now = now;
    this.#access = new MetadataAccess(now);
  }

  /** Reads a secret. */
  read(path: string, signal: Cancellation): Promise<KvFound | KvAbsent> {
    const begin = (until: Cancellation) => this.#kv.read(path, { signal: until });
    return this.#data.wait(path, begin, signal, () => this.#calledOff(path, signal));
  }

  /**
   * Looks whether a secret of KV version 2 is still what it was; reads it where it is not.
   *
   * @param revision what it was
   */
  look(path: string, revision: string, signal: Cancellation): Promise<Look> {
    const read = () => this.read(path, signal);
    const looked = this.#access.use(path, () => this.#compare(path, revision, signal), read);
    return orAborted(looked, signal, () => this.#calledOff(path, signal));
  }

  async #compare(path: string, revision: string, signal: Cancellation): Promise<Look> {
    const begin = (until: Cancellation) => this.#kv.metadata(path, { signal: until });
    const metadata = await this.#metadata
      .wait(path, begin, signal, () => this.#calledOff(path, signal))
      .catch((error: unknown) => {
        if (signal.aborted || !(error instanceof VaultError) || error.code === 'SOURCE_UNAVAILABLE') {
          throw error;
        }
        return error;
      });
    if (metadata instanceof VaultError) {
      const read = await this.read(path, signal);
      // A token that is denied everything tells nothing of its policies on metadata.
      if (metadata.status === 403) this.#access.denied(path);
      return read;
    }
    this.#access.allowed();
    const current = metadata.status === 'found' ? currentOf(metadata, this.#now()) : undefined;
    return current !== undefined && revisionOf(current) === revision
      ? { status: 'unchanged', ...current }
      : this.read(path, signal);
  }

  #calledOff(path: string, signal: Cancellation): VaultError {
    return calledOff(signal.reason, this.#address, `${this.#kv.mount}/${path}`);
  }
}
