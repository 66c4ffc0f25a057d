import { leftUntil } from '../left-until.js';
import { unavailable } from './outage.js';

/** For how long metadata that was denied is not asked for again, in milliseconds; up to half of it more is jitter. */
const deniedForMs = 60 * 60_000;

/**
 * Whether the token may read the metadata of secrets. Trying tells; what was denied is not tried again for a long
 * time, and until something was allowed one path is tried for all: each denial is a line in Vault's audit log.
 */
export class MetadataAccess {
  readonly #now: () => number;
  readonly #deniedUntil = new Map<string, number>();
  #allowed = false;
  #allDeniedUntil = 0;
  #trying: Promise<unknown> | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Does one thing where metadata may be asked for, and another one where not.
   *
   * @param attempt asks for metadata, and tells when that was denied
   * @param instead where it is known to be denied
   * @throws what either throws; where Vault could not answer the one try for all, that for all
   */
  async use<T>(path: string, attempt: () => Promise<T>, instead: () => Promise<T>): Promise<T> {
    while (!this.#allowed && !this.#isDenied(path) && this.#trying !== undefined) {
      // Who waits would be told the same: each in its turn, they would find out no sooner than the deadline.
      const failure = await this.#trying.then(() => undefined, unavailable);
      if (failure !== undefined) throw failure;
    }
    if (this.#isDenied(path)) return instead();
    if (this.#allowed) return attempt();
    const trying = attempt().finally(() => {
      this.#trying = undefined;
    });
    this.#trying = trying;
    return trying;
  }

  allowed(): void {
    this.#allowed = true;
  }

  /** A path's metadata was denied, although its data is not. */
  denied(path: string): void {
    const until = this.#now() + deniedForMs * (1 + Math.random() / 2);
    if (this.#allowed) this.#deniedUntil.set(path, until);
    else this.#allDeniedUntil = until;
  }

  #isDenied(path: string): boolean {
    const until = this.#allowed ? (this.#deniedUntil.get(path) ?? 0) : this.#allDeniedUntil;
    return leftUntil(until, this.#now(), deniedForMs * 1.5) > 0;
  }
}
