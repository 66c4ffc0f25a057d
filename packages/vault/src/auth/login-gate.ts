import type { Clock } from '@strongroom/core';
import { isSourceError } from '@strongroom/core';
import { leftUntil } from '../left-until.js';

/** How often one logs in. */
export const loginPace = Object.freeze({
  /** Logins are at least this far apart. */
  minGapMs: 1_000,
  /** After so many denials in a row … */
  denials: 3,
  /** … they are this far apart, so that wrong credentials do not flood Vault. */
  deniedGapMs: 30_000,
  /** One that takes longer is given up, and another may begin: what it waits for may never come. */
  mostMs: 60_000,
});

/** Keeps logins apart. While one that failed may not be made again, its error stands for it. */
export class LoginGate {
  readonly #clock: Clock;
  readonly #pause: (ms: number) => Promise<void>;
  #last = Number.NEGATIVE_INFINITY;
  #denials = 0;
  #error: unknown;

  constructor(clock: Clock, pause: (ms: number) => Promise<void>) {
    this.#clock = clock;
    this.#pause = pause;
  }

  /** How long it is until the next login may begin. */
  get waitMs(): number {
    const gap = this.#denials >= loginPace.denials ? loginPace.deniedGapMs : loginPace.minGapMs;
    return leftUntil(this.#last + gap, this.#clock.now(), gap);
  }

  /** Logs in when that may be done. Never called while it is under way. */
  async pass<T>(login: () => Promise<T>): Promise<T> {
    const wait = this.waitMs;
    if (wait > 0) {
      if (this.#error !== undefined) throw this.#error;
      await this.#pause(wait);
    }
    this.#last = this.#clock.now();
    try {
      const answer = await login();
      this.#denials = 0;
      this.#error = undefined;
      return answer;
    } catch (error) {
      this.#last = this.#clock.now();
      this.#error = error;
      if (isSourceError(error) && error.code === 'SOURCE_DENIED') this.#denials++;
      throw error;
    }
  }
}
