import { isSourceError } from '@strongroom/core';
import { noteOf } from '../transport/failure-note.js';
import { VaultError } from '../vault-error.js';

/**
 * One probe rather than many: after a lookup in which Vault was unavailable for everything, the next one asks for one
 * thing first, and for the rest only when that was answered. The breaker of an address covers connections; this
 * covers a Vault that answers that it is sealed, overloaded or broken.
 */
export class Outage {
  #lasts = false;

  /** Begins a lookup. */
  begin(): LookupRound {
    return new LookupRound(this.#lasts, (lasts) => {
      this.#lasts = lasts;
    });
  }
}

/** All that one lookup asks Vault for. */
export class LookupRound {
  /** Whether the first thing that is asked for is to be answered before any other is. */
  readonly probing: boolean;
  readonly #ended: (outage: boolean) => void;
  #probe: Promise<unknown> | undefined;
  #asked = 0;
  #answered = 0;

  constructor(probing: boolean, ended: (outage: boolean) => void) {
    this.probing = probing;
    this.#ended = ended;
  }

  /**
   * Asks for one thing, maybe after another one was answered.
   *
   * @throws what `begin` throws, or, without asking, what the probe was answered with
   */
  async ask<T>(begin: () => Promise<T>): Promise<T> {
    if (this.#probe !== undefined) {
      const failure = await this.#probe.then(() => undefined, unavailable);
      if (failure !== undefined) throw failure;
    }
    const asked = this.#count(begin());
    if (this.probing) this.#probe ??= asked;
    return asked;
  }

  /** It is over, or was called off: when nothing was answered by then, one probe at the next time does no harm. */
  end(): void {
    if (this.#asked > 0) this.#ended(this.#answered === 0);
  }

  async #count<T>(asked: Promise<T>): Promise<T> {
    this.#asked++;
    try {
      const answer = await asked;
      this.#answered++;
      return answer;
    } catch (error) {
      if (!isSourceError(error) || error.code !== 'SOURCE_UNAVAILABLE') this.#answered++;
      throw error;
    }
  }
}

/** The error, if it says that Vault could not answer; not when it was never asked, for a reason of ours. */
export function unavailable(error: unknown): unknown {
  if (!isSourceError(error) || error.code !== 'SOURCE_UNAVAILABLE') return undefined;
  return error instanceof VaultError && noteOf(error).ours === true ? undefined : error;
}
