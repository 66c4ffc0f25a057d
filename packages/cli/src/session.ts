import { dirname, resolve } from 'node:path';
import {
  type Definition,
  type EnvironmentVariables,
  type Logger,
  nearMiss,
  parseBoolean,
} from '@strongroom/core';
import type { LoadedSettings } from '@strongroom/node';
import { CommandError } from './command-error.js';
import type { CommonOptions } from './common-options.js';
import { type EnvFile, readEnvFile, withEnvFile } from './configuration/env-file.js';
import { type LoadedConfig, loadConfig } from './configuration/load-config.js';
import {
  connectVault,
  sourceOptionsOf,
  variablesWith,
  vaultConfigOf,
  type WiredVault,
} from './configuration/wiring.js';
import { exitCodes } from './exit-code.js';
import type { Io } from './terminal/io.js';
import { Output } from './terminal/output.js';

/** How the settings are wired. */
export interface SettingsOptions {
  /** The definition narrowed down to some of its settings. @default all of them */
  readonly only?: Definition | undefined;
  /** Whether they are looked at again every minute. @default false */
  readonly follow?: boolean;
  /** Whether what Vault has leased outlives the command. @default false */
  readonly leave?: boolean;
}

/** One call of the command: what it was told, and what it opened. */
export class Session {
  readonly io: Io;
  readonly output: Output;
  /** Whether stacks and requests are shown. */
  readonly debug: boolean;
  /** Aborted when the command is interrupted. */
  readonly signal: AbortSignal;
  readonly #options: CommonOptions;
  readonly #leaveInterrupt: () => void;
  readonly #opened: (() => Promise<void>)[] = [];
  #config: Promise<LoadedConfig> | undefined;
  #envFile: Promise<EnvFile | undefined> | undefined;

  /** @param leaveInterrupt called when the command looks after the interrupt itself */
  constructor(io: Io, options: CommonOptions, signal: AbortSignal, leaveInterrupt: () => void) {
    this.io = io;
    this.#options = options;
    this.signal = signal;
    this.#leaveInterrupt = leaveInterrupt;
    this.output = new Output(io, options.json === true);
    this.debug = isDebug(io, options);
  }

  /** @throws CommandError when there is no configuration, or when it cannot be gone by */
  config(): Promise<LoadedConfig> {
    this.#config ??= loadConfig(this.io.cwd, this.#options.config);
    return this.#config;
  }

  /**
   * The configuration, where there is one: a folder need not have one to be looked into.
   *
   * @throws CommandError when one is named and is not there, or when it cannot be gone by
   */
  async configIfAny(): Promise<LoadedConfig | undefined> {
    try {
      return await this.config();
    } catch (error) {
      const missing = error instanceof CommandError && error.message.startsWith('There is no ');
      if (!missing || this.#options.config !== undefined) throw error;
      return undefined;
    }
  }

  /**
   * The `.env` file of the application, read once; undefined where the configuration names none.
   *
   * @throws CommandError as {@link config} does
   * @throws SourceError for a file that is there and cannot be read
   */
  envFile(): Promise<EnvFile | undefined> {
    this.#envFile ??= this.#readEnvFile();
    return this.#envFile;
  }

  /**
   * The variables that settings and Vault are wired by: those of the process, and of the `.env` file what the process
   * does not have.
   *
   * @throws as {@link envFile} does
   */
  async variables(): Promise<EnvironmentVariables> {
    const envFile = await this.envFile();
    return envFile === undefined ? this.io.env : withEnvFile(this.io.env, envFile);
  }

  /**
   * The environment that was named, or the one that the variables name.
   *
   * @throws CommandError for one that the definition does not name
   */
  async environment(): Promise<string> {
    const { environment } = this.#options;
    if (environment === undefined) return (await this.settings()).environment;
    this.checkEnvironment((await this.config()).definition, environment);
    return environment;
  }

  /**
   * The settings, wired and not loaded. Unlike in an application Vault is asked unless USE_VAULT says otherwise, and
   * nothing is kept on the disk.
   */
  async settings({
    only,
    follow = false,
    leave = false,
  }: SettingsOptions = {}): Promise<LoadedSettings<Definition['settings']>> {
    const { wireSettings } = await import('@strongroom/node');
    const config = await this.config();
    // Who was interrupted opens nothing more, whatever it made of that.
    this.signal.throwIfAborted();
    const definition = only ?? config.definition;
    const named = this.#options.environment;
    if (named !== undefined) this.checkEnvironment(definition, named);
    const { io } = this;
    const read = await this.variables();
    const wire = (environment: string | undefined) => {
      const vault = vaultConfigOf(config, environment ?? '');
      const { STRONGROOM_LAST_KNOWN_GOOD: _, ...variables } = variablesWith(read, vault);
      return wireSettings(definition, {
        variables: { ...variables, USE_VAULT: variables['USE_VAULT'] || 'true' },
        vault: { ...(leave ? {} : cleanExit), ...sourceOptionsOf(vault) },
        ...(follow ? {} : { refreshEveryMs: false as const }),
        logger: this.logger,
        clock: io.clock,
        ...(environment === undefined ? {} : { environment }),
      });
    };
    let settings = await wire(named);
    // What the configuration says of an environment is known only when it is known which one it is.
    if (named === undefined && config.environments?.[settings.environment] !== undefined) {
      await settings.close();
      settings = await wire(settings.environment);
    }
    const wired = settings;
    this.opened(() => wired.close());
    return wired;
  }

  /** A client of the Vault of one environment. Nothing is contacted. */
  async vault(environment: string): Promise<WiredVault> {
    const config = vaultConfigOf(await this.config(), environment);
    this.signal.throwIfAborted();
    const { logger } = this;
    const wired = await connectVault(
      await this.variables(),
      { ...cleanExit, ...config },
      { logger, clock: this.io.clock },
    );
    this.opened(() => wired.vault.close());
    return wired;
  }

  /** @throws CommandError for an environment that the definition does not name */
  checkEnvironment({ application, environments }: Definition, environment: string): void {
    if (environments.includes(environment)) return;
    const meant = nearMiss(environment, environments);
    throw new CommandError(
      exitCodes.usage,
      `${JSON.stringify(environment)} is no environment of ${application}`,
      {
        remedy:
          meant === undefined
            ? `Its environments are ${environments.join(', ')}.`
            : `Was it meant to be ${meant}?`,
      },
    );
  }

  /** Has signals go to a listener until the end, also the one that interrupts the command. */
  takeSignals(signals: readonly NodeJS.Signals[], listener: (signal: NodeJS.Signals) => void): void {
    this.#leaveInterrupt();
    for (const signal of signals) {
      const off = this.io.onSignal(signal, () => listener(signal));
      this.opened(async () => off());
    }
  }

  /** Has something closed at the end, or when the command is interrupted. */
  opened(close: () => Promise<void>): void {
    this.#opened.push(close);
  }

  async #readEnvFile(): Promise<EnvFile | undefined> {
    const { envFile, file } = await this.config();
    if (envFile === undefined) return undefined;
    const read = await readEnvFile(resolve(dirname(file), envFile));
    this.output.warnOfReading(read);
    return read;
  }

  async close(): Promise<void> {
    for (const close of this.#opened.splice(0).reverse()) await close().catch(() => undefined);
  }

  /** What the libraries log: warnings always, each request with `--debug`. What is an error is thrown, and told, too. */
  get logger(): Logger {
    const { output } = this;
    const line = (level: string) => (details: object, message: string) => {
      if (this.debug) output.note(`${level} ${message} ${JSON.stringify(details)}`);
    };
    return {
      debug: line('debug'),
      info: line('info'),
      warn: this.debug ? line('warn') : (_, message) => output.warn(message),
      error: line('error'),
    };
  }
}

/** A command is over soon: the tokens that it was given and what was leased to it need not live on. */
const cleanExit = { revokeTokens: true, revokeLeases: true } as const;

/** Whether stacks and requests are shown. */
export function isDebug({ env }: Io, options: CommonOptions): boolean {
  return options.debug === true || parseBoolean(env['STRONGROOM_DEBUG'] ?? '') === true;
}
