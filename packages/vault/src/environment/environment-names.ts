import type { EnvironmentVariables } from '@strongroom/core';

/** A variable that is set. */
export interface Variable {
  readonly name: string;
  readonly value: string;
}

/**
 * The variable that holds an option of the official client: `BAO_<name>` before `VAULT_<name>`, even where it
 * is empty, so that it can unset the other. Empty counts as unset.
 */
export function officialVariable(variables: EnvironmentVariables, name: string): Variable | undefined {
  const bao = variable(variables, `BAO_${name}`);
  if (bao !== undefined || variables[`BAO_${name}`] !== undefined) return bao;
  return variable(variables, `VAULT_${name}`);
}

/** A variable by its whole name. Empty counts as unset. */
export function variable(variables: EnvironmentVariables, name: string): Variable | undefined {
  const value = variables[name];
  return value === undefined || value === '' ? undefined : { name, value };
}
