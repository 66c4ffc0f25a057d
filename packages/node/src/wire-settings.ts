import {
  type Clock,
  checkDefinition,
  checkOptions,
  type Declarations,
  type Definition,
  type EnvironmentVariables,
  environmentSource,
  type Logger,
  type OnSourceError,
  type OptionNames,
  type Resolver,
  type ResolverOptions,
  resolverDefaults,
  type Source,
  systemClock,
} from '@strongroom/core';
import type { Shadow } from '@strongroom/core/shadow';
import { warnWhenDegraded } from './degraded-warning.js';
import type { LastKnownGood } from './last-known-good.js';
import { LoadedSettings } from './loaded-settings.js';
import { announce, type DecideVaultMode, decidedByFunction, decidedByVariable } from './rollout.js';
import { type VaultSourceOptions, vaultSourceOnDemand } from './vault-on-demand.js';
import { vaultStandIn } from './vault-stand-in.js';
import { warn } from './warning.js';
import { readWiring } from './wiring.js';

/** The options of a resolver that are handed on as they are. */
type HandedOn =
  | 'startDeadlineMs'
  | 'onDeletion'
  | 'refreshEveryMs'
  | 'refreshJitter'
  | 'refreshRetryMs'
  | 'lastGoodForMs'
  | 'logger'
  | 'clock';

export interface WireSettingsOptions<E extends string = string> extends Pick<ResolverOptions, HandedOn> {
  /** One of the definition's environments. @default the variable APP_ENV, then NODE_ENV, then `development` */
  readonly environment?: E;
  /** Where all variables are read from, once. @default process.env */
  readonly variables?: EnvironmentVariables;
  /**
   * What happens when Vault is on and could not be asked: `fallback` goes on with the default where there is
   * one, and warns; `throw` refuses to start. A setting may choose for itself. @default 'fallback'
   */
  readonly onVaultError?: OnSourceError;
  /** What of the Vault source is not given by environment variables. */
  readonly vault?: VaultSourceOptions;
  /**
   * Decides instead of the variable USE_VAULT whether Vault is used, once, before anything is loaded. Where it
   * fails, or does not answer within 2 s, the variable decides, with a warning. @default the variable decides
   */
  readonly vaultMode?: DecideVaultMode;
  /**
   * What this instance is called among those of its application: decides whether it is in the share of
   * USE_VAULT. It should stay the same when the instance is started again.
   * @default the variables STRONGROOM_INSTANCE_ID, then HOSTNAME, then the host's name
   */
  readonly instance?: string;
  /**
   * Lets the program start while Vault is down, from an encrypted file of what Vault answered last.
   * @default the variables STRONGROOM_LAST_KNOWN_GOOD and STRONGROOM_LAST_KNOWN_GOOD_KEY; without them nothing is written
   */
  readonly lastKnownGood?: LastKnownGood;
}

/** The options of {@link wireSettings}. */
export const wiringNames: OptionNames<WireSettingsOptions> = {
  environment: true,
  variables: true,
  onVaultError: true,
  startDeadlineMs: true,
  onDeletion: true,
  refreshEveryMs: true,
  refreshJitter: true,
  refreshRetryMs: true,
  lastGoodForMs: true,
  logger: true,
  vault: true,
  vaultMode: true,
  instance: true,
  lastKnownGood: true,
  clock: true,
};

/**
 * Wires an application's settings as `loadSettings` does, and loads nothing yet: for tools that ask where each value
 * would come from (`survey()`) also where a load would fail, and for whoever wants to `load()` later.
 *
 * @returns the resolver; nothing has been contacted. Close it when it is not needed any more
 * @throws ConfigurationError for variables that steer the wiring and are wrong
 * @throws StrongroomError `DEFINITION_INVALID` for what is no definition, and for an option that there is not
 */
export async function wireSettings<T extends Declarations, E extends string>(
  definition: Definition<T, E>,
  options: WireSettingsOptions<NoInfer<E>> = {},
): Promise<LoadedSettings<T>> {
  checkDefinition('wireSettings()', definition);
  checkOptions('wireSettings()', options, wiringNames);
  return wire(definition, options);
}

/** What {@link wireSettings} does, for whoever has checked the options. */
export async function wire<T extends Declarations, E extends string>(
  definition: Definition<T, E>,
  options: WireSettingsOptions<NoInfer<E>>,
): Promise<LoadedSettings<T>> {
  // Copied at once: all that is read is of one moment, and each reading of process.env itself asks the system.
  const variables: EnvironmentVariables = { ...(options.variables ?? process.env) };
  const { logger, clock = systemClock, vaultMode } = options;
  const { environment, useVault, doubt } = readWiring(definition, variables, options.environment);
  if (doubt !== undefined) warn('ENVIRONMENT_ASSUMED', doubt, logger);

  const { application } = definition;
  const startedAt = clock.now();
  const deadlineMs = options.startDeadlineMs ?? resolverDefaults.startDeadlineMs;
  const circumstances = { application, environment, variables, useVault, instance: options.instance };
  const rollout =
    vaultMode === undefined
      ? decidedByVariable(circumstances)
      : await decidedByFunction(vaultMode, { ...circumstances, deadlineMs, clock, logger });
  announce(rollout, { application, environment }, logger);

  const { mode } = rollout;
  const vault = mode === 'off' ? undefined : vaultSourceOnDemand(variables, options, mode);
  const resolver = new LoadedSettings(
    definition,
    {
      environment,
      sources: [
        environmentSource(variables),
        mode === 'on' && vault !== undefined ? vault : vaultStandIn(rollout, variables, vault),
      ],
      ...given({
        onSourceError: options.onVaultError,
        onDeletion: options.onDeletion,
        refreshEveryMs: options.refreshEveryMs,
        refreshJitter: options.refreshJitter,
        refreshRetryMs: options.refreshRetryMs,
        lastGoodForMs: options.lastGoodForMs,
        logger,
        clock,
      }),
      // One deadline over everything: what the decision took is gone.
      startDeadlineMs: Math.max(1, deadlineMs - (clock.now() - startedAt)),
    },
    rollout,
    mode === 'shadow' && vault !== undefined ? await comparing(vault, { logger, clock }) : undefined,
  );
  if (logger === undefined) warnWhenDegraded(resolver);
  return resolver;
}

/** Loaded by those who compare only. */
async function comparing<T extends Declarations>(
  vault: Source,
  { logger, clock }: { readonly logger: Logger | undefined; readonly clock: Clock },
): Promise<(resolver: Resolver<T>) => Shadow> {
  const { compareInShadow } = await import('@strongroom/core/shadow');
  return (resolver) => compareInShadow(resolver, vault, { clock, ...given({ logger }) });
}

/** The options that were given: an option that is undefined leaves the default alone. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
