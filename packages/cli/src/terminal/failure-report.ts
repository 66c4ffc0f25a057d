import {
  type ErrorCode,
  errorTable,
  isConfigurationError,
  isSourceError,
  isStrongroomError,
  type SourceError,
  type SourceErrorCode,
} from '@strongroom/core';
import { CommandError } from '../command-error.js';
import { exitCodeOf, exitCodes, isSystemError } from '../exit-code.js';
import type { Output } from './output.js';

/** What is told of an error, to people and in JSON. */
interface Failure {
  readonly code: string;
  readonly message: string;
  readonly remedies: readonly string[];
}

/**
 * Tells of an error: what, where, what to do; with `debug` also the stack, without the words of strangers.
 *
 * @returns what the command ends with
 */
export function reportFailure(error: unknown, output: Output, debug: boolean): number {
  const exitCode = error instanceof CommandError ? error.exitCode : exitCodeOf(error);
  const { code, message, remedies } = failureOf(error);
  // Who says no, or presses Ctrl-C, knows that it is no error.
  if (exitCode === exitCodes.interrupted) for (const line of [message, ...remedies]) output.note(line);
  else output.failure(message, remedies);
  if (debug) output.note(stackOf(error));
  output.result({ error: { code, message, remedies, exitCode } }, () => '');
  return exitCode;
}

function failureOf(error: unknown): Failure {
  if (error instanceof CommandError) {
    const { message, remedy } = error;
    return { code: nameOf(error), message, remedies: remedy === undefined ? [] : [remedy] };
  }
  if (isStrongroomError(error)) {
    const { code, message } = error;
    // The problems of a configuration come with their own.
    if (isConfigurationError(error)) return { code, message: `${code} ${message}`, remedies: [] };
    const remedy =
      (isSourceError(error) ? (error.hint ?? fileRemedyOf(error)) : commandRemedies[code]) ??
      errorTable[code].remedy;
    return { code, message: `${code} ${message}`, remedies: [remedy] };
  }
  if (isSystemError(error)) {
    const { code, syscall, path } = error as NodeJS.ErrnoException & { readonly code: string };
    if (syscall === 'uv_cwd') return { code, ...noCurrentFolder };
    const where = path === undefined ? '' : `: ${path}`;
    const words = systemWords[code] ?? `the system says ${code}`;
    return {
      code,
      message: `${words} (${syscall}${where})`,
      remedies: [systemRemedies[code] ?? 'Check the path and the disk.'],
    };
  }
  const name = error instanceof Error ? error.constructor.name : typeof error;
  return {
    code: 'INTERNAL',
    message: `Something went wrong inside strongroom (${name})`,
    remedies: ['Run it again with --debug, and report what it shows.'],
  };
}

/** Where the table speaks to those who call the library. */
const commandRemedies: Partial<Record<ErrorCode, string>> = {
  PLAN_CONFLICT: 'Compare the two, and decide with --on-conflict source, vault or ask.',
  PLAN_OUTDATED: 'Plan again, look at what has changed, and apply the new plan.',
  CAS_MISMATCH: 'Run it again: it goes on with what is there now.',
  DEFINITION_INVALID: 'Correct what the message names.',
};

/** Of a source without an address, which is a file or folder: the table speaks of a server. */
const fileRemedyOf = (error: SourceError): string | undefined =>
  'address' in error ? undefined : fileRemedies[error.code];

const fileRemedies: Readonly<Record<SourceErrorCode, string>> = {
  SOURCE_UNAVAILABLE: 'Check the path, or name another one.',
  SOURCE_DENIED: 'Give this user the right to read it.',
  SOURCE_MALFORMED: 'Correct it where the message says, or name another one.',
};

const nameOf = ({ cause }: CommandError): string => (isStrongroomError(cause) ? cause.code : 'COMMAND');

const noCurrentFolder = {
  message: 'The folder that this was started in is not there any more',
  remedies: ['Change to another one, and run it again.'],
};

const systemWords: Readonly<Record<string, string>> = {
  EACCES: 'This is not allowed',
  EPERM: 'This is not allowed',
  EROFS: 'The disk is read-only',
  ENOSPC: 'The disk is full',
  EDQUOT: 'The disk quota is used up',
  ENOENT: 'There is no such file or folder',
  EISDIR: 'This is a folder',
  ENOTDIR: 'A part of this path is no folder',
  EEXIST: 'This is there already',
  EADDRINUSE: 'The port is in use',
};

const systemRemedies: Readonly<Record<string, string>> = {
  EACCES: 'Check who owns it and what its mode is.',
  EPERM: 'Check who owns it and what its mode is.',
  EROFS: 'Name a path on a disk that can be written to.',
  ENOSPC: 'Make room, and run it again.',
  EDQUOT: 'Make room, and run it again.',
  ENOENT: 'Check the path.',
  EEXIST: 'Name another one, or move this one away.',
  EADDRINUSE: 'Name another one with --port.',
};

/** Where an error and its causes arose. The words of a stranger's error may quote a value: only ours are kept. */
function stackOf(error: unknown): string {
  const lines: string[] = [];
  for (let each: unknown = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
    const own = isStrongroomError(each) || each instanceof CommandError;
    const words = own ? `: ${each.message.split('\n', 1)[0]}` : '';
    lines.push(`${depth === 0 ? '' : 'caused by '}${each.name}${words}`);
    lines.push(...(each.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)));
  }
  return lines.join('\n');
}
