import type { Breather } from '../breather.js';
import type { Declarations, Definition, Setting, ValuesOf } from '../definition/definition.js';
import {
  type Clock,
  isStrongroomError,
  type Logger,
  type Problem,
  Resolver,
  type SettingExplanation,
  StrongroomError,
} from '../index.js';
import type { Patience } from '../patience.js';
import type { ChainAnswer } from '../resolution/chain.js';
import type { Resolution, Resolved } from '../resolution/resolution.js';
import { resolving } from '../resolver/resolver-inside.js';
import type { SourceFailure } from '../source/source-failure.js';
import { resolveHanded } from './handed-value.js';
import type { HandedSetting, Handover } from './handover.js';

export interface ReceivedOptions {
  /** How long the first load may take, in milliseconds. @default 15000 */
  readonly startDeadlineMs?: number;
  /** A logger with pino's methods. Nothing is logged without one. */
  readonly logger?: Logger;
  /** @default the system's time */
  readonly clock?: Clock;
}

/** What holds by all that was handed over so far. */
type Held = Omit<Handover, 'settings'> & { readonly settings: ReadonlyMap<string, HandedSetting> };

/**
 * The settings that the resolver of another thread or process hands over: a resolver that asks no source. What is
 * handed over is validated by this side's definition, and followed as every change is; where each value comes from is what
 * the other side says.
 */
export class ReceivedSettings<T extends Declarations> extends Resolver<T> {
  /** What is still to be followed, in order: what was handed over, or that nobody does so any longer. */
  readonly #waiting: (Handover | SourceFailure)[];
  #held: Held;
  #lost: SourceFailure | undefined;
  #following = false;
  #told: Promise<void> | undefined;
  /** Whether what was refused is told. A start takes what is served, as the one who hands it over does. */
  #refusing = false;

  /** @param first what {@link load} is to make a snapshot of */
  constructor(definition: Definition<T>, first: Handover, options: ReceivedOptions = {}) {
    super(definition, { ...options, environment: first.environment, sources: [], refreshEveryMs: false });
    this.#held = { ...first, settings: new Map() };
    this.#waiting = [first];
  }

  override async load(): Promise<ValuesOf<T>> {
    const snapshot = await super.load();
    this.#told ??= this.#tellTheRest();
    await this.#told;
    return snapshot;
  }

  /** Follows what is handed over now, after all that was handed over before. */
  receive(handover: Handover): void {
    this.#waiting.push(handover);
    void this.#follow();
  }

  /** Nobody hands over anything any longer: what holds stays, and the state says so. */
  lose(reason: string): void {
    const settings = Object.freeze(Object.keys(this.definition.settings));
    this.#waiting.push(
      Object.freeze({ source: 'primary', code: 'SOURCE_UNAVAILABLE', message: reason, settings }),
    );
    void this.#follow();
  }

  /** As {@link explain}: there is no source to be asked. */
  override async survey(): Promise<readonly SettingExplanation[]> {
    return this.explain();
  }

  /** @internal */
  override async [resolving](
    settings: readonly Setting[],
    patience: Patience,
    breather: Breather,
    last?: ReadonlyMap<string, Resolved>,
  ): Promise<Resolution & Pick<ChainAnswer, 'asked'>> {
    const next = this.#waiting.shift();
    if (next !== undefined && 'source' in next) this.#lost = next;
    else if (next !== undefined) this.#held = this.#holding(next);
    const { settings: held, refused, failures, expired } = this.#held;
    const names = new Set(settings.map(({ name }) => name));
    const problems: Problem[] = this.#refusing ? [...refused] : [];
    const resolved = new Map<string, Resolved>();
    for (const setting of settings) {
      if (breather.due) await breather.pause();
      const one = await resolveHanded(setting, held.get(setting.name), patience, last?.get(setting.name));
      if ('hints' in one) problems.push(one);
      else resolved.set(setting.name, one);
    }
    return {
      asked: [],
      resolved,
      problems,
      refusals: problems.map((problem) => JSON.stringify(problem)),
      failures: [
        ...failures.flatMap((failure) => {
          const touched = failure.settings.filter((name) => names.has(name));
          return touched.length === 0
            ? []
            : [Object.freeze({ ...failure, settings: Object.freeze(touched) })];
        }),
        ...(this.#lost === undefined ? [] : [this.#lost]),
      ],
      ...(expired === undefined ? {} : { expired: new StrongroomError('SNAPSHOT_EXPIRED', expired) }),
    };
  }

  /** A value is handed over once: what was before holds where nothing new is said. */
  #holding(next: Handover): Held {
    const settings = new Map(this.#held.settings);
    let isNew = false;
    for (const handed of next.settings) {
      const { name, source } = handed.explanation;
      const before = settings.get(name);
      const same = handed.raw === undefined && before?.explanation.source === source;
      settings.set(name, same ? { ...handed, raw: before?.raw } : handed);
      isNew ||= !same;
    }
    if (!isNew || next.refused.length === 0) return { ...next, settings };
    // What was refused is not what is new here: it would be refused with it.
    this.#waiting.unshift({ ...next, settings: [] });
    return { ...next, settings, refused: [] };
  }

  /** A start tells of sources that could not be asked, and of nothing else: what else is wrong a refresh tells. */
  async #tellTheRest(): Promise<void> {
    if ([...this.#held.settings.values()].some(({ deleted }) => deleted)) await this.#step();
    this.#refusing = true;
    if (this.#held.refused.length > 0) await this.#step();
    await this.#follow();
  }

  /** What may be served no longer is followed all the same. */
  async #step(): Promise<void> {
    await this.refresh().catch((error: unknown) => {
      if (!isStrongroomError(error, 'SNAPSHOT_EXPIRED')) throw error;
    });
  }

  /** One refresh for each: what was refused in one must not keep from the application what came before it. */
  async #follow(): Promise<void> {
    if (this.#following) return;
    this.#following = true;
    try {
      while (this.#waiting.length > 0) await this.#step();
    } catch {
      // It fails only when it is closed meanwhile.
    } finally {
      this.#following = false;
    }
  }
}
