import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  checkDefinition,
  isStrongroomError,
  type OptionFault,
  type OptionNames,
  optionFaults,
} from '@strongroom/core';
import { CommandError } from '../command-error.js';
import { exitCodes } from '../exit-code.js';
import type { StrongroomConfig, VaultConfig } from './config.js';

/** The names that a configuration file may have, in the order in which they are looked for. */
export const configNames: readonly string[] = ['ts', 'mts', 'js', 'mjs'].map(
  (end) => `strongroom.config.${end}`,
);

/** A configuration, and where it was found. */
export interface LoadedConfig extends StrongroomConfig {
  readonly file: string;
}

/**
 * Loads the configuration: the file that is named, or the first that is found in the folder or one above it.
 *
 * @throws CommandError when there is none, or when it cannot be gone by
 */
export async function loadConfig(cwd: string, named: string | undefined): Promise<LoadedConfig> {
  const file = named === undefined ? findConfig(cwd) : resolve(cwd, named);
  if (file === undefined || !existsSync(file)) {
    const which = named === undefined ? 'strongroom.config.ts in this folder, or in one above it' : named;
    throw wrong(`There is no ${which}`, {
      remedy: 'Make one with `strongroom init`, or name one with --config.',
    });
  }
  const exported = await importDefault(file);
  checkConfig(file, exported);
  return { ...exported, file };
}

function findConfig(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = configNames.map((name) => join(folder, name)).find((path) => existsSync(path));
    if (found !== undefined || dirname(folder) === folder) return found;
  }
}

async function importDefault(file: string): Promise<unknown> {
  const { createJiti } = await import('jiti');
  // What Node.js itself can load it does, so that packages are there once; and nothing is left on the disk.
  const jiti = createJiti(file, { tryNative: true, fsCache: false });
  try {
    return await jiti.import(file, { default: true });
  } catch (error) {
    if (isStrongroomError(error)) throw wrong(`${file}: ${error.message}`, { cause: error });
    const unreadable = unreadableFile(error);
    if (unreadable !== undefined) {
      throw new CommandError(exitCodes.file, `${unreadable} may not be read by this process`, {
        cause: error,
        remedy: 'Run as a user who may read it, or change its mode.',
      });
    }
    const remedy = isModuleMissing(error)
      ? 'Install it, or correct its name.'
      : 'Correct it there. What the error says is left out: it may hold a value.';
    throw wrong(`${file} cannot be loaded: ${faultOf(error)}`, { cause: error, remedy });
  }
}

/** The file that this process may not read: the configuration, or what it imports. What is no file is not named. */
function unreadableFile(error: unknown): string | undefined {
  const { code, path } = Object(error) as NodeJS.ErrnoException;
  if (code !== 'EACCES' && code !== 'EPERM') return undefined;
  return typeof path === 'string' && existsSync(path) ? path : undefined;
}

const isModuleMissing = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND');

/** What went wrong in a stranger's code. Its words may quote a value, unless they are only about a module. */
function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return `it threw (${typeof error})`;
  if (isModuleMissing(error)) return error.message.split('\n', 1)[0] ?? '';
  const place = /(?:\/|[A-Za-z]:\\)\S*:\d+:\d+$/.exec(error.message.trimEnd())?.[0];
  // Of what cannot be parsed jiti has the place in its words alone.
  if (error.message.startsWith('ParseError:') && place !== undefined)
    return `it cannot be parsed, at ${place}`;
  const at = /(?:\(|at |file:\/\/)((?:\/|[A-Za-z]:\\)[^\s()]+:\d+:\d+)/.exec(error.stack ?? '')?.[1];
  return `${error.constructor.name}${at === undefined ? '' : ` at ${at}`}`;
}

function checkConfig(file: string, config: unknown): asserts config is StrongroomConfig {
  if (typeof config !== 'object' || config === null || !('definition' in config)) {
    throw wrong(`${file} exports no configuration by default`, {
      remedy:
        'End it with `export default defineConfig({ definition })`, with defineConfig of the package strongroom.',
    });
  }
  const { definition, vault, environments, envFile } = config as StrongroomConfig;
  try {
    checkDefinition('definition', definition);
  } catch (error) {
    throw wrong(`${file}: ${(error as Error).message}`, { cause: error });
  }
  const faults = [...optionFaults('the configuration', config as StrongroomConfig, topNames)];
  if (vault !== undefined) faults.push(...vaultFaults('vault', vault));
  if (environments !== undefined && (typeof environments !== 'object' || environments === null)) {
    const hint = 'Write environments: { production: { address } }.';
    faults.push({ name: 'environments', reason: 'is no object', hint });
  }
  for (const [name, each] of Object.entries(environments ?? {})) {
    if (!definition.environments.includes(name)) {
      const hint = `The environments are ${definition.environments.join(', ')}.`;
      faults.push({ name: `environments.${name}`, reason: 'is no environment of the definition', hint });
    } else if (each !== undefined) faults.push(...vaultFaults(`environments.${name}`, each));
  }
  if (envFile !== undefined && (typeof envFile !== 'string' || envFile === '')) {
    const hint = 'Name the .env file that the application reads, or leave it out.';
    faults.push({ name: 'envFile', reason: 'is no path of a file', hint });
  }
  if (faults.length > 0) {
    const texts = faults.map(({ name, reason, hint }) => `${name} ${reason}. ${hint}`);
    throw wrong(`${file}: ${texts.join('\n')}`);
  }
}

/** Names, and the types of what is put together with variables, which are text. */
function vaultFaults(owner: string, given: VaultConfig): readonly OptionFault[] {
  const faults = [...optionFaults(owner, given, vaultNames)];
  const check = (name: keyof VaultConfig, isRight: boolean, hint: string) => {
    if (given?.[name] !== undefined && !isRight)
      faults.push({ name: `${owner}.${name}`, reason: 'is of a wrong type', hint });
  };
  const { address, namespace, tokenFile, mount, auth } = given ?? {};
  const isText = (value: unknown) => typeof value === 'string';
  const isTexts = Array.isArray(address) && address.every(isText);
  check('address', isText(address) || isTexts, 'Write a text, or an array of them.');
  check('namespace', isText(namespace), 'Write a text.');
  check('tokenFile', isText(tokenFile), 'Write the path of a file.');
  check('mount', isText(mount), 'Write a text.');
  check('auth', typeof auth === 'object' && auth !== null, 'Write an auth method of @strongroom/vault.');
  return faults;
}

const topNames: OptionNames<StrongroomConfig> = {
  definition: true,
  vault: true,
  environments: true,
  envFile: true,
};

const vaultNames: OptionNames<VaultConfig> = {
  address: true,
  namespace: true,
  tokenFile: true,
  auth: true,
  mount: true,
  layout: true,
  kvVersion: true,
  refreshBy: true,
  marker: true,
  fullLookEveryMs: true,
  allowInsecureHttp: true,
  revokeLeases: true,
  revokeTokens: true,
  maxSockets: true,
  maxWaiting: true,
  idleTimeoutMs: true,
  connectTimeoutMs: true,
  headersTimeoutMs: true,
  requestTimeoutMs: true,
  deadlineMs: true,
  maxBodyBytes: true,
  retries: true,
  retryMinWaitMs: true,
  retryMaxWaitMs: true,
  breakerFailures: true,
  probeMinWaitMs: true,
  probeMaxWaitMs: true,
};

const wrong = (message: string, options: { readonly remedy?: string; readonly cause?: unknown } = {}) =>
  new CommandError(exitCodes.configuration, message, options);
