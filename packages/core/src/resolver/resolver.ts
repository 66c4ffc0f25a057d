// Over 250 lines, a quarter of them what its methods promise: what leads from one snapshot to the next.
import type { EventEmitter } from 'node:events';
import { Breather } from '../breather.js';
import { type Clock, systemClock } from '../clock.js';
import {
  checkDefinition,
  type Declarations,
  type Definition,
  type Setting,
  type ValuesOf,
} from '../definition/definition.js';
import { ConfigurationError, type Problem } from '../errors/errors.js';
import { rootsOf } from '../errors/problem-text.js';
import type { Logger } from '../logger.js';
import { checkOptions } from '../option-names.js';
import type { Patience } from '../patience.js';
import { askChain, asSourceError, type ChainAnswer, type KnownOfSources } from '../resolution/chain.js';
import {
  changesBetween,
  deletedOf,
  knownOf,
  type Resolution,
  type Resolved,
  resolve,
  type SettingChange,
} from '../resolution/resolution.js';
import { chosenNames } from '../setting-names.js';
import { explain, explainTrail, type SettingExplanation } from '../snapshot/explanation.js';
import { defaultsSource } from '../source/defaults-source.js';
import type { Source } from '../source/source.js';
import { failuresWithout } from '../source/source-failure.js';
import { undisturbed } from '../undisturbed.js';
import type { Binding, BindOptions } from './binding.js';
import { Bindings } from './bindings.js';
import { changesOf, nextChangeOf } from './change-stream.js';
import { KeptSettings } from './kept-settings.js';
import { Lifetime, tellThoseWhoComeLate } from './lifetime.js';
import { inside, resolving } from './resolver-inside.js';
import {
  checkEnvironment,
  checkResolverOptions,
  checkSourceNames,
  type EnvironmentOf,
  type ResolverOptions,
  type ResolverRules,
  rulesOf,
} from './resolver-options.js';
import type { Health, ResolverEvents, ResolverState } from './resolver-state.js';
import { ResolverStatus } from './resolver-status.js';
import { type Report, ResolverWork } from './resolver-work.js';

/**
 * Asks the sources of an application's settings in order of precedence, validates the answers together, and
 * keeps the snapshot that the application reads; looks again in the background from the first load on.
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
  readonly #options: ResolverRules;
  readonly #clock: Clock;
  readonly #logger: Logger | undefined;
  readonly #lifetime: Lifetime;
  readonly #work: ResolverWork<ValuesOf<T>>;
  readonly #bindings: Bindings;
  readonly #status: ResolverStatus;
  #closed: Promise<void> | undefined;
  readonly #kept: KeptSettings<ValuesOf<T>>;

  /**
   * @throws ConfigurationError for an environment that the definition does not name
   * @throws StrongroomError `DEFINITION_INVALID` for options that cannot work, or two sources of one name
   */
  constructor(definition: Definition<T>, options: ResolverOptions) {
    checkDefinition('createResolver()', definition);
    checkResolverOptions(options);
    checkEnvironment(definition, options.environment);
    this.definition = definition;
    this.environment = options.environment;
    this.#sources = [...options.sources, defaultsSource()];
    checkSourceNames(this.#sources);
    this.#settings = Object.values(definition.settings as Readonly<Record<string, Setting>>);
    this.#names = new Set(this.#settings.map(({ name }) => name));
    this.#options = rulesOf(options);
    this.#clock = options.clock ?? systemClock;
    this.#lifetime = new Lifetime(this.#clock, this.#options.startDeadlineMs);
    this.#logger = options.logger;
    this.#kept = new KeptSettings(definition.application, options.environment);
    this.#status = new ResolverStatus({
      application: definition.application,
      environment: options.environment,
      events: this.events,
      clock: this.#clock,
      logger: options.logger,
      lastGoodForMs: this.#options.lastGoodForMs,
    });
    this.#bindings = new Bindings({
      events: this.events,
      clock: this.#clock,
      logger: options.logger,
      status: this.#status,
    });
    this.#work = new ResolverWork({
      settings: this.#settings,
      sources: this.#sources,
      times: this.#options,
      clock: this.#clock,
      lifetime: this.#lifetime,
      status: this.#status,
      isLoaded: () => this.#kept.some,
      load: (patience, report) => this.#load(patience, report),
      refresh: (patience, settings, report) => this.#refresh(patience, settings, report),
    });
  }

  get state(): ResolverState {
    return this.#status.state;
  }

  /**
   * Resolves every setting and keeps the result as the current snapshot. Calls that overlap share one load,
   * and a call after a successful one returns its snapshot.
   *
   * @throws ConfigurationError with every problem at once
   * @throws StrongroomError `RESOLVER_CLOSED`; `SNAPSHOT_EXPIRED` as {@link current} does
   */
  load(): Promise<ValuesOf<T>> {
    if (this.#kept.some && !this.#lifetime.ended) return Promise.resolve().then(() => this.current());
    return this.#work.load();
  }

  /**
   * Asks the sources again and swaps the snapshot, once, if a value is another than before. Where a source
   * cannot be asked, its settings keep their last values; where the result is not valid, the whole snapshot
   * stays. Either way the resolver is degraded until a later refresh succeeds. Calls that overlap share one.
   *
   * @returns the current snapshot, new or not
   * @throws ConfigurationError where nothing was loaded before, as {@link load} does
   * @throws StrongroomError `RESOLVER_CLOSED`; `SNAPSHOT_EXPIRED` as {@link current} does
   */
  async refresh(): Promise<ValuesOf<T>> {
    await this.#work.refresh('request');
    return this.current();
  }

  /**
   * The snapshot: frozen, validated, all of one moment. Costs nothing.
   *
   * @throws StrongroomError `SNAPSHOT_NOT_READY` before the first load has succeeded
   * @throws StrongroomError `SNAPSHOT_EXPIRED` when the last good values are older than `lastGoodForMs`
   */
  current(): ValuesOf<T> {
    if (this.#status.expired !== undefined) throw this.#status.expired;
    return this.#kept.snapshot;
  }

  /**
   * Every change from now on: for each new snapshot the settings whose values are others than before, and
   * where from. Never a value.
   *
   * @param options.signal ends the iteration with its reason
   * @example for await (const changes of settings.changes()) logger.info(changes.map(({ name }) => name));
   */
  changes(options: { readonly signal?: AbortSignal } = {}): AsyncIterableIterator<readonly SettingChange[]> {
    checkOptions('changes()', options, { signal: true });
    return changesOf(this.events, options.signal);
  }

  /**
   * Waits for the next change of one setting.
   *
   * @throws StrongroomError `RESOLVER_CLOSED` when the resolver is closed before; `DEFINITION_INVALID` for a name that is
   *   no setting's
   */
  async nextChange(
    name: keyof T & string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<SettingChange> {
    checkOptions('nextChange()', options, { signal: true });
    chosenNames('nextChange()', this.definition.settings, [name]);
    return nextChangeOf(this.events, name, options.signal);
  }

  /**
   * Builds a resource from settings, and builds it anew whenever one of them changes. The old one is let go of
   * when the new one is there and nobody uses the old one; a build that fails leaves the old one in place and
   * is tried again. Closing the resolver closes it.
   *
   * @param names the settings that it is built from
   * @param build makes it; it should make sure that it works
   * @throws whatever the first build throws
   * @throws StrongroomError `SNAPSHOT_NOT_READY` before the first load has succeeded, `SNAPSHOT_EXPIRED` as
   *   {@link current} does; `RESOLVER_CLOSED`; `DEFINITION_INVALID` for a name that is no setting's
   * @example
   * const pool = await settings.bind(['DATABASE_URL'], ({ DATABASE_URL }) => connect(DATABASE_URL));
   * await pool.use((connections) => connections.query('select 1'));
   */
  async bind<const K extends keyof T & string, R>(
    names: readonly K[],
    build: (values: Pick<ValuesOf<T>, K>) => R | PromiseLike<R>,
    options: BindOptions<R> = {},
  ): Promise<Binding<R>> {
    checkOptions('bind()', options, { dispose: true });
    const wanted = chosenNames('bind()', this.definition.settings, names);
    // Nobody would close what is built now.
    this.#lifetime.check();
    if (this.#status.expired !== undefined) throw this.#status.expired;
    const ofNow = () => build(this.#kept.only(wanted) as Pick<ValuesOf<T>, K>);
    return this.#bindings.add(wanted, ofNow, options.dispose);
  }

  /**
   * Where each value of the snapshot comes from and what it overrides, from memory: a source that was not
   * asked, because an earlier one had answered, is listed as such. Never a value.
   *
   * @throws StrongroomError `SNAPSHOT_NOT_READY` before the first load has succeeded
   */
  explain(): readonly SettingExplanation[] {
    return Object.freeze(Array.from(this.#kept.resolved.values(), ({ evidence }) => explain(evidence)));
  }

  /** What a probe wants to know, from memory. */
  health(): Health {
    return this.#status.health(this.#kept.some);
  }

  /**
   * Tells of every read of a secret from now on. Until it is called off, reading a secret of the snapshots of
   * `current()` costs a call; those that were handed out before tell nothing.
   *
   * @param readerOf asked for each secret, by its name, whenever a snapshot is made: gives what is called at
   *   every read of it
   * @returns a function that calls it off
   * @example resolver.observeReads((name) => () => counts[name]++);
   */
  observeReads(readerOf: (name: string) => () => void): () => void {
    return this.#kept.observe(readerOf);
  }

  /** @internal For the library's own further entries. */
  [inside](): ReadonlyMap<string, Resolved> {
    return this.#kept.resolved;
  }

  /** @internal What the sources come to. A further entry of the library may have it from elsewhere. */
  async [resolving](
    settings: readonly Setting[],
    patience: Patience,
    breather: Breather,
    last?: ReadonlyMap<string, Resolved>,
  ): Promise<Resolution & Pick<ChainAnswer, 'asked'>> {
    const known = last === undefined ? undefined : await knownOf(last, breather);
    const answer = await this.#ask(patience, settings, {
      breather,
      ...(known === undefined ? {} : { known }),
    });
    return { asked: answer.asked, ...(await resolve(answer, this.#options, patience, breather, last)) };
  }

  /**
   * Like {@link explain}, but asks every source about every setting, now, and so says all that is overridden.
   * What is leased is not asked for when an earlier source has it. Changes nothing; works before a load and after a
   * failed one.
   *
   * @throws StrongroomError `RESOLVER_CLOSED`
   */
  async survey(): Promise<readonly SettingExplanation[]> {
    this.#lifetime.check();
    const patience = this.#lifetime.newPatience();
    patience.await();
    const { trails } = await this.#lifetime.within(patience, () =>
      this.#ask(patience, this.#settings, { everything: true, breather: new Breather() }),
    );
    this.#lifetime.check();
    return trails.map(explainTrail);
  }

  /**
   * Ends what is under way, closes what is bound, and closes the sources. The last snapshot stays readable.
   * Final.
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
    this.#lifetime.end();
    await this.#work.stop();
    await this.#bindings.close();
    this.#status.close();
    this.events.removeAllListeners();
    tellThoseWhoComeLate(this.events);
    const closed = await Promise.allSettled(this.#sources.map(async (source) => source.close?.()));
    for (const result of closed) if (result.status === 'rejected') throw asSourceError(result.reason);
  }

  async #load(patience: Patience, report: Report): Promise<ValuesOf<T>> {
    this.#status.become('loading');
    const breather = new Breather();
    const { asked, resolved, problems, failures } = await this[resolving](this.#settings, patience, breather);
    if (this.#logger !== undefined) logResolved(this.#logger, resolved);
    this.#lifetime.check();
    if (problems.length > 0) {
      const error = this.#errorOf(problems);
      this.#kept.lack(error);
      report({ outcome: 'failed', failures, asked });
      this.#status.failed(error, failures);
      throw error;
    }
    const snapshot = await this.#kept.keep(resolved, true, breather);
    report({ outcome: failures.length > 0 ? 'incomplete' : 'changed', failures, asked });
    this.#status.served(failures, []);
    return snapshot;
  }

  async #refresh(patience: Patience, settings: readonly Setting[], report: Report): Promise<ValuesOf<T>> {
    const breather = new Breather();
    const last = this.#kept.resolved;
    const { asked, ...resolution } = await this[resolving](settings, patience, breather, last);
    this.#lifetime.check();
    const { resolved, problems, failures, refusals, expired } = resolution;
    const failing = [...failuresWithout(this.#status.state.failures, settings), ...failures];
    if (problems.length > 0) {
      this.#status.refused(this.#errorOf(problems), refusals, failing);
      report({ outcome: 'refused', failures, asked });
      return this.#kept.snapshot;
    }
    const changes = await changesBetween(last, resolved, breather);
    const now = settings === this.#settings ? resolved : new Map([...last, ...resolved]);
    const deleted = await deletedOf(now, breather);
    const snapshot = await this.#kept.keep(now, changes.length > 0, breather);
    this.#lifetime.check();
    const changed = changes.map(({ name }) => name);
    const whole = changes.length > 0 ? 'changed' : 'unchanged';
    report({ outcome: failures.length > 0 ? 'incomplete' : whole, failures, asked, changed });
    this.#status.served(failing, deleted, expired);
    if (changes.length > 0) {
      undisturbed(() => this.#logger?.info({ settings: changed }, 'settings changed'));
      this.#status.tell('change', changes);
    }
    return snapshot;
  }

  #ask(
    patience: Patience,
    settings: readonly Setting[],
    more: { readonly breather: Breather; readonly everything?: boolean; readonly known?: KnownOfSources },
  ): Promise<ChainAnswer> {
    const moment = {
      application: this.definition.application,
      environment: this.environment,
      declared: this.#names,
    };
    // The deadline must not keep the defaults, or whatever else is in memory, from stepping in for a late source.
    const patienceWith = ({ local }: Source) => (local === true ? this.#lifetime.patience : patience);
    return askChain(this.#sources, settings, moment, patienceWith, { ...more, clock: this.#clock });
  }

  #errorOf(problems: readonly Problem[]): ConfigurationError {
    const { application } = this.definition;
    const { length } = rootsOf(problems);
    const count = length === 1 ? '1 problem' : `${length} problems`;
    return new ConfigurationError(
      `${count} with the settings of ${application} (${this.environment})`,
      problems,
    );
  }
}

/**
 * Makes a resolver. It asks nothing before `load()`.
 *
 * @throws ConfigurationError for an environment that the definition does not name
 * @throws StrongroomError `DEFINITION_INVALID` for options that cannot work, or two sources of one name
 */
export function createResolver<T extends Declarations, E extends string, const Given extends string>(
  definition: Definition<T, E>,
  options: ResolverOptions<Given & EnvironmentOf<E, Given>>,
): Resolver<T> {
  return new Resolver(definition, options);
}

function logResolved(logger: Logger, resolved: ReadonlyMap<string, Resolved>): void {
  for (const { evidence } of resolved.values()) {
    const { name, source, locator, version, freshness } = explain(evidence);
    const summary = { setting: name, source, locator, version, freshness };
    undisturbed(() => logger.debug(summary, 'setting resolved'));
  }
}
