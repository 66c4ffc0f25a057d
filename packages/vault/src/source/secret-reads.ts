import type { KvContext } from '../kv/kv-context.js';
import { type KvMetadata, type KvNoMetadata, peekMetadata } from '../kv/kv-metadata.js';
import { readKv } from '../kv/kv-read.js';
import { currentOf, revisionOf } from '../kv/kv-revision.js';
import type { KvAbsent, KvFound } from '../kv/kv-secret.js';
import { SingleFlight } from '../single-flight.js';
import { type Cancellation, orAborted } from '../transport/cancellation.js';
import { calledOff } from '../transport/exchange-failure.js';
import { VaultError } from '../vault-error.js';
import { MetadataAccess } from './metadata-access.js';

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
  readonly #context: KvContext;
  readonly #now: () => number;
  readonly #access: MetadataAccess;
  readonly #data = new SingleFlight<KvFound | KvAbsent>();
  readonly #metadata = new SingleFlight<KvMetadata | KvNoMetadata | undefined>();

  constructor(context: KvContext, now: () => number) {
    this.#context = context;
    this.#now = now;
    this.#access = new MetadataAccess(now);
  }

  /** Reads a secret. */
  read(path: string, signal: Cancellation): Promise<KvFound | KvAbsent> {
    const begin = (until: Cancellation) => readKv(this.#context, path, { signal: until });
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
    const begin = (until: Cancellation) => peekMetadata(this.#context, path, until);
    const metadata = await this.#metadata
      .wait(path, begin, signal, () => this.#calledOff(path, signal))
      .catch((error: unknown) => {
        if (signal.aborted || !(error instanceof VaultError) || error.code === 'SOURCE_UNAVAILABLE') {
          throw error;
        }
        return error;
      });
    if (metadata instanceof VaultError) return this.read(path, signal);
    if (metadata === undefined) {
      const read = await this.read(path, signal);
      // Only now: a token that is denied everything tells nothing of its policies on metadata.
      this.#access.denied(path);
      return read;
    }
    this.#access.allowed();
    const current = metadata.status === 'found' ? currentOf(metadata, this.#now()) : undefined;
    return current !== undefined && revisionOf(current) === revision
      ? { status: 'unchanged', ...current }
      : this.read(path, signal);
  }

  #calledOff(path: string, signal: Cancellation): VaultError {
    const { transport, mount } = this.#context;
    return calledOff(signal.reason, transport.address, `${mount}/${path}`);
  }
}
