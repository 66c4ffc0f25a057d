import type { ShadowDifference } from './shadow-report.js';

type Kind = ShadowDifference['kind'];

/** How the source and what is served compared over time, for one setting. */
export class ComparisonHistory {
  #now: ShadowDifference | undefined;
  /** The difference that the source had when it could last be asked. */
  #last: ShadowDifference | undefined;
  #differed = false;
  /** The last difference of each kind that was told: which version of which side it was of. */
  readonly #told = new Map<Kind, string>();

  /** The difference of now; undefined when they agree. */
  get now(): ShadowDifference | undefined {
    return this.#now;
  }

  /** Whether the source ever said something else than what is served; that it could not be asked does not count. */
  get differed(): boolean {
    return this.#differed;
  }

  /**
   * Takes in what a comparison came to.
   *
   * @param versions of both sides: a difference of the same ones is told once
   * @returns `told` for a difference that is new, `agreed` where there was one before
   */
  add(
    difference: Omit<ShadowDifference, 'since'> | undefined,
    versions: string,
    at: number,
  ): 'told' | 'agreed' | undefined {
    const before = this.#now;
    const asked = difference?.kind !== 'unavailable';
    if (asked) this.#told.delete('unavailable');
    const same = [before, this.#last].find((one) => one?.kind === difference?.kind);
    this.#now = difference && Object.freeze({ ...difference, since: same?.since ?? at });
    if (asked) this.#last = this.#now;
    if (difference === undefined) return before === undefined ? undefined : 'agreed';
    const { kind } = difference;
    this.#differed ||= asked;
    if (this.#told.get(kind) === versions) return undefined;
    this.#told.set(kind, versions);
    return 'told';
  }
}
