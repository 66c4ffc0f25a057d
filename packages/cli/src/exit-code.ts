import { type ErrorCode, isSourceError, isStrongroomError, type SourceErrorCode } from '@strongroom/core';

/** What the command ends with. The README's table is held to this one by a test. */
export const exitCodes = {
  /** All that was asked for is done. */
  done: 0,
  /** It is done, and something was found: a secret in the code, a difference, a check that failed. */
  findings: 1,
  /** The arguments make no sense, or there is nobody to ask. */
  usage: 2,
  /** The configuration, the definition or a setting is wrong or missing, or what an input file holds is wrong. */
  configuration: 3,
  /** Vault could not be reached, did not answer in time, or answered nonsense. */
  unavailable: 4,
  /** Vault denied it. */
  denied: 5,
  /** Something else is there than was expected, and it was left as it is. */
  conflict: 6,
  /** A file or folder is not there, or cannot be read or written. */
  file: 7,
  /** The command itself is wrong. */
  internal: 70,
  /** `run`: the command cannot be executed. */
  notExecutable: 126,
  /** `run`: there is no such command. */
  notFound: 127,
  /** It was interrupted, or a question was answered with no. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** By the code of the error; what is not named here is of the configuration. */
const byErrorCode: Partial<Record<ErrorCode, ExitCode>> = {
  CAS_MISMATCH: exitCodes.conflict,
  PLAN_CONFLICT: exitCodes.conflict,
  PLAN_OUTDATED: exitCodes.conflict,
  MIGRATION_UNVERIFIED: exitCodes.conflict,
  FILE_UNWRITABLE: exitCodes.file,
};

/** What the command ends with after an error. */
export function exitCodeOf(error: unknown): ExitCode {
  if (isStrongroomError(error)) {
    if (!isSourceError(error)) return byErrorCode[error.code] ?? exitCodes.configuration;
    // What has no address is a file.
    if ('address' in error) return exitCodeOfVault(error.code);
    return error.code === 'SOURCE_MALFORMED' ? exitCodes.configuration : exitCodes.file;
  }
  return isSystemError(error) ? exitCodes.file : exitCodes.internal;
}

/** What the command ends with when Vault could not answer. */
export const exitCodeOfVault = (code: SourceErrorCode): ExitCode =>
  code === 'SOURCE_DENIED' ? exitCodes.denied : exitCodes.unavailable;

/** An error of a call to the operating system. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}
