import type { Setting } from '../definition/definition.js';
import { isSourceError, SourceError, type SourceErrorCode } from '../errors/errors.js';
import { checkOptions } from '../option-names.js';
import type { Lookup, LookupContext, Source } from '../source/source.js';

export interface MemorySourceOptions {
  /** As {@link Source.local}. @default false */
  readonly local?: boolean;
}

/** A source that holds its values in memory and that a test can make fail. Made by {@link memorySource}. */
export class MemorySource implements Source {
  readonly name: string;
  readonly local: boolean;
  // Private fields, so that no inspection of the source shows what it holds.
  readonly #answers = new Map<string, Lookup>();
  readonly #lookups: (readonly string[])[] = [];
  #outage: ((signal: AbortSignal) => Promise<never>) | undefined;
  #closed = 0;

  constructor(name: string, values: Readonly<Record<string, unknown>>, options: MemorySourceOptions = {}) {
    this.name = name;
    this.local = options.local ?? false;
    for (const [setting, value] of Object.entries(values)) this.set(setting, value);
  }

  /** The names that were asked for, one list a lookup. */
  get lookups(): readonly (readonly string[])[] {
    return this.#lookups;
  }

  /** How many times the source was closed. */
  get closed(): number {
    return this.#closed;
  }

  /** Gives a setting a value; `undefined` takes it away. */
  set(name: string, value: unknown): this {
    if (value === undefined) this.#answers.delete(name);
    else this.#answers.set(name, { status: 'found', value, locator: `${this.name}:${name}` });
    return this;
  }

  /** Gives the very answer for one setting: absent for a reason, failed, misconfigured. */
  answer(name: string, lookup: Lookup): this {
    this.#answers.set(name, lookup);
    return this;
  }

  /** Makes every lookup throw from now on: a SourceError of that code, or the very thing that is given. */
  fail(thrown: unknown = 'SOURCE_UNAVAILABLE' satisfies SourceErrorCode): this {
    this.#outage = async () => {
      throw isCode(thrown) ? new SourceError(thrown, `${this.name} was told to fail`) : thrown;
    };
    return this;
  }

  /** Makes every lookup wait for ever; unless `deaf`, an abort still ends it. */
  hang({ deaf = false }: { readonly deaf?: boolean } = {}): this {
    const never = new Promise<never>(() => {});
    this.#outage = (signal) => (deaf ? never : Promise.race([never, aborted(signal)]));
    return this;
  }

  /** Lets lookups succeed again. */
  recover(): this {
    this.#outage = undefined;
    return this;
  }

  async lookup(
    settings: readonly Setting[],
    { signal }: LookupContext,
  ): Promise<ReadonlyMap<string, Lookup>> {
    this.#lookups.push(settings.map(({ name }) => name));
    await this.#outage?.(signal);
    signal.throwIfAborted();
    return new Map(
      settings.map(({ name }) => [
        name,
        this.#answers.get(name) ?? { status: 'absent', reason: 'not-set', locator: `${this.name}:${name}` },
      ]),
    );
  }

  async close(): Promise<void> {
    this.#closed += 1;
  }
}

/**
 * Makes a source for tests that holds its values in memory.
 *
 * @param values raw values by the setting's name: text, or any JSON value
 * @example memorySource('store', { PORT: '8080' }).fail('SOURCE_DENIED')
 */
export function memorySource(
  name: string,
  values: Readonly<Record<string, unknown>> = {},
  options: MemorySourceOptions = {},
): MemorySource {
  checkOptions('memorySource()', options, { local: true });
  return new MemorySource(name, values, options);
}

const isCode = (thrown: unknown): thrown is SourceErrorCode =>
  thrown === 'SOURCE_UNAVAILABLE' || thrown === 'SOURCE_DENIED' || thrown === 'SOURCE_MALFORMED';

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => {
      const reason: unknown = signal.reason;
      reject(isSourceError(reason) ? reason : new SourceError('SOURCE_UNAVAILABLE', 'was aborted'));
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
