import { Breather } from '../breather.js';
import type { Declarations, Resolver } from '../index.js';
import type { Resolved } from '../resolution/resolution.js';
import type { ComparedAnswer } from './compared-answer.js';
import { ComparisonHistory } from './comparison-history.js';
import { compared } from './difference.js';
import type { Fingerprints } from './fingerprint.js';
import type { ShadowComparison, ShadowDifference, ShadowReport } from './shadow-report.js';

/** What the comparisons of a source with what is served came to, over time. */
export class ShadowRecord {
  readonly #about: Pick<ShadowReport, 'application' | 'environment' | 'source' | 'since'>;
  readonly #histories = new Map<string, ComparisonHistory>();
  #notCompared: readonly string[] = [];
  #lastComparedAt: number | undefined;
  #comparisons = 0;
  #unavailable = 0;

  constructor(
    { definition, environment }: Pick<Resolver<Declarations>, 'definition' | 'environment'>,
    source: string,
    since: number,
  ) {
    this.#about = { application: definition.application, environment, source, since };
  }

  /**
   * Compares, and keeps what it comes to.
   *
   * @param served what holds now
   * @param answers what the source said; a setting that is not there is not compared
   */
  async add(
    served: ReadonlyMap<string, Resolved>,
    answers: ReadonlyMap<string, ComparedAnswer>,
    fingerprints: Fingerprints,
    { startedAt, endedAt }: { readonly startedAt: number; readonly endedAt: number },
  ): Promise<ShadowComparison> {
    const breather = new Breather();
    const { source } = this.#about;
    const differences: ShadowDifference[] = [];
    const agreed: string[] = [];
    const notCompared: string[] = [];
    let differing = 0;
    let unavailable = false;
    for (const [name, resolved] of served) {
      if (breather.due) await breather.pause();
      const answer = answers.get(name);
      if (answer === undefined) {
        notCompared.push(name);
        continue;
      }
      const { difference, versions } = compared(resolved, source, answer, fingerprints);
      const history = this.#historyOf(name);
      const news = history.add(difference, versions, startedAt);
      const { now } = history;
      if (news === 'agreed') agreed.push(name);
      if (now === undefined) continue;
      differing += 1;
      unavailable ||= now.kind === 'unavailable';
      if (news === 'told') differences.push(now);
    }
    this.#notCompared = Object.freeze(notCompared);
    this.#lastComparedAt = endedAt;
    this.#comparisons += 1;
    if (unavailable) this.#unavailable += 1;
    return Object.freeze({
      source,
      startedAt,
      durationMs: endedAt - startedAt,
      settings: served.size - notCompared.length,
      differing,
      differences: Object.freeze(differences),
      agreed: Object.freeze(agreed),
    });
  }

  report(): ShadowReport {
    const all = [...this.#histories];
    const names = (those: (history: ComparisonHistory) => boolean) =>
      Object.freeze(all.filter(([, history]) => those(history)).map(([name]) => name));
    return Object.freeze({
      ...this.#about,
      lastComparedAt: this.#lastComparedAt,
      comparisons: this.#comparisons,
      unavailable: this.#unavailable,
      differing: Object.freeze(all.flatMap(([, { now }]) => now ?? [])),
      agreedAgain: names(({ now, differed }) => now === undefined && differed),
      alwaysAgreed: names(({ now, differed }) => now === undefined && !differed),
      notCompared: this.#notCompared,
    });
  }

  #historyOf(name: string): ComparisonHistory {
    let history = this.#histories.get(name);
    if (history === undefined) {
      history = new ComparisonHistory();
      this.#histories.set(name, history);
    }
    return history;
  }
}
