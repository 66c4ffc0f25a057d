import type { Declarations } from '../definition.js';
import { isConfigurationError, type Resolver } from '../index.js';
import type { Resolved } from '../resolution.js';
import { inside } from '../resolver-inside.js';
import { chosenSettings } from './chosen-settings.js';
import { type HandedSetting, writeHandover } from './handover.js';

/** Hands a resolver's settings over to one receiver, again and again: each value once, until it is another. */
export class HandingOver<T extends Declarations> {
  readonly #resolver: Resolver<T>;
  readonly #names: ReadonlySet<string>;
  /** What was handed over last, by name. */
  readonly #given = new Map<string, Pick<Resolved, 'value' | 'origin'>>();

  /** @param names the settings that the receiver gets, and no other */
  constructor(resolver: Resolver<T>, names: ReadonlySet<string>) {
    this.#resolver = resolver;
    this.#names = names;
  }

  /**
   * What holds now, as text for `readHandover`; it holds values. Counts as a read of each secret whose value is in it.
   *
   * @returns undefined while there is nothing to hand over
   */
  next(): string | undefined {
    const { state, definition, environment } = this.#resolver;
    const { ready } = this.#resolver.health();
    if (!ready && this.#given.size === 0) return undefined;
    const all = this.#resolver[inside]();
    const others = [...all.values()].filter((one) => this.#names.has(one.setting.name) && this.#isNew(one));
    // What has expired is not given to anybody: that it has is all that is told.
    const fresh = new Set(
      ready
        ? chosenSettings(
            this.#resolver,
            others.map(({ setting }) => setting.name),
          )
        : [],
    );
    const settings: HandedSetting[] = [];
    for (const name of this.#names) {
      const one = all.get(name);
      if (one === undefined) continue;
      const { origin, raw, deleted } = one;
      if (fresh.has(one)) this.#given.set(name, one);
      const told = fresh.has(one) && origin !== undefined && origin.source !== 'defaults';
      settings.push({
        explanation: one.explain(),
        deleted,
        raw: told ? { value: typeof raw === 'bigint' ? String(raw) : raw } : undefined,
      });
    }
    return writeHandover({
      application: definition.application,
      environment,
      settings,
      failures: state.failures,
      refused: isConfigurationError(state.error) ? state.error.problems : [],
      expired: state.status === 'failed' ? state.reason : undefined,
    });
  }

  #isNew({ setting: { name }, value, origin }: Resolved): boolean {
    const given = this.#given.get(name);
    return !(given !== undefined && Object.is(given.value, value) && given.origin?.source === origin?.source);
  }
}
