import { Breather } from '../breather.js';
import { publish } from '../diagnostics.js';
import {
  type Clock,
  checkOptions,
  checkTimes,
  type Declarations,
  type Logger,
  type RefreshReport,
  type Resolver,
  resolverDefaults,
  type Setting,
  type Source,
  SourceError,
  StrongroomError,
  systemClock,
} from '../index.js';
import { Patience } from '../patience.js';
import { inside } from '../resolver/resolver-inside.js';
import { undisturbed } from '../undisturbed.js';
import { type ComparedAnswer, comparedAnswer, knownOf, unavailable } from './compared-answer.js';
import { Fingerprints } from './fingerprint.js';
import { logComparison } from './shadow-log.js';
import { ShadowRecord } from './shadow-record.js';
import type { ShadowComparison, ShadowReport } from './shadow-report.js';

export interface ShadowOptions {
  /** How long one comparison may take, in milliseconds. @default 15000 */
  readonly deadlineMs?: number;
  /** Told of each difference by `warn`, once for each version of either side, and of agreement by `info`. */
  readonly logger?: Logger;
  /** @default the system's time */
  readonly clock?: Clock;
}

/** A source that is read beside those that are used. Made by {@link compareInShadow}. */
export interface Shadow {
  /** What all comparisons came to, from memory. */
  report(): ShadowReport;
  /**
   * Compares now. Calls that overlap share one comparison.
   *
   * @throws StrongroomError `SNAPSHOT_NOT_READY` before the resolver has loaded; `RESOLVER_CLOSED`
   */
  compare(): Promise<ShadowReport>;
}

/**
 * Reads a source beside those that a resolver uses, in the background: after the first load, and after each
 * refresh. Nothing waits for it, and nothing that it finds is used. Each setting on which the source differs is
 * told by the resolver's event `shadow`; what is compared are validated values. It ends when the resolver is
 * closed; the source is left to whoever made it.
 *
 * @param source one that is not among the resolver's own
 * @throws StrongroomError `DEFINITION_INVALID` for options that cannot work
 * @example
 * const shadow = compareInShadow(resolver, vault);
 * resolver.events.on('shadow', ({ differences }) => logger.warn(differences));
 */
export function compareInShadow<T extends Declarations>(
  resolver: Resolver<T>,
  source: Source,
  options: ShadowOptions = {},
): Shadow {
  checkOptions('compareInShadow()', options, { deadlineMs: true, logger: true, clock: true });
  return new ShadowReader(resolver, source, options);
}

class ShadowReader<T extends Declarations> implements Shadow {
  readonly #resolver: Resolver<T>;
  readonly #source: Source;
  readonly #deadlineMs: number;
  readonly #logger: Logger | undefined;
  readonly #clock: Clock;
  readonly #settings: readonly Setting[];
  readonly #names: ReadonlySet<string>;
  readonly #fingerprints = new Fingerprints();
  readonly #record: ShadowRecord;
  #answers: ReadonlyMap<string, ComparedAnswer> = new Map();
  #saidAgreement = false;
  #comparing: Promise<ShadowReport> | undefined;
  #patience: Patience | undefined;
  #planned = false;
  #closed = false;

  constructor(resolver: Resolver<T>, source: Source, options: ShadowOptions) {
    this.#resolver = resolver;
    this.#source = source;
    const { deadlineMs = resolverDefaults.startDeadlineMs } = options;
    checkTimes({ deadlineMs });
    this.#deadlineMs = deadlineMs;
    this.#logger = options.logger;
    this.#clock = options.clock ?? systemClock;
    this.#settings = Object.values(resolver.definition.settings as Readonly<Record<string, Setting>>);
    this.#names = new Set(this.#settings.map(({ name }) => name));
    this.#record = new ShadowRecord(resolver, source.name, this.#clock.now());
    resolver.events.on('refresh', ({ outcome }: RefreshReport) => {
      if (outcome !== 'failed') this.#compareSoon();
    });
    resolver.events.once('closed', () => {
      this.#closed = true;
      this.#patience?.end(closedError());
    });
    const { status } = resolver.state;
    this.#closed = status === 'closed';
    if (status === 'ready' || status === 'degraded') this.#compareSoon();
  }

  report(): ShadowReport {
    return this.#record.report();
  }

  compare(): Promise<ShadowReport> {
    if (this.#closed) return Promise.reject(closedError());
    this.#comparing ??= this.#compare().finally(() => {
      this.#comparing = undefined;
    });
    return this.#comparing;
  }

  /** Whoever loads or refreshes goes on first. */
  #compareSoon(): void {
    if (this.#planned) return;
    this.#planned = true;
    setImmediate(async () => {
      // One that is under way may have asked before the refresh that this one is for.
      await this.#comparing?.catch(() => undefined);
      this.#planned = false;
      // It fails only when the resolver is closed meanwhile.
      await this.compare().catch(() => undefined);
    });
  }

  async #compare(): Promise<ShadowReport> {
    // Throws where nothing was loaded.
    this.#resolver[inside]();
    const startedAt = this.#clock.now();
    this.#patience = new Patience(this.#clock, this.#deadlineMs, () => {
      const limit = `${this.#deadlineMs / 1000} s for one comparison`;
      return new SourceError('SOURCE_UNAVAILABLE', `no answer within ${limit}`);
    });
    try {
      const answers = await this.#ask(this.#patience);
      if (this.#closed) throw closedError();
      this.#answers = answers;
    } finally {
      this.#patience.rest();
      this.#patience = undefined;
    }
    const span = { startedAt, endedAt: this.#clock.now() };
    const served = this.#resolver[inside]();
    this.#tell(await this.#record.add(served, this.#answers, this.#fingerprints, span));
    return this.report();
  }

  async #ask(patience: Patience): Promise<ReadonlyMap<string, ComparedAnswer>> {
    const breather = new Breather();
    // To ask for a leased one would make another.
    const settings = this.#settings.filter(({ lease }) => lease === undefined);
    const answerFor = await this.#lookup(settings, patience);
    const answers = new Map<string, ComparedAnswer>();
    for (const setting of settings) {
      if (breather.due) await breather.pause();
      const answer = await answerFor(setting);
      if (answer !== undefined) answers.set(setting.name, answer);
    }
    return answers;
  }

  async #lookup(
    settings: readonly Setting[],
    patience: Patience,
  ): Promise<(setting: Setting) => Promise<ComparedAnswer | undefined>> {
    const before = this.#answers;
    const context = {
      application: this.#resolver.definition.application,
      environment: this.#resolver.environment,
      declared: this.#names,
      known: knownOf(before),
      signal: patience.signal,
    };
    try {
      const lookups = await patience.waitFor(this.#source.lookup(settings, context));
      return async (setting) => {
        const { name } = setting;
        try {
          const lookup = lookups.get(name);
          return await comparedAnswer(setting, lookup, before.get(name), this.#fingerprints, patience);
        } catch (thrown) {
          return unavailable(thrown);
        }
      };
    } catch (thrown) {
      const answer = unavailable(thrown);
      // Without a place it is left out until the source has said something of it.
      return async ({ name, place }) => (place === undefined && !before.has(name) ? undefined : answer);
    }
  }

  #tell(comparison: ShadowComparison): void {
    const { definition, environment, events } = this.#resolver;
    const { application } = definition;
    undisturbed(() => events.emit('shadow', comparison));
    undisturbed(() => publish('shadow', { application, environment }, [comparison]));
    const agrees = comparison.differing === 0 && comparison.settings > 0;
    const logger = this.#logger;
    if (logger !== undefined) {
      undisturbed(() => logComparison(logger, comparison, agrees && !this.#saidAgreement));
    }
    this.#saidAgreement = agrees;
  }
}

const closedError = (): StrongroomError =>
  new StrongroomError('RESOLVER_CLOSED', 'The resolver is closed: nothing is compared any more');
