import type { EventEmitter } from 'node:events';
import { askChain, asSourceError, type ChainAnswer, type Trail } from './chain.js';
import { systemClock } from './clock.js';
import { defaultsSource } from './defaults-source.js';
import type { Declarations, Definition, Setting, ValuesOf } from './definition.js';
import { ConfigurationError, type Problem, SourceError, StrongroomError } from './errors.js';
import { explainTrail, type SettingExplanation } from './explanation.js';
import type { Logger } from './logger.js';
import { Patience } from './patience.js';
import {
  checkEnvironment,
  checkSourceNames,
  type EnvironmentOf,
  type ResolverOptions,
  resolverDefaults,
} from './resolver-options.js';
import { settle } from './settlement.js';
import { createSnapshot } from './snapshot.js';
import type { Source } from './source.js';
import { failuresOf, type SourceFailure } from './source-failure.js';

/** Where a resolver stands. `degraded`: it serves, but a source could not be asked. `failed`: it does not. */
export interface ResolverState {
  readonly status: 'new' | 'loading' | 'ready' | 'degraded' | 'failed' | 'closed';
  /** Since when, in milliseconds since 1970. */
  readonly since: number;
  /** What the sources that could not be asked said; empty unless degraded or failed. */
  readonly failures: readonly SourceFailure[];
}

/** The events of a resolver, with their arguments. */
export interface ResolverEvents {
  /** Serving, although a source could not be asked. */
  degraded: [state: ResolverState];
  ready: [state: ResolverState];
  failed: [state: ResolverState, error: ConfigurationError];
}

interface Loaded<T extends Declarations> {
  readonly snapshot: ValuesOf<T>;
  readonly explanations: readonly SettingExplanation[];
}

/**
 * Asks the sources of an application's settings in order of precedence, validates the answers together, and
 * keeps the snapshot that the application reads.
 */
export class Resolver<T extends Declarations> {
  readonly definition: Definition<T>;
  readonly environment: string;
  /** Emits {@link ResolverEvents}. */
  // Not imported: the module's view of a built-in one costs a start-up most of a millisecond.
  readonly events: EventEmitter<ResolverEvents> = new (process.getBuiltinModule(
    'node:events',
  ).EventEmitter)();
  readonly #sources: readonly Source[];
  readonly #settings: readonly Setting[];
  readonly #names: ReadonlySet<string>;
  readonly #options: Required<Pick<ResolverOptions, 'startDeadlineMs' | 'onSourceError' | 'clock'>>;
  readonly #logger: Logger | undefined;
  /** Lasts until close(). */
  readonly #lifetime: Patience;
  /** One for each load or survey under way: it ends at its deadline, or with the lifetime. */
  readonly #underWay = new Set<Patience>();
  #state: ResolverState;
  #loading: Promise<ValuesOf<T>> | undefined;
  #closed: Promise<void> | undefined;
  #loaded: Loaded<T> | undefined;

  /**
   * @throws ConfigurationError for an environment that the definition does not name
   * @throws StrongroomError `DEFINITION_INVALID` for two sources of one name
   */
  constructor(definition: Definition<T>, options: ResolverOptions) {
    checkEnvironment(definition, options.environment);
    this.definition = definition;
    this.environment = options.environment;
    this.#sources = [...options.sources, defaultsSource()];
    checkSourceNames(this.#sources);
    this.#settings = Object.values(definition.settings as Readonly<Record<string, Setting>>);
    this.#names = new Set(this.#settings.map(({ name }) => name));
    this.#options = {
      startDeadlineMs: options.startDeadlineMs ?? resolverDefaults.startDeadlineMs,
      onSourceError: options.onSourceError ?? resolverDefaults.onSourceError,
      clock: options.clock ?? systemClock,
    };
    this.#lifetime = new Patience(this.#options.clock, Number.POSITIVE_INFINITY, closedError);
    this.#logger = options.logger;
    this.#state = { status: 'new', since: this.#options.clock.now(), failures: [] };
  }

  get state(): ResolverState {
    return this.#state;
  }

  /**
   * Resolves every setting and keeps the result as the current snapshot. Calls that overlap share one load,
   * and a call after a successful one returns its snapshot.
   *
   * @throws ConfigurationError with every problem at once
   * @throws StrongroomError `RESOLVER_CLOSED`
   */
  load(): Promise<ValuesOf<T>> {
    if (this.#lifetime.ended) return Promise.reject(closedError());
    if (this.#loaded !== undefined) return Promise.resolve(this.#loaded.snapshot);
    this.#loading ??= this.#inTime((patience) => this.#load(patience)).finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /**
   * The snapshot: frozen, validated, all of one moment. Costs nothing.
   *
   * @throws StrongroomError `SNAPSHOT_NOT_READY` before the first load has succeeded
   */
  current(): ValuesOf<T> {
    return this.#ready().snapshot;
  }

  /**
   * Where each value of the snapshot comes from and what it overrides, from memory: a source that was not
   * asked, because an earlier one had answered, is listed as such. Never a value.
   *
   * @throws StrongroomError `SNAPSHOT_NOT_READY` before the first load has succeeded
   */
  explain(): readonly SettingExplanation[] {
    return this.#ready().explanations;
  }

  /**
   * Like {@link explain}, but asks every source about every setting, now, and so says all that is overridden.
   * Changes nothing; works before a load and after a failed one.
   *
   * @throws StrongroomError `RESOLVER_CLOSED`
   */
  async survey(): Promise<readonly SettingExplanation[]> {
    if (this.#lifetime.ended) throw closedError();
    const { trails } = await this.#inTime((patience) => this.#ask(patience, true));
    if (this.#lifetime.ended) throw closedError();
    return trails.map(explainTrail);
  }

  /**
   * Ends what is under way and closes the sources. The last snapshot stays readable. Final.
   *
   * @throws SourceError when a source could not be closed; all the others are by then
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    const reason = new SourceError('SOURCE_UNAVAILABLE', 'the resolver was closed');
    for (const patience of [this.#lifetime, ...this.#underWay]) patience.end(reason);
    await this.#loading?.catch(() => undefined);
    this.#become('closed', []);
    this.events.removeAllListeners();
    const closed = await Promise.allSettled(this.#sources.map(async (source) => source.close?.()));
    for (const result of closed) if (result.status === 'rejected') throw asSourceError(result.reason);
  }

  async #load(patience: Patience): Promise<ValuesOf<T>> {
    this.#become('loading', []);
    const { trails, problems: wiring } = await this.#ask(patience);
    const failures = failuresOf(trails);
    const problems: Problem[] = [...wiring];
    const values: { setting: Setting; value: unknown }[] = [];
    for (const trail of trails) {
      const settlement = await settle(trail, this.#options.onSourceError, patience);
      if ('problem' in settlement) problems.push(settlement.problem);
      else values.push({ setting: trail.setting, value: settlement.value });
      undisturbed(() => this.#logger?.debug(summary(trail), 'setting resolved'));
    }
    if (this.#lifetime.ended) throw closedError();
    if (problems.length > 0) throw this.#failed(problems, failures);
    const title = `${this.definition.application} (${this.environment})`;
    // createSnapshot puts exactly the definition's settings on the object, each validated by its schema.
    const snapshot = createSnapshot(title, values) as ValuesOf<T>;
    // The trails hold raw values, which need not stay in memory twice.
    this.#loaded = { snapshot, explanations: Object.freeze(trails.map(explainTrail)) };
    this.#succeeded(failures);
    return snapshot;
  }

  #ask(patience: Patience, everything = false): Promise<ChainAnswer> {
    const moment = {
      application: this.definition.application,
      environment: this.environment,
      declared: this.#names,
    };
    // The deadline must not keep the defaults, or whatever else is in memory, from stepping in for a late source.
    const patienceWith = ({ local }: Source) => (local === true ? this.#lifetime : patience);
    return askChain(this.#sources, this.#settings, moment, patienceWith, everything);
  }

  /** Does something under the deadline, and no longer than the resolver is open. */
  async #inTime<R>(work: (patience: Patience) => Promise<R>): Promise<R> {
    const { startDeadlineMs, clock } = this.#options;
    const patience = new Patience(clock, startDeadlineMs, () => {
      const seconds = startDeadlineMs / 1000;
      return new SourceError('SOURCE_UNAVAILABLE', `no answer within the deadline of ${seconds} s`);
    });
    this.#underWay.add(patience);
    try {
      return await work(patience);
    } finally {
      patience.rest();
      this.#underWay.delete(patience);
    }
  }

  #ready(): Loaded<T> {
    if (this.#loaded === undefined) {
      throw new StrongroomError(
        'SNAPSHOT_NOT_READY',
        `The settings of ${this.definition.application} are not loaded yet: await load() first`,
      );
    }
    return this.#loaded;
  }

  #succeeded(failures: readonly SourceFailure[]): void {
    const status = failures.length === 0 ? 'ready' : 'degraded';
    const state = this.#become(status, failures);
    if (status === 'degraded') {
      const message = 'settings loaded without a source that could not be asked';
      undisturbed(() => this.#logger?.warn({ failures }, message));
    }
    undisturbed(() => this.events.emit(status, state));
  }

  #failed(problems: readonly Problem[], failures: readonly SourceFailure[]): ConfigurationError {
    const { application } = this.definition;
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    const error = new ConfigurationError(
      `${count} with the settings of ${application} (${this.environment})`,
      problems,
    );
    const state = this.#become('failed', failures);
    undisturbed(() => this.events.emit('failed', state, error));
    return error;
  }

  #become(status: ResolverState['status'], failures: readonly SourceFailure[]): ResolverState {
    this.#state = Object.freeze({ status, since: this.#options.clock.now(), failures });
    return this.#state;
  }
}

/**
 * Makes a resolver. It asks nothing before `load()`.
 *
 * @throws ConfigurationError for an environment that the definition does not name
 * @throws StrongroomError `DEFINITION_INVALID` for two sources of one name
 */
export function createResolver<T extends Declarations, E extends string, const Given extends string>(
  definition: Definition<T, E>,
  options: ResolverOptions<Given & EnvironmentOf<E, Given>>,
): Resolver<T> {
  return new Resolver(definition, options);
}

/**
 * Tells the application something. A listener or a logger that throws has a fault of its own: it surfaces as an
 * uncaught exception, as from any event target of Node, and does not pass for a failed load.
 */
function undisturbed(tell: () => void): void {
  try {
    tell();
  } catch (thrown) {
    process.nextTick(() => {
      throw thrown;
    });
  }
}

function summary(trail: Trail): object {
  const { name, source, locator, version, freshness } = explainTrail(trail);
  return { setting: name, source, locator, version, freshness };
}

const closedError = (): StrongroomError =>
  new StrongroomError('RESOLVER_CLOSED', 'The resolver is closed: create a new one');
