import type { Declarations } from '../definition/definition.js';
import { isConfigurationError, type Resolver } from '../index.js';
import type { Resolved } from '../resolution/resolution.js';
import { inside } from '../resolver/resolver-inside.js';
import { explain } from '../snapshot/explanation.js';
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
    return writeHandover({
      application: definition.application,
      environment,
      // What has expired is given to nobody: that it has is all that is told.
      settings: ready ? this.#settings() : [],
      failures: state.failures,
      refused: isConfigurationError(state.error) ? state.error.problems : [],
      expired: state.status === 'failed' ? state.reason : undefined,
    });
  }

  #settings(): readonly HandedSetting[] {
    const all = this.#resolver[inside]();
    const ours = [...this.#names].map((name) => all.get(name)).filter((one) => one !== undefined);
    const fresh = ours.filter((one) => this.#isNew(one)).map(({ setting }) => setting.name);
    const given = new Set(chosenSettings(this.#resolver, fresh));
    return ours.map((one) => {
      const { setting, origin, raw, deleted } = one;
      if (given.has(one)) this.#given.set(setting.name, one);
      const told = given.has(one) && origin !== undefined && origin.source !== 'defaults';
      return { explanation: explain(one.evidence), deleted, raw: told ? { value: raw } : undefined };
    });
  }

  #isNew({ setting: { name }, value, origin }: Resolved): boolean {
    const given = this.#given.get(name);
    return !(given !== undefined && Object.is(given.value, value) && given.origin?.source === origin?.source);
  }
}
