import { EventEmitter } from 'node:events';
import { askChain, type ChainAnswer, type Trail } from './chain.js';
import { type Clock, systemClock } from './clock.js';
import { defaultsSource, defaultsSourceName } from './defaults-source.js';
import type { Declarations, Definition, OnSourceError, Setting, ValuesOf } from './definition.js';
import {
  ConfigurationError,
  type Problem,
  SourceError,
  type SourceErrorCode,
  StrongroomError,
} from './errors.js';
import { explainTrail, type SettingExplanation } from './explanation.js';
import type { Logger } from './logger.js';
import { invalid, misconfigured, missing, refused } from './problem.js';
import { createSnapshot } from './snapshot.js';
import type { Source } from './source.js';
import { validate, validateDefault, validateNothing } from './validation.js';

/** The numbers that a resolver goes by, each an option. */
export const resolverDefaults = {
  /** How long a load may take over everything, in milliseconds. */
  startDeadlineMs: 15_000,
  /** What happens when a source could not be asked. */
  onSourceError: 'fallback',
} as const satisfies Partial<ResolverOptions>;

export interface ResolverOptions {
  /** One of the definition's environments. */
  readonly environment: string;
  /** The sources in order of precedence. The definition's defaults follow them as the last one. */
  readonly sources: readonly Source[];
  /** How long a load may take over everything, in milliseconds. @default 15000 */
  readonly startDeadlineMs?: number;
  /**
   * What happens at the start when a source could not be asked (it was unreachable, refused, or answered
   * nonsense): `fallback` takes a later source or the default where there is one, and the resolver is
   * degraded; `throw` refuses to start. A setting may choose for itself. @default 'fallback'
   */
  readonly onSourceError?: OnSourceError;
  /** A logger with pino's methods. Nothing is logged without one. */
  readonly logger?: Logger;
  /** @default the system's time */
  readonly clock?: Clock;
}

/** One way in which a source could not be asked, and the settings that it touched. */
export interface SourceFailure {
  readonly source: string;
  readonly code: SourceErrorCode;
  readonly message: string;
  readonly settings: readonly string[];
}

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
  readonly events = new EventEmitter<ResolverEvents>();
  readonly #sources: readonly Source[];
  readonly #settings: readonly Setting[];
  readonly #options: Required<Pick<ResolverOptions, 'startDeadlineMs' | 'onSourceError' | 'clock'>>;
  readonly #logger: Logger | undefined;
  readonly #closing = new AbortController();
  #state: ResolverState;
  #loading: Promise<ValuesOf<T>> | undefined;
  #loaded: Loaded<T> | undefined;

  /** @throws ConfigurationError for an environment that the definition does not name */
  constructor(definition: Definition<T>, options: ResolverOptions) {
    checkEnvironment(definition, options.environment);
    this.definition = definition;
    this.environment = options.environment;
    this.#sources = [...options.sources, defaultsSource()];
    this.#settings = Object.values(definition.settings as Readonly<Record<string, Setting>>);
    this.#options = {
      startDeadlineMs: options.startDeadlineMs ?? resolverDefaults.startDeadlineMs,
      onSourceError: options.onSourceError ?? resolverDefaults.onSourceError,
      clock: options.clock ?? systemClock,
    };
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
    if (this.#closing.signal.aborted) return Promise.reject(closedError());
    if (this.#loaded !== undefined) return Promise.resolve(this.#loaded.snapshot);
    this.#loading ??= this.#load().finally(() => {
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
    if (this.#closing.signal.aborted) throw closedError();
    const { trails } = await this.#ask(true);
    return trails.map(explainTrail);
  }

  /** Ends what is under way and closes the sources. The last snapshot stays readable. Final. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new SourceError('SOURCE_UNAVAILABLE', 'the resolver was closed'));
    await this.#loading?.catch(() => undefined);
    this.#become('closed', []);
    this.events.removeAllListeners();
    await Promise.all(this.#sources.map((source) => source.close?.()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #load(): Promise<ValuesOf<T>> {
    this.#become('loading', []);
    const { trails, problems: wiring } = await this.#ask(false);
    if (this.#closing.signal.aborted) throw closedError();
    const failures = failuresOf(trails);
    const problems: Problem[] = [...wiring];
    const values: { setting: Setting; value: unknown }[] = [];
    for (const trail of trails) {
      const outcome = await this.#settle(trail);
      if ('problem' in outcome) problems.push(outcome.problem);
      else values.push({ setting: trail.setting, value: outcome.value });
      this.#logger?.debug(summary(trail), 'setting resolved');
    }
    if (problems.length > 0) throw this.#failed(problems, failures);
    const title = `${this.definition.application} (${this.environment})`;
    // createSnapshot puts exactly the definition's settings on the object, each validated by its schema.
    const snapshot = createSnapshot(title, values) as ValuesOf<T>;
    // The trails hold raw values, which need not stay in memory twice.
    this.#loaded = { snapshot, explanations: Object.freeze(trails.map(explainTrail)) };
    this.#succeeded(failures);
    return snapshot;
  }

  async #ask(everything: boolean): Promise<ChainAnswer> {
    const { startDeadlineMs, clock } = this.#options;
    const deadline = new AbortController();
    const callOff = clock.after(startDeadlineMs, () => {
      const seconds = startDeadlineMs / 1000;
      deadline.abort(new SourceError('SOURCE_UNAVAILABLE', `no answer within the deadline of ${seconds} s`));
    });
    try {
      return await askChain(
        this.#sources,
        this.#settings,
        {
          application: this.definition.application,
          environment: this.environment,
          signal: AbortSignal.any([deadline.signal, this.#closing.signal]),
        },
        everything,
      );
    } finally {
      callOff();
    }
  }

  async #settle(trail: Trail): Promise<{ readonly value: unknown } | { readonly problem: Problem }> {
    const { setting, steps } = trail;
    const end = steps.findIndex(
      ({ lookup }) => lookup?.status === 'found' || lookup?.status === 'misconfigured',
    );
    const asked = end === -1 ? steps : steps.slice(0, end);
    const mayFallBack = (setting.onSourceError ?? this.#options.onSourceError) === 'fallback';
    if (!mayFallBack && asked.some(({ lookup }) => lookup?.status === 'failed'))
      return { problem: refused(trail) };

    const { source = '', lookup } = steps[end] ?? {};
    if (lookup?.status === 'misconfigured')
      return { problem: misconfigured(setting, lookup.reason, lookup.hint) };
    if (lookup?.status !== 'found') {
      const nothing = await validateNothing(setting);
      return nothing.ok ? nothing : { problem: missing(trail) };
    }
    const validated =
      source === defaultsSourceName
        ? await validateDefault(setting, lookup.value)
        : await validate(setting, lookup.value);
    return validated.ok ? validated : { problem: invalid(trail, source, lookup.locator, validated.reason) };
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
    if (failures.length === 0) {
      this.events.emit('ready', this.#become('ready', []));
      return;
    }
    const state = this.#become('degraded', failures);
    this.#logger?.warn({ failures }, 'settings loaded without a source that could not be asked');
    this.events.emit('degraded', state);
  }

  #failed(problems: readonly Problem[], failures: readonly SourceFailure[]): ConfigurationError {
    const { application } = this.definition;
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    const error = new ConfigurationError(
      `${count} with the settings of ${application} (${this.environment})`,
      problems,
    );
    this.events.emit('failed', this.#become('failed', failures), error);
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
 */
export function createResolver<T extends Declarations>(
  definition: Definition<T>,
  options: ResolverOptions,
): Resolver<T> {
  return new Resolver(definition, options);
}

function checkEnvironment({ application, environments }: Definition, environment: string): void {
  if (environments.includes(environment)) return;
  throw new ConfigurationError(
    `${application} does not know the environment ${JSON.stringify(environment)}`,
    [
      {
        code: 'SETTINGS_INVALID',
        name: 'environment',
        reason: `is none of ${environments.join(', ')}`,
        tried: [],
        hints: ['Name one of these, or add the environment to the definition.'],
      },
    ],
  );
}

/** One entry for each source and way of failing, however many settings it touched. */
function failuresOf(trails: readonly Trail[]): readonly SourceFailure[] {
  const groups = new Map<
    string,
    { source: string; code: SourceErrorCode; message: string; settings: string[] }
  >();
  for (const { setting, steps } of trails) {
    for (const { source, lookup } of steps) {
      if (lookup?.status !== 'failed') continue;
      const { code, message } = lookup.error;
      const key = JSON.stringify([source, code, message]);
      const group = groups.get(key) ?? { source, code, message, settings: [] };
      group.settings.push(setting.name);
      groups.set(key, group);
    }
  }
  return [...groups.values()];
}

function summary(trail: Trail): object {
  const { name, source, locator, version, freshness } = explainTrail(trail);
  return { setting: name, source, locator, version, freshness };
}

const closedError = (): StrongroomError =>
  new StrongroomError('RESOLVER_CLOSED', 'The resolver is closed: create a new one');
