import {
  type Declarations,
  type Definition,
  Resolver,
  type ResolverOptions,
  type RolloutDecision,
} from '@strongroom/core';
import type { Shadow, ShadowReport } from '@strongroom/core/shadow';
import type { ChildEnvironmentOptions } from './child-environment.js';
import type { RunOptions, RunResult } from './run-options.js';

/** The resolver that `loadSettings` makes: it also says whether Vault is used, and starts other programs. */
export class LoadedSettings<T extends Declarations> extends Resolver<T> {
  /** Whether this process uses Vault, and why. */
  readonly rollout: RolloutDecision;
  readonly #shadow: Shadow | undefined;

  /** @param compare begins to compare Vault with what this resolver serves */
  constructor(
    definition: Definition<T>,
    options: ResolverOptions,
    rollout: RolloutDecision,
    compare?: (resolver: Resolver<T>) => Shadow,
  ) {
    super(definition, options);
    this.rollout = rollout;
    this.#shadow = compare?.(this);
  }

  /** What comparing Vault with what is served came to since the start; undefined unless Vault is in shadow. */
  get shadow(): ShadowReport | undefined {
    return this.#shadow?.report();
  }

  /**
   * Runs a command with settings in its environment, and waits for its end. Signals that this process is sent are
   * passed on to it meanwhile. A value is never an argument.
   *
   * @returns how it ended, whatever its exit code
   * @throws StrongroomError `COMMAND_NOT_STARTED`; `SNAPSHOT_NOT_READY`, `SNAPSHOT_EXPIRED`; `DEFINITION_INVALID` for
   *   an option that there is not
   * @throws ConfigurationError for a value that no environment variable can hold
   * @throws the reason of `options.signal`, when the child has ended
   * @example
   * const { exitCode } = await settings.run('node', ['migrate.js'], { only: ['DATABASE_URL'] });
   */
  async run(
    command: string,
    args: readonly string[] = [],
    options: RunOptions<keyof T & string> = {},
  ): Promise<RunResult> {
    const { runCommand } = await import('./run-command.js');
    return runCommand(this, command, args, options);
  }

  /**
   * The environment that `run` gives a command, for a program that is started in another way: what it inherits
   * without the secrets that were not chosen and without what Vault is logged in to with, and the settings as they
   * hold now. Counts as a read of each secret in it.
   *
   * @returns a new object, which holds values
   * @throws StrongroomError `SNAPSHOT_NOT_READY`, `SNAPSHOT_EXPIRED`; `DEFINITION_INVALID` for an option or a setting
   *   that there is not
   * @throws ConfigurationError for a value that no environment variable can hold
   * @example
   * const env = await settings.childEnvironment({ only: ['DATABASE_URL'] });
   * const child = fork('migrate.js', { env });
   */
  async childEnvironment(
    options: ChildEnvironmentOptions<keyof T & string> = {},
  ): Promise<Record<string, string>> {
    const { environmentForChild } = await import('./run-command.js');
    return environmentForChild(this, options);
  }
}
