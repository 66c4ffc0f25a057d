import { ConfigurationError, type OptionNames, optionFaults, type Problem } from '@strongroom/core';

/** One option or variable that is wrong. The reason never quotes what was given: it may be a secret. */
export function problem(name: string, reason: string, ...hints: readonly string[]): Problem {
  return { code: 'SETTINGS_INVALID', name, reason, tried: [], hints };
}

/** What is wrong with a call, as one error: what it asks for cannot be asked of any Vault. */
export function notAskable(problems: readonly Problem[]): ConfigurationError {
  return new ConfigurationError('This cannot be asked of Vault', problems);
}

/**
 * Refuses options that a function does not have, and a logger that is none.
 *
 * @param owner the function, as people write it: `createVault()`
 * @throws ConfigurationError with all of them
 */
export function checkOptions<T extends object>(
  owner: string,
  given: T,
  names: OptionNames<NoInfer<T>>,
): void {
  const faults = optionFaults(owner, given, names);
  if (faults.length === 0) return;
  throw new ConfigurationError(
    `${owner} cannot take these options`,
    faults.map(({ name, reason, hint }) => problem(name, reason, hint)),
  );
}

/** That an option is neither true nor false: the text "false" would be taken for true. */
export const notBoolean = (name: string, given: unknown): readonly Problem[] =>
  given === undefined || typeof given === 'boolean'
    ? []
    : [problem(name, 'is neither true nor false', 'Give true or false, without quotation marks.')];

/** All that is wrong with the way to Vault, as one error. */
export function notConfigured(problems: readonly Problem[]): ConfigurationError {
  return new ConfigurationError('The way to Vault is not set up', problems);
}
