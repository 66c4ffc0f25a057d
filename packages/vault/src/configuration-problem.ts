import { ConfigurationError, type Problem } from '@strongroom/core';

/** One option or variable that is wrong. The reason never quotes what was given: it may be a secret. */
export function problem(name: string, reason: string, ...hints: readonly string[]): Problem {
  return { code: 'SETTINGS_INVALID', name, reason, tried: [], hints };
}

/** All that is wrong with the way to Vault, as one error. */
export function notConfigured(problems: readonly Problem[]): ConfigurationError {
  return new ConfigurationError('The way to Vault is not set up', problems);
}
