import {
  checkDefinition,
  checkOptions,
  type Declarations,
  type Definition,
  type OptionNames,
} from '@strongroom/core';
import type { input } from 'zod/v4/core';
import { LoadedSettings } from '../index.js';
import { GivenSource } from './given-source.js';

/** Values for settings, as a schema takes them or as text; an undefined one is as one that is not given. */
export type GivenValues<T extends Declarations> = {
  readonly [K in keyof T]?: input<T[K]['schema']> | string | undefined;
};

export interface GivenOptions<E extends string = string> {
  /** One of the definition's environments. @default `development`; the first one where there is no such */
  readonly environment?: E;
}

/** Settings with values that a test gave. Made by {@link givenSettings}. */
export class GivenSettings<T extends Declarations> extends LoadedSettings<T> {
  readonly #source: GivenSource;

  constructor(definition: Definition<T>, environment: string, source: GivenSource) {
    const rollout = {
      source: 'vault',
      mode: 'off',
      decidedBy: 'function',
      reason: 'the settings are given',
    } as const;
    super(definition, { environment, sources: [source], refreshEveryMs: false }, Object.freeze(rollout));
    this.#source = source;
  }

  /**
   * Gives other values to some settings, as a rotation does: `changes()`, `bind()` and the event `change` tell of it.
   * What is not valid is refused, as in a program that runs: the snapshot stays, and `state` says why.
   */
  async change(values: GivenValues<T>): Promise<void> {
    checkNames('change()', this.definition, values);
    this.#source.give(values);
    await this.refresh();
  }
}

/**
 * Settings for a test: the given values and the definition's defaults, validated, and nothing else. No variable, file
 * or server is read, and nothing outside of them is touched, so any number may live side by side.
 *
 * @returns a loaded resolver, to be closed by `close()` or `await using`
 * @throws ConfigurationError with every problem at once
 * @throws StrongroomError `DEFINITION_INVALID` for a value of no setting
 */
export async function givenSettings<T extends Declarations, E extends string>(
  definition: Definition<T, E>,
  values: GivenValues<NoInfer<T>>,
  options: GivenOptions<NoInfer<E>> = {},
): Promise<GivenSettings<T>> {
  checkDefinition('givenSettings()', definition);
  checkOptions('givenSettings()', options, { environment: true });
  checkNames('givenSettings()', definition, values);
  const { environments } = definition as Definition;
  const usual = environments.find((name) => name === 'development') ?? environments[0] ?? '';
  const settings = new GivenSettings<T>(definition, options.environment ?? usual, new GivenSource(values));
  await settings.load();
  return settings;
}

/**
 * Calls a function with settings for a test, and closes them when it is done, whatever comes of it. See
 * {@link givenSettings}.
 *
 * @returns what the function returns
 * @throws what the function throws, and what {@link givenSettings} does
 * @example
 * await withSettings(definition, { PORT: 0 }, async (settings) => {
 *   const server = await start(settings);
 * });
 */
export async function withSettings<T extends Declarations, E extends string, R>(
  definition: Definition<T, E>,
  values: GivenValues<NoInfer<T>>,
  use: (settings: GivenSettings<T>) => R | PromiseLike<R>,
  options: GivenOptions<NoInfer<E>> = {},
): Promise<R> {
  const settings = await givenSettings(definition, values, options);
  try {
    return await use(settings);
  } finally {
    await settings.close();
  }
}

function checkNames<T extends Declarations>(
  owner: string,
  { settings }: Definition<T>,
  values: GivenValues<T>,
): void {
  const names = Object.fromEntries(Object.keys(settings).map((name) => [name, true]));
  checkOptions<object>(owner, values, names as OptionNames<object>);
}
