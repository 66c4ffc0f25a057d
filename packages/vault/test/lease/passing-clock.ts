import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock } from '@strongroom/core/testing';

/** Limits that no lease waits for, by which the clock knows a request that is under way. */
export const limits = { requestTimeoutMs: 9_999, connectTimeoutMs: 4_999 };

/** A clock that lets nothing under way become late: time stands still until it is done. */
export class PassingClock extends ManualClock {
  #underWay = 0;
  #fired = 0;

  override after(delayMs: number, callback: () => void): () => void {
    const request = Object.values(limits).includes(delayMs);
    let waiting = true;
    const over = () => {
      if (waiting && request) this.#underWay--;
      waiting = false;
    };
    if (request) this.#underWay++;
    const callOff = super.after(delayMs, () => {
      over();
      this.#fired++;
      callback();
    });
    return () => {
      over();
      callOff();
    };
  }

  /**
   * Lets time pass, second by second.
   *
   * @param until ends it early
   */
  async pass(ms: number, until = (): boolean => false): Promise<void> {
    const end = this.now() + ms;
    while (this.now() < end && !until()) {
      const fired = this.#fired;
      this.advance(Math.min(1_000, end - this.now()));
      if (this.#fired > fired) await this.#quiet();
    }
  }

  /** Waits until what a timer began is done, and what followed from that. */
  async #quiet(): Promise<void> {
    for (let idle = 0; idle < 5; ) {
      await turn();
      idle = this.#underWay > 0 ? 0 : idle + 1;
    }
  }
}
