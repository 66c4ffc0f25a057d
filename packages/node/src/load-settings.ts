import {
  checkDefinition,
  checkOptions,
  type Declarations,
  type Definition,
  type Resolver,
} from '@strongroom/core';
import type { LoadedSettings } from './loaded-settings.js';
import { refreshOnSignal } from './refresh-signal.js';
import { type WireSettingsOptions, wire, wiringNames } from './wire-settings.js';

export interface LoadSettingsOptions<E extends string = string> extends WireSettingsOptions<E> {
  /**
   * A signal at which all sources are asked again, such as `SIGHUP`. Whoever names it takes away what Node.js does
   * at it by itself, which for SIGHUP is to end when the terminal is closed. Nothing happens on Windows.
   * @default none
   */
  readonly refreshOnSignal?: NodeJS.Signals;
  /** Given the resolver before it is loaded: for an audit trail and for listeners that should miss nothing. */
  readonly beforeLoad?: (resolver: Resolver<Declarations>) => void;
}

/**
 * Loads an application's settings with the standard wiring: environment variables first, Vault second when
 * `USE_VAULT` says so, the definition's defaults last. With `USE_VAULT=shadow` Vault is read beside them, compared
 * in the background, and not used; with `USE_VAULT=25%` it is on for a quarter of the instances and in shadow for
 * the others.
 *
 * Without a `logger` a start without Vault, and what else should not be missed, is a Node.js process warning, and
 * nothing else is said.
 *
 * @returns the resolver, loaded: `current()` is the snapshot, `explain()` says where each value comes from
 * @throws ConfigurationError with every problem at once
 * @throws StrongroomError `DEFINITION_INVALID` for what is no definition, and for an option that there is not
 * @example
 * const settings = await loadSettings(definition);
 * settings.current().DATABASE_URL;
 */
export async function loadSettings<T extends Declarations, E extends string>(
  definition: Definition<T, E>,
  options: LoadSettingsOptions<NoInfer<E>> = {},
): Promise<LoadedSettings<T>> {
  checkDefinition('loadSettings()', definition);
  checkOptions('loadSettings()', options, { ...wiringNames, refreshOnSignal: true, beforeLoad: true });
  const { refreshOnSignal: signal, beforeLoad, logger } = options;
  const resolver = await wire(definition, options);
  try {
    if (signal !== undefined) refreshOnSignal(resolver, signal, logger);
    beforeLoad?.(resolver);
    await resolver.load();
  } catch (error) {
    await resolver.close();
    throw error;
  }
  // When whoever called has had the time to listen.
  setImmediate(() => resolver.events.emit('rollout', resolver.rollout));
  return resolver;
}
