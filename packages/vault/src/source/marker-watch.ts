import { revisionOf } from '../kv/kv-revision.js';
import { leftUntil } from '../left-until.js';
import type { Cancellation } from '../transport/cancellation.js';
import { VaultError } from '../vault-error.js';
import { type MarkerPlace, markerPath } from './marker.js';
import type { SecretReads } from './secret-reads.js';

/** A time in which a marker stayed as it was: what was answered in it still holds. */
export interface Epoch {
  readonly revision: string;
  /** When everything is looked at again whatever the marker says, in milliseconds since 1970. */
  readonly endsAt: number;
}

/** For how long a marker that was denied is not asked for again, in milliseconds. */
const deniedForMs = 60 * 60_000;

/** Watches the version markers of one mount. */
export class MarkerWatch {
  readonly #reads: SecretReads;
  readonly #fullLookEveryMs: number;
  readonly #now: () => number;
  readonly #epochs = new Map<string, Epoch>();
  #deniedUntil = 0;

  constructor(reads: SecretReads, fullLookEveryMs: number, now: () => number) {
    this.#reads = reads;
    this.#fullLookEveryMs = fullLookEveryMs;
    this.#now = now;
  }

  /**
   * Reads the marker: its data, which a policy for the settings allows already.
   *
   * @returns the epoch that it is in; undefined where there is no marker to go by
   * @throws VaultError `SOURCE_UNAVAILABLE` when Vault could not answer
   */
  async look(place: MarkerPlace, signal: Cancellation): Promise<Epoch | undefined> {
    if (leftUntil(this.#deniedUntil, this.#now(), deniedForMs) > 0) return undefined;
    const path = markerPath(place);
    const revision = await this.#read(path, signal);
    const epoch = this.#epochs.get(path);
    if (revision === undefined) this.#epochs.delete(path);
    else if (
      epoch?.revision !== revision ||
      leftUntil(epoch.endsAt, this.#now(), this.#fullLookEveryMs) === 0
    ) {
      // Sooner, by jitter: not all instances that started together look at everything together.
      const endsAt = this.#now() + this.#fullLookEveryMs * (1 - Math.random() / 5);
      this.#epochs.set(path, Object.freeze({ revision, endsAt }));
    }
    return this.#epochs.get(path);
  }

  async #read(path: string, signal: Cancellation): Promise<string | undefined> {
    try {
      const read = await this.#reads.read(path, signal);
      return read.status === 'found' ? revisionOf(read) : undefined;
    } catch (error) {
      if (!(error instanceof VaultError) || error.code === 'SOURCE_UNAVAILABLE') throw error;
      if (error.status === 403) this.#deniedUntil = this.#now() + deniedForMs;
      return undefined;
    }
  }
}
