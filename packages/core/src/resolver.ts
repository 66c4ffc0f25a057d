// One over 250 lines: the states of a resolver and all that leads from one to another, in one place.
import type { EventEmitter } from 'node:events';
import { askChain, asSourceError, type ChainAnswer } from './chain.js';
import { systemClock } from './clock.js';
import { defaultsSource } from './defaults-source.js';
import type { Declarations, Definition, Setting, ValuesOf } from './definition.js';
import { ConfigurationError, type Problem, SourceError, StrongroomError } from './errors.js';
import { explainTrail, type SettingExplanation } from './explanation.js';
import type { Logger } from './logger.js';
import { Patience } from './patience.js';
import { changesBetween, type Resolved, resolve } from './resolution.js';
import {
  checkEnvironment,
  checkSourceNames,
  type EnvironmentOf,
  type ResolverOptions,
  resolverDefaults,
} from './resolver-options.js';
import type { ResolverEvents, ResolverState } from './resolver-state.js';
import { createSnapshot } from './snapshot.js';
import type { Source } from './source.js';
import type { SourceFailure } from './source-failure.js';
import { undisturbed } from './undisturbed.js';

interface Loaded<T extends Declarations> {
  readonly snapshot: ValuesOf<T>;
  readonly resolved: readonly Resolved[];
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
  /** The load or the refresh that is under way. */
  #loading: Promise<ValuesOf<T>> | undefined;
  /** Whether a source said meanwhile that what it answered is no longer so. */
  #outdated = false;
  #subscriptions: readonly (() => void)[] | undefined;
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
    this.#subscriptions ??= this.#subscribe();
    this.#loading ??= this.#once((patience) => this.#load(patience));
    return this.#loading;
  }

  /**
   * Asks the sources again and swaps the snapshot, once, if a value is another than before. Where a source
   * cannot be asked, its settings keep their last values; where the result is not valid, the whole snapshot
   * stays. Either way the resolver is degraded until a later refresh succeeds. Calls that overlap share one.
   *
   * @returns the current snapshot, new or not
   * @throws ConfigurationError where nothing was loaded before, as {@link load} does
   * @throws StrongroomError `RESOLVER_CLOSED`
   */
  refresh(): Promise<ValuesOf<T>> {
    const loaded = this.#loaded;
    if (loaded === undefined || this.#lifetime.ended) return this.load();
    this.#loading ??= this.#once((patience) => this.#refresh(patience, loaded));
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
    for (const unsubscribe of this.#subscriptions ?? []) undisturbed(unsubscribe);
    await this.#loading?.catch(() => undefined);
    this.#become('closed', []);
    this.events.removeAllListeners();
    const closed = await Promise.allSettled(this.#sources.map(async (source) => source.close?.()));
    for (const result of closed) if (result.status === 'rejected') throw asSourceError(result.reason);
  }

  async #load(patience: Patience): Promise<ValuesOf<T>> {
    this.#become('loading', []);
    const answer = await this.#ask(patience);
    const { resolved, problems, failures } = await resolve(answer, this.#options.onSourceError, patience);
    for (const { explanation } of resolved) {
      undisturbed(() => this.#logger?.debug(summary(explanation), 'setting resolved'));
    }
    if (this.#lifetime.ended) throw closedError();
    if (problems.length > 0) throw this.#failed(problems, failures);
    const loaded = this.#keep(resolved);
    this.#succeeded(failures);
    return loaded.snapshot;
  }

  async #refresh(patience: Patience, last: Loaded<T>): Promise<ValuesOf<T>> {
    const answer = await this.#ask(patience);
    const { onSourceError } = this.#options;
    const { resolved, problems, failures } = await resolve(answer, onSourceError, patience, last.resolved);
    if (this.#lifetime.ended) throw closedError();
    const before = this.#state.status;
    if (problems.length > 0) {
      const state = this.#become('degraded', failures, this.#errorOf(problems));
      if (before !== 'degraded') this.#tell(state, 'the last good settings stay: those of now are not valid');
      return last.snapshot;
    }
    const changes = changesBetween(last.resolved, resolved);
    const { snapshot } = changes.length > 0 ? this.#keep(resolved) : this.#keep(resolved, last.snapshot);
    const state = this.#become(failures.length === 0 ? 'ready' : 'degraded', failures);
    if (before !== state.status)
      this.#tell(state, 'the last good settings stay: a source could not be asked');
    if (changes.length > 0) {
      const names = changes.map(({ name }) => name);
      undisturbed(() => this.#logger?.info({ settings: names }, 'settings changed'));
      undisturbed(() => this.events.emit('change', changes));
    }
    return snapshot;
  }

  #keep(resolved: readonly Resolved[], snapshot?: ValuesOf<T>): Loaded<T> {
    const title = `${this.definition.application} (${this.environment})`;
    // createSnapshot puts exactly the definition's settings on the object, each validated by its schema.
    const kept = snapshot ?? (createSnapshot(title, resolved) as ValuesOf<T>);
    const explanations = Object.freeze(resolved.map(({ explanation }) => explanation));
    this.#loaded = { snapshot: kept, resolved, explanations };
    return this.#loaded;
  }

  /** Loads or refreshes; what became outdated on the way is asked for again. */
  async #once(work: (patience: Patience) => Promise<ValuesOf<T>>): Promise<ValuesOf<T>> {
    this.#outdated = false;
    try {
      return await this.#inTime(work);
    } finally {
      this.#loading = undefined;
      if (this.#outdated && this.#loaded !== undefined && !this.#lifetime.ended) this.#refreshUnasked();
    }
  }

  /** From the first load on, so that no change is missed. */
  #subscribe(): readonly (() => void)[] {
    const subscriptions: (() => void)[] = [];
    const changed = () => {
      if (this.#loading !== undefined) this.#outdated = true;
      else if (this.#loaded !== undefined && !this.#lifetime.ended) this.#refreshUnasked();
    };
    for (const source of this.#sources) {
      undisturbed(() => {
        const unsubscribe = source.onChange?.(changed);
        if (unsubscribe !== undefined) subscriptions.push(unsubscribe);
      });
    }
    return subscriptions;
  }

  #refreshUnasked(): void {
    // It fails only when the resolver is closed meanwhile.
    this.refresh().catch(() => undefined);
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
    const state = this.#become(failures.length === 0 ? 'ready' : 'degraded', failures);
    this.#tell(state, 'settings loaded without a source that could not be asked');
  }

  /** Says that the resolver is ready, or, loudly, that it is degraded. */
  #tell(state: ResolverState, warning: string): void {
    const { status, failures, error } = state;
    if (status === 'degraded') {
      const problems = error?.problems.map(({ name, reason }) => ({ name, reason }));
      const details = problems === undefined ? { failures } : { failures, problems };
      undisturbed(() => this.#logger?.warn(details, warning));
    }
    if (status === 'degraded' || status === 'ready') undisturbed(() => this.events.emit(status, state));
  }

  #failed(problems: readonly Problem[], failures: readonly SourceFailure[]): ConfigurationError {
    const error = this.#errorOf(problems);
    const state = this.#become('failed', failures, error);
    undisturbed(() => this.events.emit('failed', state, error));
    return error;
  }

  #errorOf(problems: readonly Problem[]): ConfigurationError {
    const { application } = this.definition;
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    return new ConfigurationError(
      `${count} with the settings of ${application} (${this.environment})`,
      problems,
    );
  }

  #become(
    status: ResolverState['status'],
    failures: readonly SourceFailure[],
    error?: ConfigurationError,
  ): ResolverState {
    const state = { status, since: this.#options.clock.now(), failures };
    this.#state = Object.freeze(error === undefined ? state : { ...state, error });
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

const summary = (explanation: SettingExplanation): object => {
  const { name, source, locator, version, freshness } = explanation;
  return { setting: name, source, locator, version, freshness };
};

const closedError = (): StrongroomError =>
  new StrongroomError('RESOLVER_CLOSED', 'The resolver is closed: create a new one');
