import {
  ConfigurationError,
  type Definition,
  type EnvironmentVariables,
  type Problem,
} from '@strongroom/core';
import { misspeltEnvironment } from './misspelt-environment.js';
import { parseUseVault, type UseVault, useVaultHint } from './use-vault.js';

/** How the program is to be wired, as its environment variables say. */
export interface Wiring {
  readonly environment: string;
  readonly useVault: UseVault;
  /** Why the environment may not be the one that was meant. */
  readonly doubt: string | undefined;
}

/**
 * Reads which environment the program runs in and what USE_VAULT says.
 *
 * @param chosen the environment that the application chose in code, if it did
 * @throws ConfigurationError with every problem at once
 */
export function readWiring(
  definition: Definition,
  variables: EnvironmentVariables,
  chosen: string | undefined,
): Wiring {
  const problems: Problem[] = [];
  const { name, value } = environmentOf(variables, chosen);
  const meant = name === undefined ? misspeltEnvironment(definition, variables) : undefined;
  if (!definition.environments.includes(value)) {
    const known = `The definition knows ${definition.environments.join(', ')}. Set APP_ENV to one of them.`;
    problems.push({
      code: 'SETTINGS_INVALID',
      name: name ?? 'APP_ENV',
      reason: `${name === undefined ? 'is not set, and ' : ''}${JSON.stringify(value)} is no environment of ${definition.application}`,
      tried: [],
      hints: meant === undefined ? [known] : [meant, known],
    });
  }
  const useVault = parseUseVault(variables['USE_VAULT'] || 'false');
  if (useVault === undefined) {
    problems.push({
      code: 'SETTINGS_INVALID',
      name: 'USE_VAULT',
      reason: 'the value is neither a boolean, nor shadow, nor a share',
      tried: [],
      hints: [useVaultHint],
    });
  }
  if (problems.length > 0 || useVault === undefined) {
    throw new ConfigurationError(`${definition.application} cannot be wired up`, problems);
  }
  const doubt =
    meant === undefined
      ? undefined
      : `Neither APP_ENV nor NODE_ENV is set, so ${definition.application} runs as ${value}, but ${meant}`;
  return { environment: value, useVault, doubt };
}

/** The name is undefined where nothing names the environment, so that it is assumed. */
function environmentOf(
  variables: EnvironmentVariables,
  chosen: string | undefined,
): { readonly name: string | undefined; readonly value: string } {
  if (chosen !== undefined) return { name: 'environment', value: chosen };
  for (const name of ['APP_ENV', 'NODE_ENV']) {
    const value = variables[name];
    if (value) return { name, value };
  }
  return { name: undefined, value: 'development' };
}
