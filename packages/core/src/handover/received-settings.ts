import type { Breather } from '../breather.js';
import type { ChainAnswer } from '../chain.js';
import type { Declarations, Definition, Setting, ValuesOf } from '../definition.js';
import {
  type Clock,
  type Logger,
  type Problem,
  Resolver,
  type SettingExplanation,
  StrongroomError,
} from '../index.js';
import type { Patience } from '../patience.js';
import type { Resolution, Resolved } from '../resolution.js';
import { resolving } from '../resolver-inside.js';
import type { SourceFailure } from '../source-failure.js';
import { type Validated, validate, validateDefault, validateNothing } from '../validation.js';
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
 * handed over is validated by this side's definition, and followed as any change; where each value comes from is what
 * the other side says.
 */
export class ReceivedSettings<T extends Declarations> extends Resolver<T> {
  readonly #waiting: Handover[];
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
    this.#lost = Object.freeze({ source: 'primary', code: 'SOURCE_UNAVAILABLE', message: reason, settings });
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
    if (next !== undefined) this.#held = holding(this.#held, next);
    const { refused, failures, expired } = this.#held;
    const names = new Set(settings.map(({ name }) => name));
    const problems: Problem[] = this.#refusing ? [...refused] : [];
    const resolved = new Map<string, Resolved>();
    for (const setting of settings) {
      if (breather.due) await breather.pause();
      const one = await this.#resolve(setting, patience, last?.get(setting.name));
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

  async #resolve(
    setting: Setting,
    patience: Patience,
    last: Resolved | undefined,
  ): Promise<Resolved | Problem> {
    const handed = this.#held.settings.get(setting.name);
    if (handed === undefined) return notHandedOver(setting);
    const { deleted, raw } = handed;
    const explanation = whole(handed.explanation);
    const { source, locator = '', version } = explanation;
    const origin =
      source === undefined ? undefined : { source, locator, ...(version === undefined ? {} : { version }) };
    const explain = () => explanation;
    const told = {
      setting,
      raw: raw?.value,
      revision: undefined,
      deleted,
      origin,
      explain,
      explainGood: explain,
    };
    if (last !== undefined && last.origin?.source === source && last.raw === told.raw) {
      return { ...told, value: last.value };
    }
    const validated = await this.#validate(setting, handed, patience);
    if (validated.ok) return { ...told, value: validated.value };
    const reason = `the value ${validated.reason} here, and was valid where it was handed over`;
    const hints = ['Use one definition on both sides.'];
    return {
      code: 'SETTINGS_INVALID',
      name: setting.name,
      reason,
      ...(origin && { at: origin }),
      tried: [],
      hints,
    };
  }

  #validate(setting: Setting, { explanation, raw }: HandedSetting, patience: Patience): Promise<Validated> {
    if (raw !== undefined) return validate(setting, raw.value, patience);
    if (explanation.source !== 'defaults') return validateNothing(setting, patience);
    return validateDefault(setting, setting.default ?? setting.developmentDefault?.(), patience);
  }

  /** A start tells of sources that could not be asked, and of nothing else: what else is wrong a refresh tells. */
  async #tellTheRest(): Promise<void> {
    if ([...this.#held.settings.values()].some(({ deleted }) => deleted)) await this.refresh();
    this.#refusing = true;
    if (this.#held.refused.length > 0) await this.refresh();
  }

  /** One refresh for each: what was refused in one must not keep from the application what came before it. */
  async #follow(): Promise<void> {
    if (this.#following) return;
    this.#following = true;
    try {
      do await this.refresh();
      while (this.#waiting.length > 0);
    } catch {
      // It fails only when it is closed meanwhile.
    } finally {
      this.#following = false;
    }
  }
}

/** A value is handed over once: what was before holds where nothing new is said. */
function holding(held: Held, next: Handover): Held {
  const settings = new Map(held.settings);
  for (const handed of next.settings) {
    const { name, source } = handed.explanation;
    const before = settings.get(name);
    const same = handed.raw === undefined && before?.explanation.source === source;
    settings.set(name, same ? { ...handed, raw: before?.raw } : handed);
  }
  return { ...next, settings };
}

/** What says that it is undefined is not in the text of a handover. */
const whole = (told: SettingExplanation): SettingExplanation =>
  Object.freeze({
    ...{ source: undefined, locator: undefined, version: undefined, readAt: undefined },
    ...told,
    overrides: Object.freeze(told.overrides.map((report) => Object.freeze(report))),
    sources: Object.freeze(told.sources.map((report) => Object.freeze(report))),
  });

const notHandedOver = ({ name, kind }: Setting): Problem => ({
  code: 'SETTINGS_MISSING',
  name,
  reason: `this ${kind === 'secret' ? 'secret' : 'setting'} is not handed over`,
  tried: [],
  hints: ['Name it in `only` where it is shared, or leave it out of `only` where it is received.'],
});
