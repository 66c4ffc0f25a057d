import {
  type Clock,
  checkDefinition,
  checkOptions,
  createResolver,
  type Declarations,
  type Definition,
  type EnvironmentVariables,
  environmentSource,
  type Logger,
  type OnSourceError,
  type Resolver,
} from '@strongroom/core';
import { warnWhenDegraded } from './degraded-warning.js';
import type { LastKnownGood } from './last-known-good.js';
import { type VaultSourceOptions, vaultSourceOnDemand, vaultTurnedOff } from './vault-on-demand.js';
import { readWiring } from './wiring.js';

export interface LoadSettingsOptions<E extends string = string> {
  /** One of the definition's environments. @default the variable APP_ENV, then NODE_ENV, then `development` */
  readonly environment?: E;
  /** Where all variables are read from, once. @default process.env */
  readonly variables?: EnvironmentVariables;
  /**
   * What happens when Vault is on and could not be asked: `fallback` goes on with the default where there is
   * one, and warns; `throw` refuses to start. A setting may choose for itself. @default 'fallback'
   */
  readonly onVaultError?: OnSourceError;
  /** How long everything together may take, in milliseconds. @default 15000 */
  readonly startDeadlineMs?: number;
  /** A logger with pino's methods. Without one a degraded start is a Node.js process warning, and nothing else is said. */
  readonly logger?: Logger;
  /** What of the Vault source is not given by environment variables. */
  readonly vault?: VaultSourceOptions;
  /**
   * Lets the program start while Vault is down, from an encrypted file of what Vault answered last.
   * @default the variables STRONGROOM_LAST_KNOWN_GOOD and STRONGROOM_LAST_KNOWN_GOOD_KEY; without them nothing is written
   */
  readonly lastKnownGood?: LastKnownGood;
  /** @default the system's time */
  readonly clock?: Clock;
}

/**
 * Loads an application's settings with the standard wiring: environment variables first, Vault second when
 * `USE_VAULT` says so, the definition's defaults last.
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
): Promise<Resolver<T>> {
  checkDefinition('loadSettings()', definition);
  checkOptions('loadSettings()', options, {
    environment: true,
    variables: true,
    onVaultError: true,
    startDeadlineMs: true,
    logger: true,
    vault: true,
    lastKnownGood: true,
    clock: true,
  });
  // Copied at once: all that is read is of one moment, and each reading of process.env itself asks the system.
  const variables: EnvironmentVariables = { ...(options.variables ?? process.env) };
  const { environment, useVault, doubt } = readWiring(definition, variables, options.environment);
  if (doubt !== undefined) warn(doubt, options.logger);
  const resolver = createResolver(definition, {
    environment,
    sources: [
      environmentSource(variables),
      useVault ? vaultSourceOnDemand(variables, options) : vaultTurnedOff(variables),
    ],
    ...given({
      onSourceError: options.onVaultError,
      startDeadlineMs: options.startDeadlineMs,
      logger: options.logger,
      clock: options.clock,
    }),
  });
  if (options.logger === undefined) warnWhenDegraded(resolver);
  try {
    await resolver.load();
    return resolver;
  } catch (error) {
    await resolver.close();
    throw error;
  }
}

function warn(doubt: string, logger: Logger | undefined): void {
  if (logger === undefined)
    process.emitWarning(doubt, { type: 'StrongroomWarning', code: 'ENVIRONMENT_ASSUMED' });
  else logger.warn({}, doubt);
}

/** The options that were given: an option that is undefined leaves the default alone. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
