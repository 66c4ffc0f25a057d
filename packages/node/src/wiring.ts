import {
  ConfigurationError,
  type Definition,
  type EnvironmentVariables,
  type Problem,
  parseBoolean,
} from '@strongroom/core';

/** How the program is to be wired, as its environment variables say. */
export interface Wiring {
  readonly environment: string;
  readonly useVault: boolean;
}

/**
 * Reads which environment the program runs in and whether Vault is on.
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
  if (!definition.environments.includes(value)) {
    problems.push({
      code: 'SETTINGS_INVALID',
      name,
      reason: `${JSON.stringify(value)} is no environment of ${definition.application}`,
      tried: [],
      hints: [`The definition knows ${definition.environments.join(', ')}. Set APP_ENV to one of them.`],
    });
  }
  const useVault = parseBoolean(variables['USE_VAULT'] || 'false');
  if (useVault === undefined) {
    problems.push({
      code: 'SETTINGS_INVALID',
      name: 'USE_VAULT',
      reason: 'the value is not a boolean',
      tried: [],
      hints: ['Set USE_VAULT to true or false (1/0, yes/no), or unset it to leave Vault off.'],
    });
  }
  if (problems.length > 0 || useVault === undefined) {
    throw new ConfigurationError(`${definition.application} cannot be wired up`, problems);
  }
  return { environment: value, useVault };
}

function environmentOf(
  variables: EnvironmentVariables,
  chosen: string | undefined,
): { readonly name: string; readonly value: string } {
  if (chosen !== undefined) return { name: 'environment', value: chosen };
  const name = variables['APP_ENV'] ? 'APP_ENV' : 'NODE_ENV';
  return { name, value: variables[name] || 'development' };
}
