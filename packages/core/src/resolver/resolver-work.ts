import type { Clock } from '../clock.js';
import type { Setting } from '../definition/definition.js';
import type { Patience } from '../patience.js';
import type { Source, SourceEvent } from '../source/source.js';
import { undisturbed } from '../undisturbed.js';
import { closedError, type Lifetime } from './lifetime.js';
import { RefreshSchedule, type RefreshTimes } from './refresh-schedule.js';
import type { RefreshReport } from './resolver-state.js';
import type { ResolverStatus } from './resolver-status.js';

type Trigger = RefreshReport['trigger'];

/** Tells of what a load or a refresh came to. */
export type Report = (
  result: Pick<RefreshReport, 'outcome' | 'failures' | 'asked'> & Partial<Pick<RefreshReport, 'changed'>>,
) => void;

/** What the work of a resolver needs of it. */
export interface WorkSurroundings<S> {
  readonly settings: readonly Setting[];
  readonly sources: readonly Source[];
  readonly times: RefreshTimes;
  readonly clock: Clock;
  readonly lifetime: Lifetime;
  readonly status: ResolverStatus;
  /** Whether a load has succeeded. */
  readonly isLoaded: () => boolean;
  /** @returns the snapshot */
  readonly load: (patience: Patience, report: Report) => Promise<S>;
  /** @returns the snapshot, new or not */
  readonly refresh: (patience: Patience, settings: readonly Setting[], report: Report) => Promise<S>;
}

/**
 * When the sources of a resolver are asked: one load or refresh at a time, when somebody wants it, when it is due, and
 * when a source says that something has changed.
 */
export class ResolverWork<S> {
  readonly #surroundings: WorkSurroundings<S>;
  readonly #schedule: RefreshSchedule;
  /** What is under way, and whether it asks for every setting. */
  #underWay:
    | { readonly snapshot: Promise<S>; readonly whole: boolean; readonly patience: Patience }
    | undefined;
  /** The settings of which a source said meanwhile that what it answered is no longer so. */
  #outdated: Set<string> | undefined;
  #subscriptions: readonly (() => void)[] | undefined;

  constructor(surroundings: WorkSurroundings<S>) {
    const { times, clock, settings } = surroundings;
    this.#surroundings = surroundings;
    this.#schedule = new RefreshSchedule(times, clock, () => this.#refreshUnasked('schedule', settings));
  }

  load(): Promise<S> {
    const { lifetime, settings, load } = this.#surroundings;
    if (lifetime.ended) return Promise.reject(closedError());
    this.#subscriptions ??= this.#subscribe();
    return this.#begin('load', settings, load);
  }

  /** Refreshes every setting; loads where nothing was loaded. */
  refresh(trigger: Trigger): Promise<S> {
    const { isLoaded, lifetime, settings } = this.#surroundings;
    if (!isLoaded() || lifetime.ended) return this.load();
    // One that asks for some settings only does not answer for the others.
    if (this.#underWay?.whole === false) {
      return this.#underWay.snapshot.then(
        () => this.refresh(trigger),
        () => this.refresh(trigger),
      );
    }
    return this.#refreshSome(trigger, settings);
  }

  /** Begins nothing more, and waits for what is under way. */
  async stop(): Promise<void> {
    this.#schedule.stop();
    for (const unsubscribe of this.#subscriptions ?? []) undisturbed(unsubscribe);
    await this.#underWay?.snapshot.catch(() => undefined);
  }

  #refreshSome(trigger: Trigger, settings: readonly Setting[]): Promise<S> {
    const { refresh } = this.#surroundings;
    return this.#begin(trigger, settings, (patience, report) => refresh(patience, settings, report));
  }

  /** Loads or refreshes, unless that is under way; what became outdated on the way is asked for again. */
  #begin(
    trigger: Trigger,
    settings: readonly Setting[],
    work: (patience: Patience, report: Report) => Promise<S>,
  ): Promise<S> {
    const isAwaited = trigger === 'load' || trigger === 'request';
    if (this.#underWay !== undefined) {
      if (isAwaited) this.#underWay.patience.await();
      return this.#underWay.snapshot;
    }
    const { clock, lifetime, status, isLoaded } = this.#surroundings;
    this.#outdated = undefined;
    this.#schedule.stop();
    const startedAt = clock.now();
    const report: Report = ({ outcome, failures, asked, changed = [] }) => {
      const durationMs = clock.now() - startedAt;
      const count = settings.length;
      status.tell('refresh', {
        trigger,
        startedAt,
        durationMs,
        settings: count,
        outcome,
        failures,
        asked,
        changed,
      });
    };
    const patience = lifetime.newPatience();
    if (isAwaited) patience.await();
    const snapshot = lifetime
      .within(patience, () => work(patience, report))
      .finally(() => {
        this.#underWay = undefined;
        if (!isLoaded() || lifetime.ended) return;
        this.#schedule.next(status.state.failures.length > 0);
        if (this.#outdated !== undefined) this.#refreshNamed(this.#outdated);
      });
    this.#underWay = { snapshot, whole: settings === this.#surroundings.settings, patience };
    return snapshot;
  }

  /** From the first load on, so that no change is missed. */
  #subscribe(): readonly (() => void)[] {
    const subscriptions: (() => void)[] = [];
    for (const source of this.#surroundings.sources) {
      undisturbed(() => {
        const unsubscribe = source.onEvent?.((event) => this.#heard(source.name, event));
        if (unsubscribe !== undefined) subscriptions.push(unsubscribe);
      });
    }
    return subscriptions;
  }

  #heard(source: string, event: SourceEvent): void {
    const { lifetime, status, settings, isLoaded } = this.#surroundings;
    if (lifetime.ended) return;
    if (event.type !== 'changed') {
      status.tell('source', { ...event, source });
      return;
    }
    const names = event.settings ?? settings.map(({ name }) => name);
    if (this.#underWay !== undefined) this.#outdated = new Set([...(this.#outdated ?? []), ...names]);
    else if (isLoaded()) this.#refreshNamed(new Set(names));
  }

  #refreshNamed(names: ReadonlySet<string>): void {
    const { settings } = this.#surroundings;
    const some = settings.filter(({ name }) => names.has(name));
    this.#refreshUnasked('source', some.length === settings.length ? settings : some);
  }

  #refreshUnasked(trigger: Trigger, settings: readonly Setting[]): void {
    if (settings.length === 0) return;
    const whole = settings === this.#surroundings.settings;
    const refreshed = whole ? this.refresh(trigger) : this.#refreshSome(trigger, settings);
    // It fails only when the resolver is closed meanwhile.
    refreshed.catch(() => undefined);
  }
}
