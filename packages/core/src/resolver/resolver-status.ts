import type { EventEmitter } from 'node:events';
import type { Clock } from '../clock.js';
import { publish } from '../diagnostics.js';
import { type ConfigurationError, isConfigurationError, StrongroomError } from '../errors/errors.js';
import type { Logger } from '../logger.js';
import type { SourceFailure } from '../source/source-failure.js';
import { undisturbed } from '../undisturbed.js';
import type { Health, ResolverEvents, ResolverState } from './resolver-state.js';

/** What a resolver's status needs of it. */
export interface StatusSurroundings {
  readonly application: string;
  readonly environment: string;
  readonly events: EventEmitter<ResolverEvents>;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
  readonly lastGoodForMs: number;
}

/** Where a resolver stands, and who is told of it: its listeners, its diagnostics channels, its logger. */
export class ResolverStatus {
  readonly #surroundings: StatusSurroundings;
  #state: ResolverState;
  /** When every source was last asked with success. */
  #goodAt: number | undefined;
  #expiry: (() => void) | undefined;
  #expired: StrongroomError | undefined;
  /** The versions of values that were reported as not valid. */
  #refused: ReadonlySet<string> = new Set();
  /** What was told to fail since all was well: each source, its code and a setting that it touches. */
  readonly #toldToFail = new Set<string>();
  /** How the last load came to nothing: the log is told once of those that come to nothing in the same way. */
  #nothing: string | undefined;

  constructor(surroundings: StatusSurroundings) {
    this.#surroundings = surroundings;
    this.#state = Object.freeze({
      status: 'new',
      since: surroundings.clock.now(),
      failures: [],
      deleted: [],
    });
  }

  get state(): ResolverState {
    return this.#state;
  }

  /** Why the last good values may be served no longer. */
  get expired(): StrongroomError | undefined {
    return this.#expired;
  }

  /** Tells the listeners and the diagnostics channel of an event. */
  tell<E extends keyof ResolverEvents>(event: E, ...details: ResolverEvents[E]): void {
    const { events } = this.#surroundings;
    // The types of an event and of its arguments are one pair, which the compiler does not see through.
    undisturbed(() => (events as EventEmitter).emit(event, ...details));
    undisturbed(() => publish(event, this.#surroundings, details));
  }

  /** The status that is not told of by an event, or whose event is told of by itself. */
  become(
    status: ResolverState['status'],
    more: Partial<Omit<ResolverState, 'status' | 'since'>> = {},
  ): ResolverState {
    const since = this.#state.status === status ? this.#state.since : this.#surroundings.clock.now();
    this.#state = Object.freeze({ failures: [], deleted: [], ...more, status, since });
    return this.#state;
  }

  /** A load came to nothing. */
  failed(error: ConfigurationError, failures: readonly SourceFailure[]): void {
    const state = this.become('failed', { failures, error, reason: error.message });
    const wrong = error.problems.map(({ code, name }) => [code, name]);
    const way = JSON.stringify([wrong, failures.map(({ source, code }) => [source, code])]);
    const isTold = way === this.#nothing;
    this.#nothing = way;
    if (isTold) this.tell('failed', state, error);
    else this.#fail(state, error);
  }

  /** There is a snapshot of now, as far as the sources could be asked. */
  served(
    failures: readonly SourceFailure[],
    deleted: readonly string[],
    expired?: StrongroomError | undefined,
  ): void {
    this.#refused = new Set();
    const before = this.#state.deleted;
    const reasons = failures.map(({ source, code }) => `${source} could not be asked (${code})`);
    if (deleted.length > 0) reasons.push(`deleted where they came from: ${deleted.join(', ')}`);
    const reason = [...new Set(reasons)].join('; ');
    this.#serve({ failures, deleted, ...(reason === '' ? {} : { reason }) }, expired);
    const gone = deleted.filter((name) => !before.includes(name));
    if (gone.length > 0) this.tell('deleted', gone);
  }

  /**
   * What the sources say now is not valid: the last good snapshot stays.
   *
   * @param refusals marks of the values, by which those are known that were told of before
   */
  refused(error: ConfigurationError, refusals: readonly string[], failures: readonly SourceFailure[]): void {
    const { deleted } = this.#state;
    const isNew = refusals.some((mark) => !this.#refused.has(mark));
    this.#refused = new Set(refusals);
    if (isNew) this.tell('refused', error);
    const names = error.problems.map(({ name }) => name).join(', ');
    const reason = `what the sources say now is not valid: ${names}`;
    this.#serve({ failures, deleted, error, reason }, undefined, isNew);
  }

  /**
   * There is something to serve; says so when it is not what was said last, loudly when it is not all that it should be.
   *
   * @param expired why it may not be served, where somebody else counts the time
   * @param isNew whether other values were refused than before: whoever corrects them is to read of the next ones too
   */
  #serve(
    details: Omit<ResolverState, 'status' | 'since'>,
    expired?: StrongroomError | undefined,
    isNew = false,
  ): void {
    const before = this.#state;
    const { failures, reason, error } = details;
    if (failures.length === 0) this.#good();
    else this.#expireLater(failures);
    this.#expired = expired ?? this.#expired;
    if (this.#expired !== undefined) {
      const error = this.#expired;
      const state = this.become('failed', { ...details, reason: error.message, error });
      if (before.status !== 'failed') this.#fail(state, error);
      return;
    }
    const status = reason === undefined ? 'ready' : 'degraded';
    const state = this.become(status, details);
    const spreads = this.#spreads(failures);
    const isEqual = before.status === status && before.reason === reason && !spreads;
    if (isEqual && !isNew) return;
    if (status === 'degraded') {
      const problems = isConfigurationError(error)
        ? { problems: error.problems.map(({ name, reason: why }) => ({ name, reason: why })) }
        : {};
      const words = before.status === 'loading' ? 'settings loaded' : 'the last good settings stay';
      undisturbed(() => this.#surroundings.logger?.warn({ failures, ...problems }, `${words}: ${reason}`));
    } else if (before.status === 'degraded' || before.status === 'failed' || this.#nothing !== undefined) {
      // Whoever reads of trouble in the log is to read there that it is over.
      const words =
        this.#nothing === undefined ? 'the settings are ready again' : 'the settings are ready now';
      undisturbed(() => this.#surroundings.logger?.info({}, words));
    }
    this.#nothing = undefined;
    if (!isEqual) this.tell(status, state);
  }

  /** Whether it fails where that was not told yet. What only comes and goes is told once. */
  #spreads(failures: readonly SourceFailure[]): boolean {
    if (failures.length === 0) this.#toldToFail.clear();
    const before = this.#toldToFail.size;
    for (const { source, code, settings } of failures) {
      for (const name of settings) this.#toldToFail.add(JSON.stringify([source, code, name]));
    }
    return this.#toldToFail.size > before;
  }

  health(hasSnapshot: boolean): Health {
    const { status, since, failures, error, deleted } = this.#state;
    const problems = isConfigurationError(error) ? error.problems : [];
    return Object.freeze({
      status,
      since,
      live: status !== 'closed',
      ready: hasSnapshot && this.#expired === undefined && status !== 'closed',
      freshness: failures.length + problems.length + deleted.length > 0 ? 'stale' : 'fresh',
      ageMs: this.#goodAt === undefined ? undefined : this.#surroundings.clock.now() - this.#goodAt,
      failing: onceEach(failures),
      problems: problems.map(({ name, code }) => ({ name, code })),
      deleted,
    });
  }

  close(): void {
    this.#expiry?.();
    this.become('closed');
    this.tell('closed');
  }

  #good(): void {
    this.#expiry?.();
    this.#expiry = undefined;
    this.#expired = undefined;
    this.#goodAt = this.#surroundings.clock.now();
  }

  /** Counted from the last time that all was well; a start without a source counts as such. */
  #expireLater(failures: readonly SourceFailure[]): void {
    const { clock, lastGoodForMs, application } = this.#surroundings;
    if (lastGoodForMs === Number.POSITIVE_INFINITY || this.#expiry !== undefined) return;
    const goodAt = this.#goodAt ?? clock.now();
    const names = [...new Set(failures.map(({ source }) => source))].join(', ');
    this.#expiry = clock.after(Math.max(0, goodAt + lastGoodForMs - clock.now()), () => {
      const seconds = lastGoodForMs / 1000;
      this.#expired = new StrongroomError(
        'SNAPSHOT_EXPIRED',
        `The settings of ${application} may be served no longer: ${names} could not be asked for ${seconds} s`,
      );
      const { failures: latest, deleted } = this.#state;
      const reason = this.#expired.message;
      this.#fail(
        this.become('failed', { failures: latest, deleted, reason, error: this.#expired }),
        this.#expired,
      );
    });
  }

  /** From now on there is nothing to serve. */
  #fail(state: ResolverState, error: StrongroomError): void {
    const { failures } = state;
    undisturbed(() => this.#surroundings.logger?.error({ code: error.code, failures }, error.message));
    this.tell('failed', state, error);
  }
}

/** One that could not be asked about many settings may say of each why, in words of its own. */
function onceEach(failures: readonly SourceFailure[]): Health['failing'] {
  const each = new Map(failures.map(({ source, code }) => [`${code} ${source}`, { source, code }]));
  return [...each.values()];
}
